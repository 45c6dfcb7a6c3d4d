"""``python -m fashion_nets``: the same as ``kedro run``, from anywhere inside the project."""

from fashion_nets.project import project_root


def main() -> None:
    """Run the project's pipelines with the options of ``kedro run``."""
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(project_root())

    from fashion_nets.cli import run

    run()


if __name__ == "__main__":
    main()

"""``python -m fashion_nets``: the same as ``kedro run``, from anywhere inside the project."""

from fashion_nets.project import has_project, project_root


def main() -> None:
    """Run the project's pipelines with the options of ``kedro run``."""
    from kedro.framework.project import configure_project
    from kedro.framework.startup import bootstrap_project

    if has_project():
        bootstrap_project(project_root())
    else:  # installed from a wheel: what is stored goes to the working directory
        configure_project("fashion_nets")

    from fashion_nets.cli import run

    run()


if __name__ == "__main__":
    main()

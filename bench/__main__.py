"""All benchmarks, one after the other, each in a process of its own: an hour or more on 2 cores."""

import argparse
import subprocess
import sys

from bench.places import ROOT, check_stored

PARTS = ("training", "arithmetic", "large_data", "memory", "accuracy", "order", "default_run", "trials")


def main() -> None:
    """Run the parts; one that fails does not keep the next from running."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    arguments = parser.parse_args()
    check_stored()
    failed = []
    for part in arguments.parts:
        print(f"\n== {part} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{part}"], cwd=ROOT, check=False).returncode:
            failed.append(part)
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

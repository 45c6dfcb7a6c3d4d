"""The commit of the code that runs."""

import subprocess
from pathlib import Path


def commit_tags(folder: Path) -> dict[str, str]:
    """The commit, and whether files differ from it.

    Args:
        folder: Any of the Git checkout.

    Returns:
        The tags ``git_commit`` and ``git_dirty`` (true or false); none outside a checkout.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return {
            "git_commit": git("rev-parse", "HEAD"),
            "git_dirty": str(bool(git("status", "--porcelain"))).lower(),
        }
    except (OSError, subprocess.CalledProcessError):
        return {}

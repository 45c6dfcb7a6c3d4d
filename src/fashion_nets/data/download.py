"""Fetching files over HTTP, with a progress bar on a terminal."""

import logging
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from pydantic import Field, field_validator
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters

logger = logging.getLogger(__name__)

BLOCK_SIZE = 1 << 16  # bytes
BUSY_STATUSES = (408, 429, 500, 502, 503, 504)  # worth another attempt


class DownloadError(UserError):
    """A file cannot be downloaded, with its address and the reason."""


class _NotThereError(DownloadError):
    """The server is there, the file is not."""


class DownloadParams(Parameters):
    """From where and how patiently to download.

    Attributes:
        enabled: Whether to download at all.
        addresses: Folders on the web that each hold all files, tried in turn.
        timeout: Seconds without an answer after which a server is given up.
        attempts: How often to try a file whose transfer breaks off or whose server is busy. A server
            that cannot be reached at all is tried once.
        backoff: Seconds to wait before the second attempt, doubled before each further one.
    """

    enabled: bool
    addresses: tuple[str, ...]
    timeout: float = Field(gt=0)
    attempts: int = Field(ge=1)
    backoff: float = Field(ge=0)

    @field_validator("addresses")
    @classmethod
    def _check_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            if not address.startswith(("http://", "https://")):
                raise ValueError(f"an address must begin with http:// or https://, got {address!r}")
        return addresses


def download_files(address: str, names: Sequence[str], folder: Path, parameters: DownloadParams) -> None:
    """Download files from one folder on the web, as they are there: compressed or not.

    Args:
        address: The folder.
        names: Names without ``.gz``; each is tried with it, then without.
        folder: Where to put them, under the name they had.
        parameters: Time-out and attempts.

    Raises:
        DownloadError: If a file cannot be downloaded. Files before it may be in ``folder`` already.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    with progress:
        for name in names:
            task = progress.add_task(name, total=None)
            url = f"{address.rstrip('/')}/{name}"
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _download(f"{url}.gz", path.with_name(f"{path.name}.gz"), parameters, progress, task)
            except _NotThereError:
                _download(url, path, parameters, progress, task)


def _download(url: str, path: Path, parameters: DownloadParams, progress: Progress, task: TaskID) -> None:
    for attempt in range(1, parameters.attempts + 1):
        try:
            _transfer(url, path, parameters.timeout, progress, task)
        except urllib.error.HTTPError as error:
            problem = f"{url}: the server says {error.code} {error.reason}"
            if error.code == HTTPStatus.NOT_FOUND:
                raise _NotThereError(problem) from error
            if error.code not in BUSY_STATUSES:
                raise DownloadError(problem) from error
        except urllib.error.URLError as error:
            raise DownloadError(f"{url}: no connection: {error.reason}") from error
        except (OSError, HTTPException) as error:
            problem = f"{url}: {error}"
        else:
            return
        if attempt < parameters.attempts:
            logger.info("Attempt %d of %d failed: %s", attempt, parameters.attempts, problem)
            time.sleep(parameters.backoff * 2 ** (attempt - 1))
    raise DownloadError(f"{problem} ({parameters.attempts} attempts)")


def _transfer(url: str, path: Path, timeout: float, progress: Progress, task: TaskID) -> None:
    with urllib.request.urlopen(url, timeout=timeout) as response, path.open("wb") as file:
        size = int(response.headers.get("Content-Length", 0)) or None
        progress.reset(task, total=size)
        while block := response.read(BLOCK_SIZE):
            file.write(block)
            progress.advance(task, len(block))
        if size is not None and file.tell() != size:
            raise ConnectionError(f"the transfer broke off after {file.tell():,} of {size:,} bytes")

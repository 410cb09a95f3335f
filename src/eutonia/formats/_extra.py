"""Libraries of the extra ``formats``, which are only needed for the files that they read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from eutonia.model import UnreadableFile


def library(name: str, path: Path | str) -> Any:
    """Return a library, or say how to install it.

    Raises
    ------
    UnreadableFile
        If it is not installed; names the file that needs it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UnreadableFile(
            f"{path}: reading it needs the package {name}, which is not installed. "
            "Install it with: pip install eutonia[formats]"
        ) from error

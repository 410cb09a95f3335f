"""Array files beside a recording, for samples that would not fit into memory."""

from __future__ import annotations

import atexit
import os
import tempfile
from hashlib import sha256
from pathlib import Path


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()


def new_file(name: str) -> Path:
    """Make an empty file that only this user can read; it is removed at exit."""
    folder = Path(tempfile.gettempdir()) / f"eutonia-{getattr(os, 'getuid', lambda: 0)()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{name}-{os.getpid()}.f8"
    target.touch(mode=0o600)
    atexit.register(target.unlink, missing_ok=True)
    return target

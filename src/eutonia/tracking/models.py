"""The model files: where they lie, and that they are the ones that were measured."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from eutonia.knowledge import table
from eutonia.model import MissingModel


def folder() -> Path:
    """Return where model files are kept: ``EUTONIA_MODELS``, or the user's own folder."""
    import click

    named = os.environ.get("EUTONIA_MODELS")
    return Path(named) if named else Path(click.get_app_dir("eutonia")) / "models"


@cache
def path(name: str) -> Path:
    """Return a model file after checking it.

    Parameters
    ----------
    name : str
        Id in ``knowledge/video_models``, such as ``face_landmarks``.

    Raises
    ------
    MissingModel
        If the file is not there, or is not the file whose accuracy was measured.
    """
    declared = table("video_models")[name]
    file: Path = folder() / declared["file"]
    fetch = "Run: eutonia models fetch (without network: eutonia models fetch --from FOLDER)."
    if not file.is_file():
        raise MissingModel(f"{file}: the model for the {declared['for']} is missing. {fetch}")
    if hashlib.sha256(file.read_bytes()).hexdigest() != declared["sha256"]:
        raise MissingModel(f"{file}: this is not the file that was measured (SHA-256). {fetch}")
    return file

"""What all tests share: where the real recordings are."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same cases on every machine; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of the composite visit that ships with Eutonia; it never skips."""
    folder = ROOT / "samples"
    assert folder.is_dir(), f"{folder} is missing: the samples are part of the repository"
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real recordings that are too large to ship, or skip."""
    named = os.environ.get("EUTONIA_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real recordings in {folder}; set EUTONIA_SHARED_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def video_models() -> Path:
    """Return the folder of the video tracker's model files, or skip."""
    from eutonia.model import MissingModel
    from eutonia.tracking import fetch, models

    try:
        for name in fetch.names():
            models.path(name)
    except MissingModel as error:
        pytest.skip(f"{error} EUTONIA_MODELS names another folder.")
    return models.folder()

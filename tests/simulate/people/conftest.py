"""The folder of the rigged mesh, and one person made from it."""

from pathlib import Path

import pytest

from eutonia.simulate.people.body import Person, person


@pytest.fixture(scope="session")
def mesh_folder(shared_data: Path) -> Path:
    """Return the folder of the human mesh, or skip: it does not ship."""
    folder = shared_data / "human-mesh"
    if not (folder / "base.obj").is_file():
        pytest.skip(f"no human mesh in {folder}: people cannot be drawn")
    return folder


@pytest.fixture(scope="session")
def someone(mesh_folder: Path) -> Person:
    """Return the person of seed 3."""
    return person(3, folder=mesh_folder)

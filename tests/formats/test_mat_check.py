"""What the check of a MATLAB file lets pass, on files put together by the format's description."""

import struct
import zlib

import numpy as np
import pytest

from eutonia.formats._mat_check import whole_variables
from eutonia.model import UnreadableFile


def _part(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, len(content)) + content + b"\0" * (-len(content) % 8)


def _array(kind: int, name: str, *content: bytes) -> bytes:
    """Return one array: flags, shape 1 x 1, name, and what it holds."""
    flags = _part(6, struct.pack("<II", kind, 0))
    return _part(
        14, flags + _part(5, struct.pack("<ii", 1, 1)) + _part(1, name.encode()) + b"".join(content)
    )


def _number(name: str = "") -> bytes:
    return _array(6, name, _part(9, struct.pack("<d", 4.5)))


def _structure(name: str, **fields: bytes) -> bytes:
    names = b"".join(f.encode().ljust(8, b"\0") for f in fields)
    return _array(2, name, _part(5, struct.pack("<i", 8)), _part(1, names), *fields.values())


def _function() -> bytes:
    """Return the handle of a function, as EEGLAB keeps them in ``etc``."""
    return _array(16, "", _structure("", matlab=_number()))


def _opaque(name: str = "") -> bytes:
    """Return an object of MATLAB's own, such as a string: flags, three names, and an array."""
    flags = _part(6, struct.pack("<II", 17, 0))
    names = _part(1, name.encode()) + _part(1, b"MCOS") + _part(1, b"string")
    return _part(14, flags + names + _number())


def _written(path, *variables: bytes, packed: bool = False):
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    if packed:
        squeezed = (zlib.compress(v) for v in variables)
        variables = tuple(struct.pack("<II", 15, len(z)) + z for z in squeezed)
    path.write_bytes(head + b"".join(variables))
    return path


def test_the_files_made_here_are_files_of_matlab(tmp_path):
    """SciPy reads the structure with the handle of a function, so that the bytes are right."""
    from scipy.io import loadmat

    path = _written(tmp_path / "a.mat", _structure("EEG", rate=_number(), etc=_function()))
    assert loadmat(path)["EEG"]["rate"][0, 0][0, 0] == 4.5


@pytest.mark.parametrize("inside", [_function(), _opaque()], ids=["function", "opaque"])
def test_what_only_matlab_knows_does_not_spoil_a_structure(tmp_path, inside):
    """A structure with a handle or an object in a field is whole."""
    path = _written(tmp_path / "a.mat", _structure("EEG", rate=_number(), etc=inside))
    assert whole_variables(path) == ["EEG"]


@pytest.mark.parametrize("packed", [False, True])
def test_an_object_beside_the_samples_is_passed_over(tmp_path, packed):
    """A string or table of MATLAB's own in the same file does not make it unreadable."""
    path = _written(tmp_path / "a.mat", _opaque("note"), _number("fs"), packed=packed)
    assert whole_variables(path) == ["fs"]


def test_a_damaged_handle_is_refused(tmp_path):
    """A handle that holds no array is damage."""
    broken = _array(16, "", _part(1, b"nothing"))
    path = _written(tmp_path / "a.mat", _structure("EEG", rate=_number(), etc=broken))
    with pytest.raises(UnreadableFile, match="damaged"):
        whole_variables(path)
    assert np.isfinite(path.stat().st_size)

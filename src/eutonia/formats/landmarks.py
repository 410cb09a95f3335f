"""Stored landmarks of a video: one ``.npz`` from which every measure can be taken again.

The file is a plain ZIP archive of arrays (readable by ``numpy.load``, nothing is pickled) with a
header in JSON. The arrays are not compressed, so that hours of video are mapped, not loaded.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from eutonia.formats import Format
from eutonia.formats._store import digest
from eutonia.formats.segments import file_for
from eutonia.formats.video import of_size, of_time
from eutonia.model import (
    Clock,
    Condition,
    Events,
    Issue,
    Landmarks,
    Points,
    Recording,
    Source,
    Span,
    UnreadableFile,
)

SCHEMA = "eutonia-landmarks"
VERSION = 1
#: Suffix of the files; another ``.npz`` is none of ours.
SUFFIX = ".npz"

_HEADER = "landmarks.json"
_FIELDS = ("xyz", "score", "world", "visible", "shapes", "others", "person")
_FIXED = 30  # bytes before the name of a member of a ZIP archive
_EPOCH = (1980, 1, 1, 0, 0, 0)  # no date of its making stands in the file


def save(landmarks: Landmarks, path: Path | str, *, key: str = "") -> Path:
    """Write landmarks so that the file is there whole or not at all.

    Parameters
    ----------
    landmarks : Landmarks
    path : path
        Should end in ``.npz``; its folder is made.
    key : str
        Of how the video was tracked, see `key_of`.

    Returns
    -------
    Path
        The file.
    """
    path = Path(path)
    arrays: dict[str, NDArray[Any]] = {"t_s": np.asarray(landmarks.t_s, dtype=np.float64)}
    for part, points in landmarks.parts.items():
        held = {f: getattr(points, f) for f in _FIELDS}
        arrays |= {f"{part}.{f}": x for f, x in held.items() if x is not None}
    header = {
        "schema": SCHEMA,
        "version": VERSION,
        "width": landmarks.width,
        "height": landmarks.height,
        "mirrored": landmarks.mirrored,
        "models": dict(sorted(landmarks.models.items())),
        "key": key,
        "sources": [asdict(s) for s in landmarks.sources],
        "parts": list(landmarks.parts),
    }
    with _written(path, header) as archive:
        for name, array in arrays.items():
            with _member(archive, f"{name}.npy") as file:
                npy.write_array(file, np.asanyarray(array), allow_pickle=False)
    return path


@contextmanager
def _written(path: Path, header: dict[str, Any]) -> Iterator[zipfile.ZipFile]:
    """Open an archive that takes the place of a file once it is whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            text = json.dumps(header, indent=1, ensure_ascii=False)
            archive.writestr(zipfile.ZipInfo(_HEADER, _EPOCH), text)
            yield archive
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    return archive.open(zipfile.ZipInfo(name, _EPOCH), "w", force_zip64=True)


def note(path: Path | str, spans: Iterable[Span]) -> None:
    """Write into stored landmarks what was done when, so that they can be read without the video.

    Only conditions are kept, no text that somebody typed.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    """
    path = Path(path)
    told = [[s.start_s, s.stop_s, dict(s.condition.levels)] for s in spans if s.condition.levels]
    try:
        with zipfile.ZipFile(path) as old:
            header = json.loads(old.read(_HEADER))
            if header.get("segments") == told:
                return
            with _written(path, header | {"segments": told}) as archive:
                for member in old.infolist():
                    if member.filename != _HEADER:
                        with old.open(member) as was, _member(archive, member.filename) as now:
                            shutil.copyfileobj(was, now)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise UnreadableFile(f"{path}: these are not sound landmarks ({error}).") from error


def load(path: Path | str) -> Landmarks:
    """Read stored landmarks; their arrays are mapped from the file, read-only.

    Raises
    ------
    UnreadableFile
        If the file is damaged, is none of stored landmarks, or a newer Eutonia wrote it.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if (broken := archive.testzip()) is not None:
                raise ValueError(f"{broken} is damaged")
            header = json.loads(archive.read(_HEADER))
            if header["schema"] != SCHEMA or not isinstance(header["version"], int):
                raise ValueError("its header is not known")
            if header["version"] > VERSION:
                raise UnreadableFile(
                    f"{path}: written by a newer Eutonia (landmarks {header['version']}, known "
                    f"up to {VERSION}). Update Eutonia, or track the video again."
                )
            arrays = {
                m.filename.removesuffix(".npy"): _array(path, archive, m)
                for m in archive.infolist()
                if m.filename.endswith(".npy")
            }
        return _landmarks(header, arrays)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise UnreadableFile(
            f"{path}: these are not sound landmarks of a video ({error}). Copy the file again, or "
            "track the video again."
        ) from error


def key_of(path: Path | str) -> str:
    """Return the key that landmarks were saved with; empty where there is none, or no file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read(_HEADER))["key"])
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError):
        return ""


def _landmarks(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Landmarks:
    n = len(arrays["t_s"])
    parts = {
        part: Points(**{f: x for f in _FIELDS if (x := arrays.get(f"{part}.{f}")) is not None})
        for part in header["parts"]
    }
    if any(len(x) != n for x in arrays.values()):
        raise ValueError("its arrays differ in length")
    if n and not (np.diff(arrays["t_s"]) > 0).all():
        raise ValueError("its times do not increase")
    return Landmarks(
        t_s=np.array(arrays["t_s"], dtype=np.float64),
        width=int(header["width"]),
        height=int(header["height"]),
        parts=parts,
        mirrored=bool(header["mirrored"]),
        models={str(k): str(v) for k, v in header["models"].items()},
        sources=tuple(
            Source(path=str(s["path"]), sha256=str(s["sha256"])) for s in header["sources"]
        ),
    )


def _array(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """Return one array, mapped from the file unless someone compressed it or it is empty."""
    with archive.open(member) as file:
        if member.compress_type != zipfile.ZIP_STORED:
            found: NDArray[Any] = npy.read_array(file, allow_pickle=False)
            return found
        shape, dtype, length = _npy_header(file)
    if dtype.kind != "f":
        raise ValueError(f"{member.filename} does not hold numbers")
    if 0 in shape:
        return np.zeros(shape, dtype)
    at = member.header_offset
    with path.open("rb") as raw:
        raw.seek(at)
        fixed = raw.read(_FIXED)
    names = int.from_bytes(fixed[26:28], "little") + int.from_bytes(fixed[28:30], "little")
    offset = at + _FIXED + names + length
    return np.memmap(path, dtype, mode="r", offset=offset, shape=shape)


def _npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Return shape and type of a stored array, and the length of what says so."""
    version = npy.read_magic(file)
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read_header(file)
    if fortran and len(shape) > 1:
        raise ValueError("its arrays are stored in another order")
    return shape, dtype, file.tell()


def looks_like_landmarks(path: Path) -> bool:
    """Whether a file is a ZIP archive that begins with our header."""
    with path.open("rb") as file:
        head = file.read(_FIXED + len(_HEADER))
    return head.startswith(b"PK\x03\x04") and head.endswith(_HEADER.encode())


def read(path: Path) -> tuple[Recording, ...]:
    """Read what stored landmarks are: one recording without channels, with the times.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    """
    found = load(path)
    if found.n_frames < 2:
        raise UnreadableFile(f"{path}: holds the landmarks of less than two pictures.")
    issues = [*of_time(found.t_s), *of_size(found.width, found.height)]
    told, noted = _told(path), file_for(path).is_file()
    if told is None and not noted:
        text = (
            "These landmarks do not hold what was done when. If there was more than one task, note "
            f"it in {file_for(path).name}."
        )
        issues.append(Issue(code="no_segments", severity="note", message=text))
    return (
        Recording(
            id=path.name,
            kind="landmarks",
            channels=(),
            clock=Clock(id=path.name),
            stamps_s=found.t_s,
            sources=(Source(path=path.name, sha256=digest(path)),),
            # A person's own notes beside the file stand for what was stored in it.
            events=Events() if noted or told is None else told,
            issues=tuple(issues),
        ),
    )


def _told(path: Path) -> Events | None:
    """Return what was done when, as `note` wrote it; None where it did not."""
    with zipfile.ZipFile(path) as archive:
        rows = json.loads(archive.read(_HEADER)).get("segments")
    if rows is None:
        return None
    try:
        factors = sorted({factor for *_, levels in rows for factor in levels})
        return Events(
            onset_s=np.array([float(start) for start, _, _ in rows]),
            duration_s=np.array([float(stop) - float(start) for start, stop, _ in rows]),
            name=tuple(Condition.of(**levels).label for *_, levels in rows),
            columns={f: np.array([levels.get(f, "") for *_, levels in rows]) for f in factors},
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"{path}: its segments are damaged ({error}).") from error


FORMAT = Format(
    id="landmarks",
    title="stored landmarks of a video",
    suffixes=(SUFFIX,),
    reads=looks_like_landmarks,
    read=read,
)

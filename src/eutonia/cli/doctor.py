"""``eutonia doctor``: is this computer ready, and what to do if not."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from eutonia import __version__
from eutonia.cli import DONE, LOSSES
from eutonia.cli.table import render

MIN_PYTHON = (3, 11)
MIN_MEMORY_GB = 4.0  # a 64-channel EEG of 10 minutes takes up to 1.2 GB
MIN_DISK_GB = 1.0
_IMPORT_NAMES = {
    "pyyaml": "yaml",
    "ai-edge-litert": "ai_edge_litert",
    "opencv-python-headless": "cv2",
}


@dataclass(frozen=True)
class Check:
    """One thing looked at: ``ok``, ``note`` or ``fails``, what was found, and what to do."""

    what: str
    result: str
    found: str
    advice: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(as_json: bool) -> int:
    """Check this computer: versions, fonts and PDF, cache, samples, memory; with advice."""
    checks = list(all_checks())
    failed = [c for c in checks if c.result == "fails"]
    if as_json:
        click.echo(json.dumps([asdict(c) for c in checks], indent=2, ensure_ascii=False))
    else:
        rows = [[c.what, c.result, c.found, c.advice] for c in checks]
        click.echo(render(["what", "", "found", "advice"], rows))
        click.echo(f"\n{len(failed)} of {len(checks)} fail." if failed else "\nAll is well.")
    return LOSSES if failed else DONE


def all_checks() -> Iterator[Check]:
    """Yield every check; one that breaks counts as failed, and the others still run."""
    yield Check("eutonia", "ok", f"{__version__} on {platform.system()} {platform.machine()}")
    yield python()
    yield from libraries()
    for check in (formats, models, pdf, knowledge, samples, cache, disk, memory, terminal):
        yield _guarded(check)


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        return Check(check.__name__, "fails", found, "install Eutonia again in a new environment")


def python() -> Check:
    """Check the version of Python and that it is of 64 bits."""
    found = f"{platform.python_version()}, {64 if sys.maxsize > 2**32 else 32} bit"
    if sys.version_info < MIN_PYTHON:
        return Check("Python", "fails", found, "install Python 3.11 or newer")
    if sys.maxsize <= 2**32:
        return Check("Python", "note", found, "long recordings need a 64-bit Python")
    return Check("Python", "ok", found)


def libraries() -> Iterator[Check]:
    """Check that each required library is there, new enough, and can be imported."""
    for line in importlib.metadata.requires("eutonia") or ():
        match = re.match(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?", line)
        if match and "extra ==" not in line:
            yield _library(match[1], match[2] or "")


def _library(name: str, needed: str) -> Check:
    advice = f"pip install --upgrade '{name}>={needed}'" if needed else f"pip install {name}"
    try:
        version = importlib.metadata.version(name)
        importlib.import_module(_IMPORT_NAMES.get(name.lower(), name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, "fails", "not installed", advice)
    except Exception as error:
        # A library that is installed but broken raises anything, such as a missing system file.
        return Check(name, "fails", f"cannot be imported ({error})", f"{advice} --force-reinstall")
    if needed and numbers(version) < numbers(needed):
        return Check(name, "fails", f"{version}, older than {needed}", advice)
    return Check(name, "ok", version)


def formats() -> Check:
    """Check which of the libraries are there that only some formats need."""
    lines = importlib.metadata.requires("eutonia") or ()
    asked = [line for line in lines if re.search(r"extra == .formats.", line)]
    names = [match[0] for line in asked if (match := re.match(r"[\w.-]+", line))]
    missing = [name for name in names if not _installed(name)]
    found = f"{len(names) - len(missing)} of {len(names)} optional libraries"
    if not missing:
        return Check("formats", "ok", found)
    found += f"; without {', '.join(missing)} some formats cannot be read"
    return Check("formats", "note", found, "pip install 'eutonia[formats]'")


def models() -> Check:
    """Check which of the models are there that a video needs."""
    from eutonia.tracking import fetch

    names = fetch.names()
    here = sum(fetch.is_here(name) for name in names)
    found = f"{here} of {len(names)} models of the video tracker"
    if here == len(names):
        return Check("models", "ok", found)
    return Check("models", "note", f"{found}; no video can be assessed", "eutonia models fetch")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, for comparison."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(n) for n in match[0].split(".")) if match else ()


def pdf() -> Check:
    """Render one page with the symbols that reports use."""
    import typst

    page = '#set text(lang: "en")\n= Test\nµV ± − ≥ α β 95 %'
    made = typst.compile(page.encode(), format="pdf")
    if not isinstance(made, bytes) or not made.startswith(b"%PDF"):
        return Check("PDF", "fails", "no PDF came out", "pip install --force-reinstall typst")
    return Check("PDF", "ok", f"one page of {len(made) // 1024} KiB, fonts found")


def knowledge() -> Check:
    """Check that the tables load."""
    from eutonia.knowledge import table

    muscles, references = len(table("muscles")), len(table("references"))
    return Check("knowledge", "ok", f"{muscles} muscles, {references} references")


def samples() -> Check:
    """Look for the sample recordings of `eutonia demo`."""
    from eutonia.model.errors import EutoniaError
    from eutonia.read import samples as find

    try:
        n = sum(p.is_file() for p in find().rglob("*"))
    except EutoniaError as error:
        return Check("samples", "note", "not found", str(error))
    return Check("samples", "ok", f"{n} files")


def cache() -> Check:
    """Check that temporary files can be written."""
    folder = Path(tempfile.gettempdir())
    advice = "set TMPDIR (on Windows: TEMP) to a folder that you can write to"
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return Check("cache", "fails", f"{folder}: {error.strerror}", advice)
    return Check("cache", "ok", f"{folder} can be written")


def disk() -> Check:
    """Check the free space where temporary files go."""
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    advice = "" if free >= MIN_DISK_GB else "make room: long recordings are unpacked there"
    return Check("disk", "note" if advice else "ok", f"{free:.1f} GB free", advice)


def memory() -> Check:
    """Report memory and cores."""
    cores = f"{os.cpu_count() or 1} cores"
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):  # Windows does not tell
        return Check("memory", "ok", f"{cores}; memory not known")
    advice = "" if size >= MIN_MEMORY_GB else "assess long recordings one at a time"
    return Check("memory", "note" if advice else "ok", f"{size:.1f} GB, {cores}", advice)


def terminal() -> Check:
    """Check that the terminal can show the symbols of the tables."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "µ−≥".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        advice = "set PYTHONUTF8=1, or some symbols show as ?"
        return Check("terminal", "note", encoding, advice)
    return Check("terminal", "ok", encoding)

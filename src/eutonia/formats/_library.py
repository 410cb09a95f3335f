"""What readers that stand on another library share: errors, the files behind a recording."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from eutonia.model import EutoniaError, Issue, Source, UnreadableFile

_MOST_SAID = 5  # messages of a library that are passed on


def opened(path: Path | str, title: str, call: Callable[[], Any]) -> tuple[Any, tuple[Issue, ...]]:
    """Return what a library's reader returns, and what it warned of.

    Raises
    ------
    UnreadableFile
        Whatever the library raised, in one sentence.
    """
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = call()
    except EutoniaError:
        raise
    except ImportError as error:
        raise UnreadableFile(
            f"{path}: {title} needs a package that is not installed ({_brief(error)}). Install it "
            "with: pip install eutonia[formats]"
        ) from error
    except Exception as error:  # whatever a damaged file makes a library raise
        raise UnreadableFile(
            f"{path}: cannot be read as {title} ({_brief(error)}). The file may be damaged, a file "
            "that belongs to it missing, or its version unknown: copy all of its files again, or "
            "export the recording as EDF."
        ) from error
    texts = dict.fromkeys(
        _brief(w.message) for w in said if issubclass(w.category, RuntimeWarning | UserWarning)
    )
    return found, tuple(
        Issue(code="library_says", severity="note", message=f"The library that read it says: {t}")
        for t in list(texts)[:_MOST_SAID]
    )


def _brief(message: object) -> str:
    """Return the first line of a message, without the folders of files."""
    lines = [line.strip() for line in str(message).splitlines() if line.strip()]
    text = lines[0] if lines else message.__class__.__name__
    words = (Path(w).name if w.startswith(("/", '"/', "'/")) else w for w in text.split())
    return " ".join(words)[:200]


def sources(path: Path, data: Path, others: Iterable[Path] = ()) -> tuple[Source, ...]:
    """Return the files behind a recording.

    Parameters
    ----------
    path : Path
        The recording.
    data : Path
        The file of its samples, the ``path`` of its signal: hashed while they are looked at.
    others : iterable of Path
        Further files; they are hashed now.
    """
    found = []
    for file in dict.fromkeys((path, data, *others)):
        if file.is_file():
            digest = "" if file == data else _sha256(file)
            found.append(Source(path=_name(file, path), sha256=digest))
    return tuple(found)


def _name(file: Path, path: Path) -> str:
    return path.name if file == path else str(file.resolve())


def _sha256(file: Path) -> str:
    found = sha256()
    with file.open("rb") as opened_file:
        while block := opened_file.read(2**20):
            found.update(block)
    return found.hexdigest()


def beside(path: Path, *endings: str) -> tuple[Path, ...]:
    """Return the files next to a path with its own stem and one of these endings, in any case."""
    wanted = {(path.stem + ending).casefold() for ending in endings}
    return tuple(p for p in sorted(path.parent.iterdir()) if p.name.casefold() in wanted)

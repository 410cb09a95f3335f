"""Copies of recordings and of what stands beside them, without what names a person.

A copy has a new header and the same samples; the file itself is never changed. What Eutonia cannot
look through is refused with what to do, never copied in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eutonia.formats import (
    _deidentify_brainvision,
    _deidentify_edf,
    _deidentify_sidecars,
    _deidentify_sound,
    assessment,
    bids,
    deidentify,
    pseudonyms,
    suffix,
)
from eutonia.formats._deidentify_marks import CannotDeidentify, Copied
from eutonia.formats.pseudonyms import Identity
from eutonia.model import EutoniaError

__all__ = ["CannotDeidentify", "Copied", "LeftOut", "copy_file", "copy_person"]

_VIDEO = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".mts")
_PICTURES = (".jpg", ".jpeg", ".png", ".heic", ".tif", ".tiff", ".bmp", ".gif", ".dcm", ".nii")
_ANSWERS = re.compile(r"(.*_)?(intake|person|diary|examination.*)\.(ya?ml|json|csv|tsv)")
_TABLES = ("channels", "electrodes", "events")
#: Names in a data set that belong to nobody.
_SHARED = frozenset(
    {*bids.SUFFIX_KIND, "anat", "func", "meg", "nirs", "derivatives", "eutonia"}
    | {assessment.FILE, "participants.tsv", "dataset_description.json"}
)
_COPIERS: dict[str, Callable[[Path, Path, Identity], Copied]] = {
    ".edf": _deidentify_edf.copy,
    ".bdf": _deidentify_edf.copy,
    ".rec": _deidentify_edf.copy,
    ".vhdr": _deidentify_brainvision.copy,
    ".wav": _deidentify_sound.copy_wav,
    ".flac": _deidentify_sound.copy_flac,
    ".json": _deidentify_sidecars.copy_json,
    ".tsv": _deidentify_sidecars.copy_table,
    ".tsv.gz": _deidentify_sidecars.copy_numbers,
}


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A file that was not copied, and what to do."""

    path: Path
    why: str


def copy_file(source: Path, target: Path, *, identity: Identity) -> Copied:
    """Copy one recording or sidecar without what names a person; the samples stay the same.

    Parameters
    ----------
    source : Path
        EDF, EDF+, BDF, BrainVision (its header), WAV, FLAC, or a sidecar of BIDS (JSON,
        ``channels.tsv``, ``electrodes.tsv``, ``events.tsv``, ``participants.tsv``, ``scans.tsv``,
        a table of numbers).
    target : Path
        New file in a folder that exists, under a name that names nobody.
    identity : Identity
        Person and key.

    Returns
    -------
    Copied
        The files written, with what was removed and what to look at.

    Raises
    ------
    CannotDeidentify
        If the format is not looked through, or the target exists.
    UnreadableFile
        If the file is damaged.
    """
    if target.exists():
        raise CannotDeidentify(f"{target} exists already; name another file.")
    copier = _copier(source)
    try:
        return copier(source, target, identity)
    except (EutoniaError, OSError):
        for part in (target, *(target.with_suffix(s) for s in (".vhdr", ".eeg", ".vmrk"))):
            if part != source and part.is_file():
                part.unlink()  # a half copy is none
        raise


def _copier(source: Path) -> Callable[[Path, Path, Identity], Copied]:
    ending, kind = suffix(source), bids.stem(source).split("_")[-1]
    if ending in _VIDEO or ending in _PICTURES:
        raise CannotDeidentify(
            f"{source}: a face and a room cannot be taken out of a header. Share the landmarks or "
            "the numbers instead, or a copy that was blurred by a person who looked at the end "
            "result."
        )
    if ending == ".tsv":
        special: dict[str, Callable[[Path, Path, Identity], Copied]] = {
            "participants": _deidentify_sidecars.copy_participants,
            "motion": _deidentify_sidecars.copy_numbers,
            "physio": _deidentify_sidecars.copy_numbers,
            "scans": _times,
            "sessions": _times,
        }
        if kind in special:
            return special[kind]
        if kind not in _TABLES:
            raise CannotDeidentify(
                f"{source}: this table is not known, and may hold anything. Copy it by hand after "
                "looking through it."
            )
    if ending in (".eeg", ".vmrk"):
        raise CannotDeidentify(f"{source}: is copied together with its header (.vhdr): name that.")
    if ending not in _COPIERS:
        raise CannotDeidentify(
            f"{source}: files of this kind ({ending or 'no ending'}) can hold names in places that "
            "Eutonia does not look through. Export the recording as EDF, BrainVision or WAV, and "
            "copy that."
        )
    return _COPIERS[ending]


def _times(source: Path, target: Path, identity: Identity) -> Copied:
    def named(text: str) -> str:
        new = new_path(Path(text), identity)
        return new.as_posix() if new is not None else ""

    return _deidentify_sidecars.copy_times(source, target, identity, named)


def new_path(path: Path, identity: Identity) -> Path | None:
    """Return a path below the data set with the new pseudonym; None where its name is not BIDS."""
    parts = [_new_part(p, identity) for p in path.parts]
    return Path(*parts) if all(parts) else None


def _new_part(part: str, identity: Identity) -> str:
    entities = bids.entities(Path(part))
    if "sub" in entities and f"sub-{entities['sub']}" != identity.person:
        return ""
    for name, label in entities.items():
        if name == "sub":
            part = part.replace(identity.person, identity.new, 1)
        elif name == "ses":
            new = pseudonyms.new_visit(identity.key, identity.person, f"ses-{label}")
            part = part.replace(f"ses-{label}", new, 1)
    plain = re.fullmatch(r"[A-Za-z0-9+_.-]+", part) is not None
    return part if plain and (entities or part in _SHARED) else ""


def copy_person(
    root: Path, out: Path, *, identity: Identity, folder: Path | None = None
) -> tuple[Copied, tuple[LeftOut, ...]]:
    """Copy one person's part of a data set without what names them, as a data set of its own.

    Parameters
    ----------
    root : Path
        The data set.
    out : Path
        New or empty folder outside of it.
    identity : Identity
        Whose part.
    folder : Path, optional
        One visit only (``sub-01/ses-02`` of the data set).

    Returns
    -------
    Copied
        The files written, with warnings.
    tuple of LeftOut
        The files that were not copied, each with the reason; nothing is left out in silence.
    """
    root, out = root.resolve(), out.resolve()
    if out.exists() and any(out.iterdir()):
        raise CannotDeidentify(f"{out} is not empty; name a new folder.")
    if out.is_relative_to(root):
        raise CannotDeidentify(f"{out} lies inside the data set; name a folder outside of it.")
    written: list[Path] = []
    warnings: list[str] = []
    left: list[LeftOut] = []
    for source in _files(root, identity.person, folder.resolve() if folder else None):
        try:
            new = new_path(source.relative_to(root), identity)
            if new is None:
                raise CannotDeidentify("its name is not one of BIDS, and may name somebody.")
            (out / new).parent.mkdir(parents=True, exist_ok=True)
            copied = _one(source, out / new, identity)
        except (EutoniaError, OSError) as error:
            why = str(error).removeprefix(f"{source}: ")
            left.append(LeftOut(path=source.relative_to(root), why=why))
        else:
            written += copied.files
            warnings += (f"{source.relative_to(root)}: {w}" for w in copied.warnings)
    return Copied(files=tuple(written), warnings=tuple(dict.fromkeys(warnings))), tuple(left)


def _files(root: Path, person: str, folder: Path | None) -> Iterator[Path]:
    """Yield what concerns one person, files that belong to a header left to it."""
    yield from (
        root / n for n in ("dataset_description.json", "participants.tsv") if (root / n).is_file()
    )
    base = folder or root / person
    own = sorted(p for p in base.rglob("*") if p.is_file() and not p.is_symlink())
    headers = {p.with_suffix("") for p in own if p.suffix.lower() == ".vhdr"}
    for path in own:
        belongs = path.suffix.lower() in (".eeg", ".vmrk") and path.with_suffix("") in headers
        if not belongs:
            yield path
    made = root / "derivatives" / "eutonia" / base.relative_to(root)
    yield from sorted(made.rglob(assessment.FILE))


def _one(source: Path, target: Path, identity: Identity) -> Copied:
    if source.name == assessment.FILE:
        record, _ = assessment.load(source.parent)
        found = deidentify.deidentify(record, key=identity.key, keep_text=identity.keep_text)
        target.write_text(assessment.dumps(found.assessment), encoding="utf-8", newline="\n")
        removed = (f"texts removed: {', '.join(found.removed)}.",) if found.removed else ()
        return Copied(files=(target,), warnings=(*removed, *found.warnings))
    if _ANSWERS.fullmatch(source.name):
        raise CannotDeidentify("answers leave inside the de-identified assessment only.")
    return copy_file(source, target, identity=identity)

"""Is an assessment what its manifest says? Files are hashed again, numbers computed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eutonia import __version__
from eutonia.assess import assess, hashed
from eutonia.formats.assessment import load
from eutonia.formats.manifest import FILE, load_manifest, save_manifest
from eutonia.model import Assessment, EutoniaError, Finding, Manifest, Source

#: Relative difference that a recomputed number may have (other libraries, other processor).
TOLERANCE = 1e-9


def seal(folder: Path) -> Manifest:
    """Write the hashes of all files of an assessment into its manifest."""
    manifest = load_manifest(folder)
    outputs = tuple(
        hashed(p, folder) for p in sorted(folder.iterdir()) if p.is_file() and p.name != FILE
    )
    sealed = replace(manifest, outputs=outputs)
    save_manifest(sealed, folder)
    return sealed


def verify(folder: Path, *, recompute: bool = True) -> tuple[str, ...]:
    """Check an assessment's files against its manifest, and its numbers by computing them again.

    Parameters
    ----------
    folder : Path
        Output folder of an assessment.
    recompute : bool
        Also take every measure again from the same files with the same seed.

    Returns
    -------
    tuple of str
        One sentence for each problem; empty if all is as it was.
    """
    manifest = load_manifest(folder)
    problems = list(_changed(manifest.outputs, folder, "output"))
    visit = (folder / manifest.visit).resolve()
    if not visit.exists():
        return (*problems, f"The visit is not at {manifest.visit} (seen from the assessment).")
    root = visit if visit.is_dir() else visit.parent
    problems += _changed(manifest.inputs, root, "input")
    if recompute:
        problems += _recomputed(folder, visit, manifest)
    return tuple(problems)


def _changed(sources: tuple[Source, ...], root: Path, what: str) -> Iterator[str]:
    for source in sources:
        path = root / source.path
        if not path.is_file():
            yield f"The {what} file {source.path} is missing."
        elif hashed(path, root).sha256 != source.sha256:
            yield f"The {what} file {source.path} was changed."


def _recomputed(folder: Path, visit: Path, manifest: Manifest) -> Iterator[str]:
    """Yield what is different when the numbers are computed again."""
    made_by = dict(manifest.versions).get("eutonia")
    if made_by != __version__:
        yield f"Made by Eutonia {made_by}; this is {__version__}, so numbers may differ."
    stored, _ = load(folder)
    ids = tuple(name for name, _ in manifest.measures)
    try:
        with TemporaryDirectory() as scratch:
            again, _ = assess(visit, out=Path(scratch), measures=ids, seed=manifest.seed)
    except EutoniaError as error:
        yield f"The numbers cannot be computed again: {error}"
        return
    yield from _differences(stored, again)


def _differences(stored: Assessment, again: Assessment) -> Iterator[str]:
    was, now = _by_name(stored), _by_name(again)
    for name in sorted(was.keys() | now.keys()):
        if name not in now:
            yield f"{name} cannot be measured any more."
        elif name not in was:
            yield f"{name} was not in the assessment."
        elif not _same(_numbers(was[name]), _numbers(now[name])):
            before, after = was[name].estimate.value, now[name].estimate.value
            yield f"{name} was {before!r} and is now {after!r}, or its interval changed."
    if len(stored.not_measurable) != len(again.not_measurable):
        yield "What could not be measured has changed."


def _by_name(assessment: Assessment) -> dict[str, Finding]:
    return {
        f"{f.estimate.measure} of {f.estimate.target.label} ({f.estimate.condition.label})": f
        for f in assessment.findings
    }


def _numbers(finding: Finding) -> list[float]:
    e = finding.estimate
    limits = [e.interval.lo, e.interval.hi] if e.interval else []
    return [e.value, *limits]


def _same(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) for a, b in zip(one, other, strict=True)
    )

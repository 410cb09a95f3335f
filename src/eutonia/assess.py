"""From a visit's files to an assessment: the main job."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from eutonia import __version__
from eutonia.formats.assessment import save
from eutonia.formats.outcome import load_outcome, save_outcome
from eutonia.judge import judge, with_false_discovery
from eutonia.measures import Entry, entries, entry
from eutonia.model import (
    Assessment,
    Evidence,
    Manifest,
    Outcome,
    Recording,
    RecordingSummary,
    Span,
    Visit,
)
from eutonia.quality import inspect
from eutonia.read import read_visit
from eutonia.run import Memo, run_measure, visit_spans

Progress = Callable[[str, int, int], None]


def assess(
    path: Path,
    *,
    out: Path | None = None,
    measures: tuple[str, ...] = (),
    seed: int = 0,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[Assessment, Path]:
    """Read a visit, take every measure, judge it, and save the assessment.

    Work that an interrupted run has finished is kept below the output folder and used again as long
    as files, versions and seed are the same.

    Parameters
    ----------
    path : Path
        Folder of a visit (BIDS or loose) or a single file.
    out : Path, optional
        Output folder; by default ``derivatives/eutonia/…`` of the data set, or beside the visit.
    measures : tuple of str
        Ids; all by default.
    seed : int
        Of all resampling.
    jobs : int
        Processes; the numbers do not depend on it.
    progress : callable, optional
        Called with a few words, steps done, and steps in all.

    Returns
    -------
    Assessment
    Path
        The output folder.
    """
    chosen = [entry(m) for m in measures] or list(entries().values())
    visit, evidence, outcome = _measured(path, out, chosen, seed=seed, jobs=jobs, progress=progress)
    folder = out or output_folder(path)
    manifest = _manifest(visit, chosen, seed=seed, visit_path=relative(path, folder))
    assessment = conclude(visit, outcome, manifest=manifest)
    save(assessment, evidence, folder)
    return assessment, folder


def conclude(visit: Visit, outcome: Outcome, *, manifest: Manifest) -> Assessment:
    """Judge the estimates and put the assessment together."""
    spans = visit_spans(visit)
    contrasts = with_false_discovery(outcome.contrasts)
    findings = tuple(judge(e, contrasts=contrasts) for e in outcome.estimates)
    return Assessment(
        person=visit.person,
        visit=visit.id,
        state=visit.state,
        recordings=tuple(_summary(r, spans) for r in visit.recordings),
        lost=visit.lost,
        findings=findings,
        contrasts=contrasts,
        not_measurable=outcome.not_measurable,
        manifest=manifest,
        examinations=visit.examinations,
        labels=visit.labels,
    )


def output_folder(path: Path) -> Path:
    """Return where an assessment is kept: BIDS derivatives, or a folder beside a loose visit."""
    path = path.resolve()
    for parent in (path, *path.parents):
        if (parent / "dataset_description.json").is_file():
            return parent / "derivatives" / "eutonia" / path.relative_to(parent)
    return path.with_name(f"{path.stem if path.is_file() else path.name}-eutonia")


def _measured(
    path: Path,
    out: Path | None,
    chosen: list[Entry],
    *,
    seed: int,
    jobs: int,
    progress: Progress | None,
) -> tuple[Visit, Evidence, Outcome]:
    """Read, inspect and measure; finished measures are kept and resumed."""
    say = progress or (lambda *_: None)
    steps = len(chosen) + 1
    say("reading", 0, steps)
    visit = read_visit(path)
    visit = replace(visit, recordings=tuple(inspect(r) for r in visit.recordings))
    kept = (out or output_folder(path)) / ".unfinished"
    key = _key(visit, seed)
    todo = [e for e in chosen if load_outcome(kept / _name(e, key)) is None]
    for done, (one, outcome) in enumerate(_work(todo, visit, seed=seed, jobs=jobs), 1):
        save_outcome(outcome, kept / _name(one, key))
        say(one.declared.title, steps - len(todo) + done - 1, steps)
    total = Outcome()
    for one in chosen:
        finished = load_outcome(kept / _name(one, key))
        if finished is None:
            raise RuntimeError(f"the finished work on {one.declared.id} cannot be read back")
        total = total.plus(finished)
    for file in kept.glob("*"):
        file.unlink()
    if kept.is_dir():
        kept.rmdir()
    say("judging", steps, steps)
    return visit, total.evidence, total


def _work(
    todo: list[Entry], visit: Visit, *, seed: int, jobs: int
) -> Iterable[tuple[Entry, Outcome]]:
    """Yield each measure's outcome as soon as it is there."""
    spans = visit_spans(visit)
    if jobs <= 1 or len(todo) <= 1:
        memo = Memo()
        for one in todo:
            yield one, run_measure(one, visit, spans, seed=seed, memo=memo)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from zip(todo, pool.map(partial(_alone, visit, spans, seed), todo), strict=True)


def _alone(visit: Visit, spans: tuple[Span, ...], seed: int, one: Entry) -> Outcome:
    return run_measure(one, visit, spans, seed=seed)


def _key(visit: Visit, seed: int) -> str:
    """Return a hash of everything that the numbers of this run depend on."""
    parts = [__version__, str(seed), repr(visit.state)]
    for r in visit.recordings:
        parts += [r.id, repr(r.sources), repr(r.channels), repr(r.condition), repr(r.clock)]
        parts += [repr(r.bad), repr(r.events), repr(r.line_hz)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _name(one: Entry, key: str) -> str:
    return f"{one.declared.id}-{one.declared.version}-{key}"


def _summary(recording: Recording, spans: tuple[Span, ...]) -> RecordingSummary:
    conditions = (s.condition.label for s in spans if s.recording == recording.id)
    n = max(recording.n_samples * len(recording.channels), 1)
    rate = recording.rate_hz or 0.0
    bad = sum(
        (b.stop_s - b.start_s) * rate * (1 if b.channel else len(recording.channels))
        for b in recording.bad
    )
    return RecordingSummary(
        id=recording.id,
        kind=recording.kind,
        duration_s=recording.duration_s,
        rate_hz=recording.rate_hz,
        channels=recording.channels,
        conditions=tuple(dict.fromkeys(conditions)),
        issues=recording.issues,
        bad_share=min(1.0, bad / n),
        sources=recording.sources,
        device=recording.device,
        aligned=recording.clock.aligned,
    )


def _manifest(visit: Visit, chosen: list[Entry], *, seed: int, visit_path: str) -> Manifest:
    inputs = {s.path: s for r in visit.recordings for s in r.sources}
    libraries = ("numpy", "scipy", "edfio", "soundfile")
    return Manifest(
        versions=(
            ("eutonia", __version__),
            ("python", platform.python_version()),
            *((name, version(name)) for name in libraries),
        ),
        measures=tuple((e.declared.id, e.declared.version) for e in chosen),
        inputs=tuple(sorted(inputs.values(), key=lambda s: s.path)),
        seed=seed,
        visit=visit_path,
    )


def relative(path: Path, folder: Path) -> str:
    """Return the way from `folder` to `path`, with forward slashes."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()

"""From a visit's files to an assessment: the main job."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from itertools import repeat
from pathlib import Path

from eutonia import __version__
from eutonia.earlier import against_earlier
from eutonia.exam import comparisons, named_form, ratings, verdicts
from eutonia.film import Pictures
from eutonia.formats import examination, intake
from eutonia.formats.assessment import FILE, load, save
from eutonia.formats.norms import found_for
from eutonia.formats.norms import load as load_norms
from eutonia.formats.outcome import load_outcome, save_outcome
from eutonia.judge import judge, with_false_discovery
from eutonia.knowledge import table
from eutonia.measures import Entry, entries, entry
from eutonia.measures.hand_sight import GUESSED
from eutonia.model import (
    Assessment,
    Comparison,
    Contrast,
    EutoniaError,
    Evidence,
    InvalidRecord,
    Issue,
    Lost,
    Manifest,
    Norms,
    Outcome,
    Recording,
    RecordingSummary,
    Source,
    Span,
    Target,
    Visit,
)
from eutonia.norms import against_norms
from eutonia.quality import inspect
from eutonia.read import read_visit, visit_folder
from eutonia.run import Memo, run_measure, visit_spans

Progress = Callable[[str, int, int], None]


def assess(  # noqa: PLR0913 - the options of the whole job
    path: Path,
    *,
    out: Path | None = None,
    measures: tuple[str, ...] = (),
    seed: int = 0,
    jobs: int = 1,
    pictures: Pictures = "shown",
    earlier: Path | None = None,
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
    pictures : {'shown', 'covered', 'none'}
        Whether pictures of a video stand in the report, with the face covered, or not at all.
    earlier : Path, optional
        Output folder of an earlier visit of the same person; by default that of the last session
        before this one in the data set that was assessed.
    progress : callable, optional
        Called with a few words, steps done, and steps in all.

    Returns
    -------
    Assessment
    Path
        The output folder.
    """
    chosen = list({e.declared.id: e for e in map(entry, measures)}.values())
    chosen = chosen or list(entries().values())
    path = path if path.is_file() else visit_folder(path)
    folder = out or output_folder(path)
    visit = _inspected(path, progress, steps=len(chosen) + 1)
    visit, before, previous = _before(visit, path, earlier)
    seen: Evidence = {}
    if any(r.kind in ("video", "landmarks") for r in visit.recordings):
        from eutonia.watch import watched  # the tracker is loaded only where there is a video

        kept = folder / "landmarks"
        visit, seen = watched(visit, _base(path), kept=kept, pictures=pictures, progress=progress)
    outcome = Outcome(evidence=seen).plus(ratings(visit))
    if visit.recordings or not (visit.examinations or visit.diary):
        measured = _measured(visit, folder, chosen, seed=seed, jobs=jobs, progress=progress)
        outcome = measured.plus(outcome)
    norms = found_for(path)
    manifest = _manifest(
        visit, path, chosen, seed=seed, folder=folder, seen=seen, norms=norms, before=before
    )
    assessment = conclude(
        visit,
        outcome,
        manifest=manifest,
        norms=load_norms(norms) if norms else None,
        earlier=previous,
    )
    save(assessment, outcome.evidence, folder)
    return assessment, folder


def conclude(
    visit: Visit,
    outcome: Outcome,
    *,
    manifest: Manifest,
    norms: Norms | None = None,
    earlier: Assessment | None = None,
) -> Assessment:
    """Judge the estimates and put the assessment together."""
    spans = visit_spans(visit)
    age, estimates = visit.person.age_years, outcome.estimates
    of_controls: Iterable[Comparison | None] = repeat(None)
    if norms is not None:
        of_controls = against_norms(estimates, norms, age_years=age)
    of_before: Iterable[Comparison | None] = repeat(None)
    if earlier is not None:
        of_before = against_earlier(estimates, earlier, state=visit.state, norms=norms)
    primary = primary_measures(named_form(visit))
    guessed = frozenset((e.measure, e.target) for e in estimates if GUESSED in e.quality)
    family = partial(_family, primary=primary, guessed=guessed)
    contrasts = with_false_discovery(outcome.contrasts, family=family)
    concluded = verdicts(visit, outcome.estimates)
    findings = tuple(
        judge(
            e,
            contrasts=contrasts,
            against=(*filter(None, held), *comparisons(e, concluded.changes)),
            primary=_one_of(e.measure, primary),
        )
        for e, *held in zip(estimates, of_controls, of_before, strict=False)
    )
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
        earlier_state=visit.earlier_state if visit.earlier or not earlier else earlier.state,
        history=visit.history,
        diary=visit.diary,
        verdicts=concluded,
        labels=visit.labels,
    )


def _before(
    visit: Visit, path: Path, named: Path | None
) -> tuple[Visit, Path | None, Assessment | None]:
    """Return the visit, the folder of the one before it, and its assessment.

    One that was named must be readable; one that was only found is lost where it is not.
    """
    if named is not None:
        return visit, named, _of_the_same_person(named, visit)
    sessions = examination.sessions_before(path) if path.is_dir() else ()
    folders = (output_folder(session) for session in reversed(sessions))
    found = next((folder for folder in folders if (folder / FILE).is_file()), None)
    if found is None:
        return visit, None, None
    try:
        return visit, found, _of_the_same_person(found, visit)
    except EutoniaError as error:
        lost = Lost(path=found.name, error=str(error))
        return replace(visit, lost=(*visit.lost, lost)), None, None


def _of_the_same_person(folder: Path, visit: Visit) -> Assessment:
    """Read an earlier assessment, which must not be of somebody else."""
    found, _ = load(folder)
    known = {found.person.id, visit.person.id} - {"unknown"}
    if len(known) > 1:
        raise InvalidRecord(
            f"{folder}: this is an assessment of {found.person.id}, the visit is of "
            f"{visit.person.id}; name the folder of an earlier visit of the same person."
        )
    return found


def primary_measures(form: str) -> frozenset[str]:
    """Return the measures that are primary findings of a form of dystonia."""
    primary = table("forms").get(form, {}).get("primary", ())
    return frozenset(m for finding in primary for m in finding.get("measures", ()))


def _one_of(measure: str, primary: frozenset[str]) -> bool:
    """Tell whether a measure, or what it is a part of, is primary."""
    return any(measure == p or measure.startswith(f"{p}.") for p in primary)


def _family(
    contrast: Contrast,
    *,
    primary: frozenset[str],
    guessed: frozenset[tuple[str, Target]] = frozenset(),
) -> str:
    """Return which question a contrast belongs to: the form's own, or that of a kind of recording.

    A face that is filmed for its eyes also shows mouth and head, and what is compared of these
    must not hide a difference of the eyes; nor must fingers whose bends the camera only guessed
    hide one of a finger that was seen, nor all else that a film shows what it is made for. Of that
    the parts of a number ask different things: how far a finger curls, and how far beyond others;
    and so do what a task adds to rest and what it adds to the one nearest to it, as the grip.
    """
    if _one_of(contrast.measure, primary):
        return "primary"
    kind: str = next(iter(entry(contrast.measure).declared.needs.inputs), "")
    if (contrast.measure, contrast.target) in guessed:
        return f"{kind}, guessed"
    protocols = (p for p in table("protocols").values() if kind in p["shows"])
    asked = frozenset(measure for p in protocols for measure in p["numbers"])
    acts = contrast.condition.get("side") in ("", contrast.target.side)
    if not acts or not _one_of(contrast.measure, asked):
        return kind
    part = contrast.measure.removeprefix(entry(contrast.measure).declared.id).replace(".", ", ")
    resting = table("conditions")["task"]["reference"]
    near = contrast.factor == "task" and contrast.b != resting
    return f"{kind}, asked{part}{f', against {contrast.b}' if near else ''}"


def output_folder(path: Path) -> Path:
    """Return where an assessment is kept: BIDS derivatives, or a folder beside a loose visit."""
    path = path.resolve()
    name = path.with_suffix("") if path.is_file() else path
    for parent in path.parents:
        if (parent / "dataset_description.json").is_file():
            return parent / "derivatives" / "eutonia" / name.relative_to(parent)
    return name.with_name(f"{name.name}-eutonia")


def _base(path: Path) -> Path:
    """Return the folder that the names of the recordings are relative to."""
    return path.parent if path.is_file() else path


def _inspected(path: Path, progress: Progress | None, *, steps: int) -> Visit:
    """Read the visit and look for what is wrong with its signals."""
    if progress:
        progress("reading", 0, steps)
    visit = read_visit(path)
    return once(replace(visit, recordings=tuple(_of_no_use(inspect(r)) for r in visit.recordings)))


def _of_no_use(recording: Recording) -> Recording:
    """Return a recording that says so where no measure takes its kind, as sound."""
    measured = {i.kind for e in entries().values() for i in e.declared.needs.inputs.values()}
    # A video is replaced by the movements that are seen in it.
    kinds = {recording.kind, *(c.kind for c in recording.channels)}
    if kinds & {*measured, "video", "landmarks"}:
        return recording
    message = (
        f"No measure takes a recording of this kind ({recording.kind}): nothing of it is used."
    )
    issue = Issue(code="no_measure", severity="warning", message=message)
    return replace(recording, issues=(*recording.issues, issue))


def once(visit: Visit) -> Visit:
    """Leave out copies of a file: they would count as repeats that were never recorded."""
    first: dict[str, str] = {}
    copies: dict[str, str] = {}
    for recording in visit.recordings:
        for source in recording.sources[:1]:
            if first.setdefault(source.sha256, source.path) != source.path:
                copies[source.path] = first[source.sha256]
    lost = tuple(
        Lost(path=copy, error=f"The same content as {original}; counted once.")
        for copy, original in copies.items()
    )
    kept = tuple(r for r in visit.recordings if not {s.path for s in r.sources[:1]} & copies.keys())
    return replace(visit, recordings=kept, lost=visit.lost + lost)


def _measured(
    visit: Visit,
    folder: Path,
    chosen: list[Entry],
    *,
    seed: int,
    jobs: int,
    progress: Progress | None,
) -> Outcome:
    """Take the measures; what an interrupted run has finished is not done again."""
    kept, key = folder / ".unfinished", _key(visit, seed)
    done = {e.declared.id: load_outcome(kept / _name(e, key)) for e in chosen}
    todo = [e for e in chosen if done[e.declared.id] is None]
    for one, outcome in _work(todo, visit, seed=seed, jobs=jobs):
        save_outcome(outcome, kept / _name(one, key))
        done[one.declared.id] = outcome
        if progress:
            n_done = sum(o is not None for o in done.values())
            progress(one.declared.title, n_done, len(chosen) + 1)
    total = Outcome()
    for finished in done.values():
        total = total.plus(finished) if finished else total
    shutil.rmtree(kept, ignore_errors=True)
    return total


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


def _manifest(  # noqa: PLR0913 - all that an assessment was made from
    visit: Visit,
    path: Path,
    chosen: list[Entry],
    *,
    seed: int,
    folder: Path,
    seen: Evidence,
    norms: Path | None,
    before: Path | None,
) -> Manifest:
    inputs = {s.path: s for r in visit.recordings for s in r.sources}
    base = _base(path)
    with suppress(InvalidRecord):  # several intake files: said among the lost
        if (answers := intake.path_in(base)) is not None:
            source = hashed(answers, base)
            inputs[source.path] = source
    others = [norms, before / FILE if before else None]
    for file in (*examination.files_for(base), *filter(None, others)):
        name = Path(os.path.relpath(file.resolve(), base.resolve())).as_posix()
        inputs[name] = replace(hashed(file, file.parent), path=name)
    return Manifest(
        versions=_versions(seen),
        measures=tuple((e.declared.id, e.declared.version) for e in chosen),
        inputs=tuple(sorted(inputs.values(), key=lambda s: s.path)),
        seed=seed,
        visit=Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix(),
    )


def _versions(seen: Evidence) -> tuple[tuple[str, str], ...]:
    """Return what the numbers depend on; of the video models the SHA-256."""
    libraries = ["numpy", "scipy", "edfio", "soundfile"]
    models = {str(n): str(digest) for arrays in seen.values() for n, digest in arrays["models"]}
    if models:
        libraries += ["opencv-python-headless", "ai-edge-litert"]
    return (
        ("eutonia", __version__),
        ("python", platform.python_version()),
        *((name, version(name)) for name in libraries),
        *sorted((f"model {name}", digest) for name, digest in models.items()),
    )


def hashed(path: Path, root: Path) -> Source:
    """Return the name of a file below `root`, and its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(path=path.relative_to(root).as_posix(), sha256=digest)

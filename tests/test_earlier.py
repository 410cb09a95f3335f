"""Numbers of a visit against those of an earlier one: what is compared, and what decides."""

import csv
import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from eutonia.assess import assess
from eutonia.cli import cli
from eutonia.earlier import against_earlier
from eutonia.formats.assessment import load
from eutonia.formats.norms import FILE as NORMS
from eutonia.formats.norms import save as save_norms
from eutonia.judge import judge
from eutonia.measures import entry
from eutonia.model import (
    Assessment,
    Condition,
    Context,
    Estimate,
    InvalidRecord,
    Manifest,
    Norm,
    Norms,
    Person,
    Target,
    VisitState,
)
from eutonia.report.blocks import blocks
from eutonia.report.html import html
from eutonia.verify import verify

TARGET = Target(label="right biceps", channels=("b",), sites=("biceps",), side="right")


def _estimate(value, measure="emg.mdpf", half=0.5, **changes):
    from eutonia.model import Interval

    declared = entry(measure).declared
    given = Estimate(
        measure=measure,
        version=declared.version,
        title=declared.title,
        unit=next(iter(declared.units.values())),
        tier=declared.tier,
        sources=(),
        target=TARGET,
        condition=Condition.of(task="writing"),
        value=value,
        interval=Interval(
            lo=value - half, hi=value + half, kind="within the recording", method="a test"
        ),
        n_effective=30,
        valid=(0, 1),
        valid_by="a test",
        context=Context(device="Amp 1"),
    )
    return replace(given, **changes)


def _visit(*estimates, **state):
    return Assessment(
        person=Person(id="sub-01"),
        visit="01",
        state=VisitState(**state),
        recordings=(),
        lost=(),
        findings=tuple(judge(e) for e in estimates),
        contrasts=(),
        not_measurable=(),
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
    )


def _norms(now, sem, *, log=False):
    norm = Norm(
        measure=now.measure,
        version=now.version,
        unit=now.unit,
        target=now.target.label,
        condition=now.condition.label,
        log=log,
        n=30,
        mean=1,
        sd=1,
        sem=sem,
        retested=22,
    )
    return Norms(name="Lab A", people=30, made_with="0", norms=(norm,))


def _compared(now, before, *, state=None, before_state=None, norms=None):
    (found,) = against_earlier(
        [now],
        _visit(before, **(before_state or {})),
        state=VisitState(**(state or {})),
        norms=norms,
    )
    return found


def test_without_repeatability_a_large_change_is_not_judged():
    """The change stands there with both numbers; nothing says that it is more than error."""
    found = _compared(_estimate(60.0), _estimate(50.0))
    assert found.verdict == "repeatability unknown"
    assert found.difference == pytest.approx(10)
    assert "50 to 60 Hz (+10)" in found.words


def test_a_change_within_what_the_recordings_leave_open_cannot_be_resolved():
    """Two intervals of ±3 leave 4.2 open, whatever a person varies from day to day."""
    found = _compared(_estimate(54.0, half=3.0), _estimate(50.0, half=3.0))
    assert found.verdict == "smaller than this measure can resolve"
    assert "4.24" in found.words
    found = _compared(_estimate(54.5, half=3.0), _estimate(50.0, half=3.0))
    assert found.verdict == "repeatability unknown"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(2.7, "smaller than this measure can resolve"), (2.8, "beyond measurement error")],
)
def test_the_laboratorys_own_repeatability_decides(change, verdict):
    """The minimal detectable change is 1.96 · √2 · SEM: 2.77 for an SEM of 1."""
    now = _estimate(50.0 + change)
    found = _compared(now, _estimate(50.0), norms=_norms(now, 1.0))
    assert found.verdict == verdict
    for words in ("2.77 Hz", "22 controls of Lab A", "a patient may vary more"):
        assert words in found.words


def test_measures_that_compare_as_ratios_change_by_a_factor():
    """An amplitude from 10 to 20 µV is twice as large; its SEM is of the logarithm."""
    now, before = _estimate(20.0, "emg.rms"), _estimate(10.0, "emg.rms")
    found = _compared(now, before, norms=_norms(now, 0.2, log=True))
    assert (found.scale, found.difference) == ("ratio", pytest.approx(2.0))
    assert found.verdict == "beyond measurement error"
    assert f"a factor of {np.exp(1.96 * np.sqrt(2) * 0.2):.3g}" in found.words
    assert _compared(now, before, norms=_norms(now, 0.3, log=True)).verdict.startswith("smaller")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"version": "0"}, "method version"),
        ({"context": Context(device="other")}, "device"),
        ({"notes": ("norm=task",)}, "normalisation"),
    ],
)
def test_another_method_breaks_a_comparison(changes, named):
    """Another version, device or normalisation is not compared, and said."""
    found = _compared(_estimate(60.0), replace(_estimate(50.0), **changes))
    assert (found.verdict, found.difference) == ("not comparable", None)
    assert named in found.words


def test_a_caution_of_one_visit_does_not_break_a_comparison():
    """What is said of a short recording, or of a closure that was cut, is no other method."""
    found = _compared(replace(_estimate(60.0), notes=("short: of 12 s none",)), _estimate(50.0))
    assert found.difference == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("now", "before", "named"),
    [
        ({"stimulator": "on"}, {"stimulator": "off"}, "stimulator"),
        ({"toxin_day": 21}, {"toxin_day": 80}, "toxin phase"),
    ],
)
def test_another_state_breaks_a_comparison(now, before, named):
    """Four weeks and eleven weeks after the toxin are not held against each other."""
    found = _compared(_estimate(60.0), _estimate(50.0), state=now, before_state=before)
    assert found.verdict == "not comparable"
    assert named in found.words
    unknown = _compared(_estimate(60.0), _estimate(50.0), before_state=before)
    assert unknown.verdict != "not comparable"
    assert named in unknown.words.partition("Not known whether these were the same: ")[2]


def test_only_the_same_number_is_compared():
    """Another task, muscle or measure of the earlier visit is no counterpart; nor is a rating."""
    now = _estimate(60.0)
    others = [
        replace(now, condition=Condition.of(task="rest")),
        replace(now, target=replace(TARGET, label="left biceps")),
        replace(now, measure="emg.rms"),
    ]
    assert against_earlier([now], _visit(*others), state=VisitState()) == (None,)
    rated = replace(now, origin="rated")
    assert against_earlier([rated], _visit(rated), state=VisitState()) == (None,)


@pytest.fixture(scope="module")
def data_set(samples, tmp_path_factory):
    """Return a data set with two sessions of one person, the first of them assessed."""
    root = tmp_path_factory.mktemp("course") / "data"
    shutil.copytree(samples, root, ignore=shutil.ignore_patterns("derivatives", "cases", "film"))
    first, second = root / "sub-01" / "ses-01", root / "sub-01" / "ses-02"
    shutil.copytree(first, second)
    for path in sorted(second.rglob("*ses-01*")):
        path.rename(path.with_name(path.name.replace("ses-01", "ses-02")))
    assess(first, measures=("emg.rms", "emg.mdpf"))
    return root


def test_the_last_session_is_found_and_every_number_held_against_it(data_set):
    """The same recordings twice: every change is nought, and smaller than can be resolved."""
    second = data_set / "sub-01" / "ses-02"
    made, folder = assess(second, measures=("emg.rms", "emg.mdpf"))
    of_before = [c for f in made.findings for c in f.comparisons if c.kind == "earlier visit"]
    assert len(of_before) == len(made.findings) > 0
    assert {c.verdict for c in of_before} == {"smaller than this measure can resolve"}
    assert any("ses-01/assessment.json" in s.path for s in made.manifest.inputs)
    assert load(folder)[0] == made
    assert not verify(folder, recompute=False)


def test_the_first_session_is_compared_with_none(data_set):
    """A visit is never held against a later one."""
    made, _ = load(data_set / "derivatives" / "eutonia" / "sub-01" / "ses-01")
    assert not [c for f in made.findings for c in f.comparisons if c.kind == "earlier visit"]


def test_a_damaged_earlier_assessment_is_lost_and_nothing_else(data_set, tmp_path):
    """The visit is assessed all the same; what could not be read is named."""
    root = shutil.copytree(data_set, tmp_path / "data")
    (root / "derivatives" / "eutonia" / "sub-01" / "ses-01" / "assessment.json").write_text("{")
    made, _ = assess(root / "sub-01" / "ses-02", measures=("emg.rms",))
    assert made.findings
    assert [lost.path for lost in made.lost] == ["ses-01"]


def test_an_earlier_visit_of_a_loose_folder_is_named(data_set, tmp_path):
    """`--earlier` takes the output folder of any visit of the same person, and only of it."""
    folder = data_set / "derivatives" / "eutonia" / "sub-01" / "ses-01"
    loose = shutil.copytree(data_set / "sub-01" / "ses-02", tmp_path / "visit")
    run = CliRunner().invoke(
        cli, ["assess", str(loose), "--earlier", str(folder), "--only", "emg.rms", "--no-pdf"]
    )
    assert run.exit_code == 0, run.output
    made, _ = load(tmp_path / "visit-eutonia")
    assert any(c.kind == "earlier visit" for f in made.findings for c in f.comparisons)
    with pytest.raises(InvalidRecord, match=r"assessment\.json"):
        assess(loose, measures=("emg.rms",), earlier=tmp_path)


def test_an_earlier_visit_of_somebody_else_is_refused(data_set, tmp_path):
    """Numbers of two people are never a course."""
    other = tmp_path / "data" / "sub-02" / "ses-01"
    shutil.copytree(data_set / "sub-01" / "ses-01", other)
    for path in sorted(other.rglob("*sub-01*")):
        path.rename(path.with_name(path.name.replace("sub-01", "sub-02")))
    shutil.copy(data_set / "dataset_description.json", tmp_path / "data")
    folder = data_set / "derivatives" / "eutonia" / "sub-01" / "ses-01"
    with pytest.raises(InvalidRecord, match=r"sub-01.*sub-02"):
        assess(other, measures=("emg.rms",), earlier=folder)


def test_the_norms_of_the_data_set_judge_the_change(data_set, tmp_path):
    """A data set with norms of controls who came twice prints a verdict against their error."""
    root = shutil.copytree(data_set, tmp_path / "data")
    before, _ = load(root / "derivatives" / "eutonia" / "sub-01" / "ses-01")
    now = next(f.estimate for f in before.findings if f.estimate.measure == "emg.rms")
    save_norms(_norms(now, 0.1, log=True), root / NORMS)
    made, _ = assess(root / "sub-01" / "ses-02", measures=("emg.rms",))
    words = [c.words for f in made.findings for c in f.comparisons if c.kind == "earlier visit"]
    assert sum("minimal detectable change is a factor of 1.32" in w for w in words) == 1


def test_the_report_shows_every_change_with_its_verdict(data_set):
    """The first page counts the verdicts and leads to the table; the table of numbers has them."""
    folder = data_set / "derivatives" / "eutonia" / "sub-01" / "ses-02"
    made, evidence = assess(data_set / "sub-01" / "ses-02", measures=("emg.rms", "emg.mdpf"))[0], {}
    page = html(blocks(made, evidence), {})
    assert "Against visit ses-01" in page
    assert f"of {len(made.findings)} numbers {len(made.findings)} smaller than" in page
    assert "to visit ses-01: yes" in page
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["row"] == "finding"]
    assert all(float(r["change"]) in (0.0, 1.0) for r in rows)

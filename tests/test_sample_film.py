"""The rendered film in ``samples/``: its report says what was drawn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from eutonia.assess import assess
from eutonia.cli.demo import filmed
from eutonia.model import Assessment, Estimate
from eutonia.read import read_visit

MEASURES = (
    "head.yaw_mean",
    "head.roll_mean",
    "head.pitch_mean",
    "head.tremor_freq",
    "head.rom_yaw_right",
    "head.rom_roll_left",
    "head.rom_pitch_down",
    "head.shoulder",
)
#: Mean errors that the issue of video allows at most.
POSTURE_DEG, TREMOR_HZ = 2.5, 0.1


def drawn(axis: str, start_s: float, stop_s: float) -> np.ndarray:
    """Return the drawn angles of one axis in a span of the film."""
    with (filmed().parents[1] / "truth.tsv").open(encoding="utf-8") as file:
        rows = [(float(r["time_s"]), float(r[axis])) for r in csv.DictReader(file, delimiter="\t")]
    return np.array([angle for t, angle in rows if start_s <= t < stop_s])


@pytest.fixture(scope="module")
def assessment(tmp_path_factory: pytest.TempPathFactory, video_models: Path) -> Assessment:
    """Return what is found in the film."""
    found, _ = assess(filmed(), out=tmp_path_factory.mktemp("filmed"), measures=MEASURES)
    return found


def of(assessment: Assessment, measure: str, trick: str = "off") -> Estimate:
    """Return the one estimate of a measure with or without the trick."""
    (found,) = [
        f.estimate
        for f in assessment.findings
        if f.estimate.measure == measure and f.estimate.condition.get("trick") == trick
    ]
    return found


def test_the_film_says_that_it_is_drawn():
    """Every page of its report will say SIMULATED."""
    assert read_visit(filmed()).labels == ("SIMULATED",)


@pytest.mark.parametrize("axis", ["yaw", "pitch", "roll"])
@pytest.mark.parametrize(("trick", "span"), [("off", (5, 23)), ("on", (38.5, 49))])
def test_the_posture_is_the_drawn_one(assessment, axis, trick, span):
    """Each angle lies in its interval, and is off by a few degrees at most."""
    true = drawn(f"{axis}_deg", *span).mean()
    found = of(assessment, f"head.{axis}_mean", trick)
    assert found.interval is not None
    assert found.interval.lo <= true <= found.interval.hi
    assert found.value == pytest.approx(true, abs=2 * POSTURE_DEG)


def test_the_tremor_is_the_drawn_one(assessment):
    """The frequency is right to a tenth of a hertz."""
    assert of(assessment, "head.tremor_freq").value == pytest.approx(4.5, abs=TREMOR_HZ)


@pytest.mark.parametrize(
    ("measure", "axis", "sign"),
    [("rom_yaw_right", "yaw", 1), ("rom_roll_left", "roll", -1), ("rom_pitch_down", "pitch", -1)],
)
def test_the_range_is_the_drawn_one(assessment, measure, axis, sign):
    """The furthest angle lies in its interval."""
    true = (sign * drawn(f"{axis}_deg", 23, 37)).max()
    found = of(assessment, f"head.{measure}")
    assert found.interval is not None
    assert found.interval.lo <= true <= found.interval.hi


@pytest.mark.parametrize("side", ["left", "right"])
def test_shoulders_that_stay_where_they_are_read_so(assessment, side):
    """The body is looked at ten times a second; while a hand is raised nothing is said."""
    found = [
        f.estimate
        for f in assessment.findings
        if f.estimate.measure == "head.shoulder" and f.estimate.target.side == side
    ]
    (shoulder,) = found
    assert shoulder.condition.get("trick") == "off"
    assert shoulder.interval is not None
    assert shoulder.interval.lo <= 0 <= shoulder.interval.hi
    assert abs(shoulder.value) <= 3

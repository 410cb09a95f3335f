"""Landings and leavings beside what others measured on real people."""

import csv

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from eutonia.measures.gait.strides import landings, smoothed
from eutonia.read import read

LEG_M = 0.9  # only a scale: landings do not depend on it


@pytest.fixture(scope="module")
def walkway(shared_data):
    """Return markers of both feet (100/s, cm) and the strides that the data set labels."""
    folder = shared_data / "gait-imu-gaitmap"
    with (folder / "mocap_sample.csv").open() as file:
        of, axis, *rows = csv.reader(file)
    x = np.array([[float(v) for v in row[1:]] for row in rows])
    columns = {f"{a}_{b}": x[:, i] for i, (a, b) in enumerate(zip(of[1:], axis[1:], strict=True))}
    with (folder / "stride_events_sample.csv").open() as file:
        labels = list(csv.DictReader(file))
    return columns, labels


def _ahead(columns, side):
    """Return heel and toe ahead of the middle of both feet, in the direction of travel."""

    def of(point):
        return np.stack([columns[f"{point}_x"], columns[f"{point}_y"]], axis=1)

    feet = np.mean([of(f"{s}_{p}") for s in "LR" for p in ("FCC", "TOE")], axis=0)
    way = uniform_filter1d(np.gradient(feet, axis=0), 150, axis=0)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    middle = uniform_filter1d(feet, 109, axis=0)  # about a stride: stands for the hips
    return [((of(f"{side}_{p}") - middle) * way).sum(axis=1) / LEG_M * 10 for p in ("FCC", "TOE")]


@pytest.mark.parametrize(("side", "foot"), [("L", "left"), ("R", "right")])
def test_landings_and_leavings_agree_with_labelled_strides(walkway, side, foot):
    """28 and 29 labelled strides: landings to 2 ms and leavings to 10 ms on average."""
    columns, labels = walkway
    mine = [e for e in labels if e["foot"] == foot]
    heel, toe = (smoothed(x, 100.0) for x in _ahead(columns, side))
    lands = landings(heel, 100.0)[0] / 100
    leaves = find_peaks(-toe, prominence=20)[0] / 100
    for found, name, most_ms, spread_ms in ((lands, "ic", 2, 6), (leaves, "tc", 10, 10)):
        labelled = np.array([float(e[name]) for e in mine]) / 204.8
        apart = np.array([found[np.abs(found - at).argmin()] - at for at in labelled])
        assert np.abs(apart).max() < 0.05, "every labelled event was found"
        assert abs(1000 * apart.mean()) < most_ms
        assert 1000 * apart.std() < spread_ms
    labelled = np.array([float(e["ic"]) - float(e["pre_ic"]) for e in mine]) / 204.8
    strides = np.diff(lands)
    assert np.median(strides[strides < 1.5]) == pytest.approx(np.median(labelled), abs=0.003)


@pytest.mark.parametrize(
    ("plate", "side", "contact", "lift"), [("F2Z", "R", 2.083, 2.656), ("F1Z", "L", 2.568, 3.144)]
)
def test_a_foot_lands_up_to_60_ms_before_it_bears_weight(shared_data, plate, side, contact, lift):
    """Beside a force plate: furthest ahead 40 to 60 ms before contact, leaving within 20 ms."""
    points, forces = read(shared_data / "formats" / "Gait.c3d")
    force = -forces.signal.read()[[c.name for c in forces.channels].index(plate)]
    force -= np.median(force)
    on, off = np.flatnonzero(np.diff((force > 0.03 * force.max()).astype(int))) / 1000
    assert (on, off) == pytest.approx((contact, lift), abs=0.002)
    names = [c.name for c in points.channels]
    x = points.signal.read()
    sacrum, heel, toe = (x[names.index(f"{m} X")] for m in ("VSAC", f"{side}HEE", f"{side}TOE"))
    seen = np.flatnonzero(np.isfinite(sacrum + heel + toe))
    part = slice(seen[0], seen[-1] + 1)
    way = np.sign(sacrum[seen[-1]] - sacrum[seen[0]])
    ahead, behind = (
        smoothed(way * (end - sacrum)[part] * 100 / LEG_M, 100.0) for end in (heel, toe)
    )
    lands = (landings(ahead, 100.0)[0] + seen[0]) / 100
    leaves = (landings(-behind, 100.0)[0] + seen[0]) / 100
    assert 0.04 < on - lands[np.abs(lands - on).argmin()] < 0.06
    if (near := np.abs(leaves - off).min()) < 0.2:  # the left one leaves after the markers end
        assert near < 0.02
    else:
        assert side == "L"

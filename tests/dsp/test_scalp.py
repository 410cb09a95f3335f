"""Places of electrodes and splines on the sphere, against MNE's layouts and interpolation."""

import numpy as np
import pytest

from eutonia.dsp.scalp import LOWEST_DEG, flat, map_matrix, positions, raised, spline_matrix
from eutonia.knowledge import table

NOWHERE = {"A1", "A2", "M1", "M2"}
TEN_TWENTY = (
    "Fp1 Fp2 F3 F4 C3 C4 P3 P4 O1 O2 F7 F8 T7 T8 P7 P8 Fz Cz Pz".split()  # noqa: SIM905 - a row of names
)


def placed(montage: str) -> tuple[list[str], np.ndarray]:
    """Return the electrodes of a layout of MNE that we know, and where it puts them."""
    mne = pytest.importorskip("mne")
    where = mne.channels.make_standard_montage(montage).get_positions()["ch_pos"]
    names = [n for n in table("electrodes")["names"] if n in where and n not in NOWHERE]
    return names, np.array([where[n] for n in names])


def apart_deg(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip((one * other).sum(axis=1), -1, 1)))


def test_every_electrode_of_the_table_has_a_place_but_ears_and_mastoids():
    """Each 10-10 name lies on the unit sphere; only references beside the scalp do not."""
    names = table("electrodes")["names"]
    where = positions(names)
    lost = {n for n, p in zip(names, where, strict=True) if not np.isfinite(p).all()}
    assert lost == NOWHERE
    known = where[np.isfinite(where).all(axis=1)]
    np.testing.assert_allclose(np.linalg.norm(known, axis=1), 1, atol=1e-12)
    assert np.isnan(positions(["left splenius capitis", "F11", "C33", ""])).all()


@pytest.mark.parametrize(("montage", "worst"), [("biosemi64", 3.5), ("easycap-M1", 4.6)])
def test_places_agree_with_spherical_caps(montage, worst):
    """Against layouts of two makers on a sphere: the median differs by nothing, the worst by 5°."""
    names, where = placed(montage)
    assert len(names) >= 64
    where = where / np.linalg.norm(where, axis=1, keepdims=True)
    apart = apart_deg(positions(names), where)
    assert np.median(apart) < 0.01
    assert apart.max() < worst


def test_places_agree_with_those_on_a_real_head():
    """Against the 10-05 layout on a real head: after turning, 3° in the median, 9° at most."""
    from scipy.spatial.transform import Rotation

    names, where = placed("colin27_1005")
    assert len(names) >= 70
    design = np.column_stack([2 * where, np.ones(len(where))])
    centre = np.linalg.lstsq(design, (where**2).sum(axis=1), rcond=None)[0][:3]
    seen = where - centre
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    ours = positions(names)
    turn, _ = Rotation.align_vectors(ours, seen)
    apart = apart_deg(ours, turn.apply(seen))
    assert np.median(apart) < 3
    assert apart.max() < 9


def test_left_and_right_mirror_each_other():
    """Odd numbers lie at the left, even ones are their mirror images, z lies between."""
    odd = [n for n in table("electrodes")["names"] if n[-1] in "13579" and n not in NOWHERE]
    even = [n[:-1] + str(int(n[-1]) + 1) for n in odd]
    left, right = positions(odd), positions(even)
    np.testing.assert_allclose(left * [-1, 1, 1], right, atol=1e-12)
    assert (left[:, 0] < 0).all()
    assert np.abs(positions(["Nz", "Fz", "Cz", "Oz", "Iz"])[:, 0]).max() < 1e-12


def test_flattening_is_undone_by_raising():
    """The plane keeps every point of the sphere; the lowest electrodes have radius 1."""
    points = np.random.default_rng(1).normal(size=(50, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    np.testing.assert_allclose(raised(flat(points)), points, atol=1e-12)
    low = flat(positions(["Nz", "Iz", "T9", "T10"]))
    np.testing.assert_allclose(low, [[0, 1], [0, -1], [-1, 0], [1, 0]], atol=1e-12)
    assert LOWEST_DEG == 115


def test_splines_equal_those_of_mne():
    """The interpolation matrix is that of MNE's spherical splines."""
    interpolation = pytest.importorskip("mne.channels.interpolation")
    known, wanted = positions(TEN_TWENTY), positions(["FC1", "CP4", "PO7", "AF3"])
    theirs = interpolation._make_interpolation_matrix(known, wanted, alpha=1e-5)
    np.testing.assert_allclose(spline_matrix(known, wanted), theirs, atol=1e-9)


def test_splines_keep_values_and_find_a_smooth_field():
    """Electrodes keep their values, and between them a smooth field is met as by SciPy's plates."""
    from scipy.interpolate import RBFInterpolator

    names = [n for n in table("electrodes")["names"] if n not in NOWHERE]
    known = positions(names[::2])
    between = positions(names[1::2])

    def field(p):
        return p @ np.array([0.2, 0.5, -0.8]) + 0.5 * p[:, 0] * p[:, 1]

    ours = spline_matrix(known, between) @ field(known)
    np.testing.assert_allclose(spline_matrix(known, known) @ field(known), field(known), atol=1e-3)
    plates = RBFInterpolator(known, field(known), kernel="thin_plate_spline")(between)
    miss = np.abs(ours - field(between)).max()
    assert miss < 0.02 * np.ptp(field(between))
    assert miss < 1.5 * np.abs(plates - field(between)).max()


def test_a_map_ends_where_nothing_was_recorded():
    """Pixels farther from every electrode than the reach are empty; a constant stays a constant."""
    left = tuple(n for n in TEN_TWENTY if n[-1] in "13579")
    matrix, inside, radius = map_matrix(left, size=48, reach_deg=40, margin_deg=11.5)
    assert inside[:, :16].mean() > 0.4
    assert not inside[:, 40:].any()
    np.testing.assert_allclose(matrix @ np.full(len(left), 7.0), 7.0, atol=1e-6)
    assert radius == pytest.approx((92 + 11.5) / 115)
    assert map_matrix(left, size=48, reach_deg=40, margin_deg=11.5)[0] is matrix

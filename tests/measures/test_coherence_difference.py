"""Conditions and sides held against each other from the evidence of coherence."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.coherence_difference import differences, sides_pooled
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import emg
from eutonia.simulate.visit import emg_channel, recording, visit

RATE = 1000.0
MUSCLES = ("extensor_carpi_radialis", "flexor_carpi_radialis")
CHANNELS = tuple(emg_channel(m, s) for s in ("left", "right") for m in MUSCLES)


def _recording(seed, depths, task):
    """Draw both forearms; the muscles of a side share a drive of a depth of its own."""
    rng = np.random.default_rng(seed)
    slow = emg.narrowband(rng, 2, 90_000, rate_hz=RATE, band_hz=(3.0, 34.0))
    noise = emg.carrier(rng, 4, 90_000, rate_hz=RATE, band_hz=(50.0, 300.0))
    level = 1 + np.repeat(np.array(depths)[:, None] * slow, 2, axis=0)
    condition = Condition.of(task=task)
    return recording(50 * emg.modulated(noise, level), CHANNELS, rate_hz=RATE, condition=condition)


def _evidence(*recordings):
    made = visit(*recordings)
    outcome = run_measure(entry("imc"), made, visit_spans(made))
    return {name.split("|")[1]: arrays for name, arrays in outcome.evidence.items()}


def _row(arrays, *words):
    return next(
        i for i, v in enumerate(arrays["labels"]) if all(str(v).count(w) == n for w, n in words)
    )


def test_a_drive_in_one_condition_only_differs_bin_by_bin():
    """Within the drive's band most bins pass the limit, for the pair that has it and no other."""
    both = _evidence(_recording(1, (0.25, 0.0), "posture"), _recording(2, (0.0, 0.0), "rest"))
    found = differences(both["posture"], both["rest"])
    band = (found["freq_hz"] >= 5) & (found["freq_hz"] <= 30)
    above = found["difference_z"] > found["difference_limit"][:, None]
    left, right = _row(found, ("left", 2)), _row(found, ("right", 2))
    assert above[left, band].mean() > 0.8
    assert above[right, band].mean() < 0.2
    assert np.median(found["p"][left, band]) < 0.01


def test_the_difference_turns_with_its_terms():
    """The other way round it has the other sign and the same p."""
    both = _evidence(_recording(3, (0.2, 0.1), "posture"), _recording(4, (0.1, 0.2), "rest"))
    one = differences(both["posture"], both["rest"])
    other = differences(both["rest"], both["posture"])
    np.testing.assert_allclose(one["difference_z"], -other["difference_z"], atol=1e-12)
    np.testing.assert_allclose(one["p"], other["p"])
    # On one degree of freedom the statistic is the square of the difference in standard errors.
    from scipy.stats import norm

    np.testing.assert_allclose(2 * norm.sf(abs(one["difference_z"])), one["p"], rtol=1e-6)


def test_only_pairs_that_both_have_are_compared():
    """Pairs are matched by their names, in whatever order, and missing ones left out."""
    (arrays,) = _evidence(_recording(5, (0.2, 0.1), "posture")).values()
    turned = {
        **arrays,
        **{k: arrays[k][::-1][:4] for k in ("labels", "coherence", "segments")},
    }
    found = differences(arrays, turned)
    assert len(found["labels"]) == 4
    np.testing.assert_allclose(found["difference_z"], 0, atol=1e-12)
    with pytest.raises(ValueError, match="different frequencies"):
        differences(arrays, {**arrays, "freq_hz": arrays["freq_hz"] + 0.5})


def test_both_sides_of_a_pair_are_pooled():
    """The pair of each forearm is pooled under its muscles' names, and pairs across are not."""
    (arrays,) = _evidence(_recording(6, (0.25, 0.25), "posture")).values()
    found = sides_pooled(arrays)
    assert found["labels"].tolist() == ["extensor carpi radialis / flexor carpi radialis"]
    assert found["segments"][0] == pytest.approx(180, rel=0.01)
    two = [arrays["coherence"][_row(arrays, (side, 2))] for side in ("left", "right")]
    assert (found["coherence"][0] >= np.minimum(*two) - 1e-12).all()
    assert (found["coherence"][0] <= np.maximum(*two) + 1e-12).all()
    assert (found["lo"] <= found["coherence"]).all()
    assert (found["p_sides_differ"] < 0.05).mean() < 0.2


def test_one_side_alone_gives_nothing_to_pool():
    """Without homologue pairs the result is empty, not an error."""
    made = _recording(7, (0.2, 0.2), "posture")
    right = replace(made, channels=CHANNELS[2:], signal=type(made.signal)(made.signal.read()[2:]))
    (arrays,) = _evidence(right).values()
    assert sides_pooled(arrays)["coherence"].shape == (0, 50)

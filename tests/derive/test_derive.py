"""Derivations are lazy, and bridge what is bad."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive import bridge, derivations, derive
from eutonia.model import BadSpan, Condition, UnknownName
from eutonia.simulate.visit import emg_channel, recording

RATE = 1000.0


@pytest.fixture
def emg():
    rng = np.random.default_rng(0)
    return recording(
        rng.standard_normal((2, 20_000)),
        (emg_channel("biceps_brachii", "left"), emg_channel("triceps_brachii", "left")),
        rate_hz=RATE,
        condition=Condition.of(task="rest"),
    )


@pytest.mark.parametrize("name", [d.id for d in derivations()])
def test_a_part_read_lazily_equals_the_whole(emg, name):
    """The declared margin is long enough that a part does not know where it was cut."""
    flagged = tuple(replace(c, flags=("hum",)) for c in emg.channels)
    signal = derive(replace(emg, line_hz=50.0, channels=flagged), name).signal
    whole, part = signal.read(), signal.read(8_000, 12_000, (1,))
    # The mains notch rings for long: what is left of it at the margin is far below any noise.
    np.testing.assert_allclose(part[0], whole[1, 8_000:12_000], atol=5e-3 * whole.std())


def test_only_channels_with_hum_lose_the_mains(emg):
    """A notch takes some of the muscle's power, so it is used only where hum was found."""
    first, second = emg.channels
    mixed = replace(emg, line_hz=50.0, channels=(replace(first, flags=("hum",)), second))
    t = np.arange(20_000) / RATE
    data = emg.signal.read()
    data[0] += 20 * np.sin(2 * np.pi * 50 * t)
    out = derive(replace(mixed, signal=replace(emg.signal, data=data)), "emg.filtered").signal
    clean = derive(emg, "emg.filtered").signal.read()
    found = out.read()
    np.testing.assert_array_equal(found[1], clean[1])
    assert found[0, 3000:-3000].std() == pytest.approx(clean[0].std(), rel=0.04)


def test_the_envelope_of_noise_is_its_mean_absolute_value(emg):
    """For unit Gaussian noise the envelope is the band's amplitude times the root of 2/pi."""
    filtered = derive(emg, "emg.filtered").signal.read()
    envelope = derive(emg, "emg.envelope").signal.read()
    expected = np.sqrt(2 / np.pi) * filtered.std(axis=1)
    np.testing.assert_allclose(envelope.mean(axis=1), expected, rtol=0.01)


def test_bad_samples_are_masked_and_bridged(emg):
    """A marked artefact is masked in its channel only and does not ring through the filter."""
    data = emg.signal.read()
    data[0, 10_000:10_100] = 1e6
    data[1, 15_000] = np.nan
    name = emg.channels[0].name
    bad = (BadSpan(start_s=10.0, stop_s=10.1, reason="artefact", channel=name),)
    spoilt = replace(emg, signal=replace(emg.signal, data=data), bad=bad)
    x, mask = derive(spoilt, "emg.filtered").signal.read_masked()
    assert not mask[0, 10_000:10_100].any()
    assert mask[1].sum() == mask.shape[1] - 1
    assert np.abs(x).max() < 10


def test_bridge_is_a_straight_line():
    """Unusable samples take the line between their neighbours; a channel of none becomes zero."""
    x = np.array([[0.0, 9.0, 9.0, 3.0], [9.0, 9.0, 9.0, 9.0]])
    mask = np.array([[True, False, False, True], [False] * 4])
    np.testing.assert_allclose(bridge(x, mask), [[0, 1, 2, 3], [0, 0, 0, 0]])


def test_unknown_derivation_names_the_known_ones(emg):
    """The error lists what there is."""
    with pytest.raises(UnknownName, match=r"emg\.envelope"):
        derive(emg, "emg.nothing")


def test_a_derived_recording_travels(emg):
    """A derived signal survives pickling."""
    signal = derive(emg, "emg.envelope").signal
    copy = pickle.loads(pickle.dumps(signal))
    np.testing.assert_array_equal(copy.read(0, 100), signal.read(0, 100))

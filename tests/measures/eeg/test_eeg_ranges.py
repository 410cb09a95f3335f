"""The resting EEG measures over their ranges, and where they say that they cannot."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eeg_spectrum import BANDS
from eutonia.model import BadSpan, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import eeg, noise
from eutonia.simulate.visit import eeg_channel, recording, visit

RATE, N = 250, 45_000
REST = Condition.of(task="rest", eyes="closed")


def _visit(x, *sites, rate=RATE, **changes):
    from dataclasses import replace

    channels = tuple(eeg_channel(s) for s in sites)
    return visit(
        replace(recording(np.atleast_2d(x), channels, rate_hz=rate, condition=REST), **changes)
    )


def _run(name, made):
    return run_measure(entry(name), made, visit_spans(made))


def _parts(name, made):
    return {e.part: e for e in _run(name, made).estimates}


@pytest.mark.parametrize("exponent", [0.7, 1.5, 2.8])
def test_exponent_and_offset_are_recovered_over_their_range(exponent):
    """From flat to steep, with a peak on top, the mean of four is right to 0.05 and 0.08."""
    found = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        x = eeg.aperiodic(rng, 1, N, rate_hz=RATE, exponent=exponent, level_uv=10)
        x = x + eeg.oscillation(rng, N, rate_hz=RATE, centre_hz=10, width_hz=1, rms_uv=5)
        parts = _parts("eeg.aperiodic", _visit(x, "Pz"))
        found.append([parts["exponent"].value, parts["offset"].value])
        assert all(e.in_valid_range for e in parts.values())
    exponents, offsets = np.mean(found, axis=0)
    assert exponents == pytest.approx(exponent, abs=0.05)
    assert offsets == pytest.approx(2.0, abs=0.08)


@pytest.mark.parametrize("centre", [7.8, 9.0, 11.5, 13.0])
@pytest.mark.parametrize("rms_uv", [2.5, 15.0])
def test_the_alpha_peak_is_recovered_over_its_range(centre, rms_uv):
    """From 7.8 to 13 Hz, small and large, the peak is right to its interval or 0.2 Hz."""
    rng = np.random.default_rng(3)
    ground, alpha = {"exponent": 1.2, "level_uv": 6.0}, {"centre_hz": centre, "width_hz": 0.8}
    x = eeg.aperiodic(rng, 1, N, rate_hz=RATE, **ground)
    x = x + eeg.oscillation(rng, N, rate_hz=RATE, rms_uv=rms_uv, **alpha)
    parts = _parts("eeg.alpha_peak", _visit(x, "Pz"))
    fine = np.arange(7, 14, 0.01)
    over = eeg.oscillation_psd(fine, rms_uv=rms_uv, **alpha) / eeg.aperiodic_psd(fine, **ground)
    interval = parts["frequency"].interval
    room = max(0.2, interval.hi - interval.lo)
    assert parts["frequency"].value == pytest.approx(fine[over.argmax()], abs=room)
    high = parts["height"].interval
    truth = 10 * np.log10(1 + over.max())
    assert parts["height"].value == pytest.approx(truth, abs=max(0.5, high.hi - high.lo))


def test_no_alpha_is_said_and_not_invented():
    """Of 60 recordings without alpha at most one is given a peak; the others get a sentence."""
    rng = np.random.default_rng(4)
    x = eeg.aperiodic(rng, 60, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    found = entry("eeg.alpha_peak")
    with_peak = 0
    for row in x:
        made = _visit(row, "Pz")
        outcome = run_measure(found, made, visit_spans(made))
        with_peak += bool(outcome.estimates)
        if not outcome.estimates:
            assert "No alpha peak" in outcome.not_measurable[0].reason
            assert outcome.not_measurable[0].code == "absent"
    assert with_peak <= 1


def test_a_theta_peak_is_no_alpha_peak():
    """A rhythm at 5.5 Hz is not reported as alpha."""
    rng = np.random.default_rng(5)
    x = eeg.aperiodic(rng, 1, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    x = x + eeg.oscillation(rng, N, rate_hz=RATE, centre_hz=5.5, width_hz=0.6, rms_uv=10)
    assert _run("eeg.alpha_peak", _visit(x, "Pz")).estimates == ()


@pytest.mark.parametrize("scale", [0.05, 1.0, 12.0])
def test_power_scales_with_the_square_of_the_amplitude(scale):
    """From tenths of a microvolt to a hundred, power follows and stays in its range."""
    x = eeg.aperiodic(np.random.default_rng(6), 1, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    one, other = (_parts("eeg.power", _visit(k * x, "Pz")) for k in (1.0, scale))
    for part, e in other.items():
        assert e.value == pytest.approx(scale**2 * one[part].value, rel=1e-9)
        assert e.in_valid_range


@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_asymmetry_is_the_logarithm_of_the_ratio(ratio):
    """A right side of `ratio` times the amplitude gives 2 ln(ratio), also at F9 and F10."""
    x = eeg.aperiodic(np.random.default_rng(7), 2, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    made = _visit(np.stack([x[0], ratio * x[0]]), "F9", "F10")
    for e in _run("eeg.asymmetry", made).estimates:
        assert e.value == pytest.approx(2 * np.log(ratio), abs=1e-9)


def _with_muscle(seed=8, n_channels=1):
    rng = np.random.default_rng(seed)
    x = eeg.aperiodic(rng, n_channels, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    return x + 8 * noise.band(rng, n_channels, N, rate_hz=RATE, band_hz=(20.0, 120.0))


@pytest.mark.parametrize("name", ["eeg.power", "eeg.relpow"])
def test_muscle_takes_beta_and_gamma_only(name):
    """With muscle activity beta and gamma are not measurable, delta to alpha are."""
    outcome = _run(name, _visit(_with_muscle(), "T7"))
    assert {e.part for e in outcome.estimates} == {"delta", "theta", "alpha"}
    assert all("muscle" in n.reason for n in outcome.not_measurable)


def test_muscle_takes_the_aperiodic_part():
    """A spectrum that muscle keeps from falling has no exponent."""
    outcome = _run("eeg.aperiodic", _visit(_with_muscle(), "T7"))
    assert outcome.estimates == ()
    assert "aperiodic" in outcome.not_measurable[0].reason


def test_muscle_in_one_electrode_takes_beta_of_its_pairs():
    """Asymmetry and connectivity lose beta and gamma, in the map too, if one side has muscle."""
    x = np.concatenate(
        [
            _with_muscle(),
            eeg.aperiodic(np.random.default_rng(9), 1, N, rate_hz=RATE, exponent=1.2, level_uv=6),
        ]
    )
    made = _visit(x, "C3", "C4")
    assert {e.part for e in _run("eeg.asymmetry", made).estimates} == {"delta", "theta", "alpha"}
    outcome = _run("eeg.connectivity", made)
    assert {e.part.split("_")[1] for e in outcome.estimates} == {"delta", "theta", "alpha"}
    (evidence,) = outcome.evidence.values()
    for name, values in zip(evidence["maps"], evidence["matrix"], strict=True):
        assert np.isnan(values[0, 1]) == (name.split("_")[1] in ("beta", "gamma"))


def test_without_a_scale_ratios_stand_and_microvolts_do_not():
    """Raw counts give relative power and an exponent, but no absolute power and no offset."""
    from dataclasses import replace

    made = _visit(
        eeg.aperiodic(np.random.default_rng(10), 1, N, rate_hz=RATE, exponent=1.2, level_uv=6), "Pz"
    )
    (one,) = made.recordings
    counts = visit(replace(one, channels=(replace(one.channels[0], unit="adc"),)))
    assert _run("eeg.power", counts).estimates == ()
    assert {e.part for e in _run("eeg.aperiodic", counts).estimates} == {"exponent"}
    assert len(_run("eeg.relpow", counts).estimates) == 7


@pytest.mark.parametrize("name", ["eeg.power", "eeg.alpha_peak", "eeg.connectivity"])
def test_too_few_clean_segments_are_said(name):
    """Bad samples every three seconds leave no whole segment, and the sentence says so."""
    x = eeg.aperiodic(np.random.default_rng(11), 2, N, rate_hz=RATE, exponent=1.2, level_uv=6)
    bad = tuple(
        BadSpan(start_s=s, stop_s=s + 0.2, reason="blink") for s in np.arange(1.0, 180, 1.9)
    )
    outcome = _run(name, _visit(x, "F3", "F4", bad=bad))
    assert outcome.estimates == ()
    assert any("free of artefacts" in n.reason for n in outcome.not_measurable)


def test_nothing_shared_gives_nought_on_average():
    """Coherence, its imaginary part and the phase lag index of independent EEG average to 0."""
    sites = ("F3", "F4", "C3", "C4", "P3", "P4")
    x = eeg.aperiodic(np.random.default_rng(12), 6, N, rate_hz=RATE, exponent=1.0, level_uv=6)
    estimates = _run("eeg.connectivity", _visit(x, *sites)).estimates
    for kind in ("coh", "imcoh", "wpli"):
        values = np.array([e.value for e in estimates if e.part.startswith(kind)])
        assert len(values) == 15 * 5
        assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values)) + 1e-4
        assert all(e.in_valid_range for e in estimates)
    # The plain index does not: it shows why the bias is removed.
    plain = [dict(e.details)["plain"] for e in estimates if e.part.startswith("wpli")]
    assert np.mean(plain) > 0.05


def test_a_single_source_shows_in_coherence_and_not_in_the_phase_lag():
    """One source that reaches both electrodes at once gives coherence but no lag."""
    rng = np.random.default_rng(13)
    own = eeg.aperiodic(rng, 3, N, rate_hz=RATE, exponent=1.0, level_uv=4)
    parts = _parts("eeg.connectivity", _visit(own[:2] + 2 * own[2], "F3", "F4"))
    for band in BANDS:
        assert parts[f"coh_{band}"].value > 0.5
        assert abs(parts[f"imcoh_{band}"].value) < 0.03
        assert abs(parts[f"wpli_{band}"].value) < 0.03


def test_the_sign_of_the_imaginary_part_says_who_is_first():
    """A copy that is 10 ms late at the second electrode gives a positive imaginary part."""
    rng = np.random.default_rng(14)
    x = eeg.aperiodic(rng, 1, N + 10, rate_hz=RATE, exponent=1.0, level_uv=6)[0]
    made = _visit(np.stack([x[10:], x[7:-3]]), "F3", "F4")
    assert _parts("eeg.connectivity", made)["imcoh_alpha"].value > 0.3


def test_only_the_electrodes_of_the_10_20_system_are_paired():
    """Others are left out of the pairs, but stand in the map."""
    x = eeg.aperiodic(np.random.default_rng(15), 4, N, rate_hz=RATE, exponent=1.0, level_uv=6)
    outcome = _run("eeg.connectivity", _visit(x, "F3", "CP1", "F4", "PO7"))
    assert {e.target.label for e in outcome.estimates} == {"F3 / F4"}
    (evidence,) = outcome.evidence.values()
    assert evidence["matrix"].shape == (15, 4, 4)


def test_loose_and_bridged_electrodes_are_not_used():
    """A loose electrode has no power; a bridged one has, but no connectivity."""
    from dataclasses import replace

    x = eeg.aperiodic(np.random.default_rng(16), 4, N, rate_hz=RATE, exponent=1.0, level_uv=6)
    (one,) = _visit(x, "F3", "F4", "C3", "C4").recordings
    flags = {"F3": ("loose",), "C3": ("bridged",)}
    channels = tuple(replace(c, flags=flags.get(c.name, ())) for c in one.channels)
    made = visit(replace(one, channels=channels))
    assert {e.target.label for e in _run("eeg.power", made).estimates} == {"F4", "C3", "C4"}
    assert {e.target.label for e in _run("eeg.connectivity", made).estimates} == {"C4 / F4"}


def test_spectra_are_computed_once_for_all_measures(monkeypatch):
    """Power, asymmetry, peak, exponent and connectivity share one Welch spectrum."""
    from eutonia.measures import eeg_spectrum
    from eutonia.run import run

    calls = []
    real = eeg_spectrum.power_density
    monkeypatch.setattr(
        eeg_spectrum, "power_density", lambda *a, **k: calls.append(1) or real(*a, **k)
    )
    x = eeg.aperiodic(np.random.default_rng(17), 2, N, rate_hz=RATE, exponent=1.0, level_uv=6)
    names = ("power", "relpow", "asymmetry", "alpha_peak", "aperiodic")
    run(_visit(x, "F3", "F4"), [entry(f"eeg.{n}") for n in names])
    assert len(calls) == 1

"""The aperiodic part and the top of a peak, on exact and on noisy spectra."""

import numpy as np
import pytest

from eutonia.dsp.aperiodic import fit_line, top

FREQ = np.arange(2.0, 40.01, 0.25)


def bump(centre, height, width):
    return height * np.exp(-0.5 * ((FREQ - centre) / width) ** 2)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.5])
def test_a_plain_line_is_recovered_exactly(exponent):
    """Without peaks and noise, offset and exponent are exact."""
    line = fit_line(FREQ, 1.3 - exponent * np.log10(FREQ))
    assert line.exponent == pytest.approx(exponent, abs=1e-9)
    assert line.offset == pytest.approx(1.3, abs=1e-9)
    np.testing.assert_allclose(line.at(FREQ), 1.3 - exponent * np.log10(FREQ), atol=1e-9)


def test_peaks_do_not_move_the_line():
    """A large alpha and a beta peak change exponent and offset by a few hundredths only."""
    clean = 1.3 - 1.5 * np.log10(FREQ)
    rng = np.random.default_rng(0)
    noise = 0.04 * rng.standard_normal((50, len(FREQ)))
    with_peaks = clean + bump(10, 1.2, 1.2) + bump(21, 0.4, 2.0) + noise
    line = fit_line(FREQ, with_peaks)
    assert abs(line.exponent.mean() - 1.5) < 0.03
    assert abs(line.offset.mean() - 1.3) < 0.04
    plain = np.polyfit(np.log10(FREQ), with_peaks.T, 1)  # least squares are much farther off
    assert abs(-plain[0].mean() - 1.5) > 0.1


def test_many_spectra_at_once_are_each_alone():
    """Leading axes broadcast: every spectrum gives the numbers that it gives alone."""
    rng = np.random.default_rng(1)
    spectra = 1 - np.log10(FREQ) + bump(10, 1, 1) + 0.05 * rng.standard_normal((3, 4, len(FREQ)))
    line = fit_line(FREQ, spectra)
    flat = spectra - line.at(FREQ)
    peak = top(FREQ, flat, within_hz=(7, 14))
    assert line.exponent.shape == peak.height.shape == (3, 4)
    one = fit_line(FREQ, spectra[2, 1])
    assert one.exponent == pytest.approx(line.exponent[2, 1], abs=1e-12)
    alone = top(FREQ, flat[2, 1], within_hz=(7, 14))
    assert alone.freq_hz == pytest.approx(peak.freq_hz[2, 1], abs=1e-12)


@pytest.mark.parametrize("centre", [7.6, 9.87, 10.0, 13.3])
def test_the_top_of_a_parabola_is_exact(centre):
    """Between the bins, place and height of a parabola are exact."""
    peak = top(FREQ, 0.9 - 0.2 * (FREQ - centre) ** 2, within_hz=(7, 14))
    assert peak.found
    assert peak.freq_hz == pytest.approx(centre, abs=1e-6)
    assert peak.height == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("centre", [8.0, 10.1, 12.0])
def test_the_top_of_a_bell_is_near(centre):
    """A Gaussian peak of usual width is placed to a hundredth of a hertz."""
    peak = top(FREQ, bump(centre, 1.0, 1.0), within_hz=(7, 14))
    assert peak.freq_hz == pytest.approx(centre, abs=0.01)
    assert peak.height == pytest.approx(1.0, abs=0.06)


def test_a_flank_is_no_peak():
    """A slope that rises towards the edge of the range has no top in it."""
    assert not top(FREQ, bump(5.0, 1.0, 1.5), within_hz=(7, 14)).found
    assert not top(FREQ, 0.05 * FREQ, within_hz=(7, 14)).found


def _specparam(freq, power):
    from specparam import SpectralModel

    # One peak was simulated; with more allowed, specparam splits it into several.
    model = SpectralModel(
        peak_width_limits=(1, 8), max_n_peaks=1, min_peak_height=0.1, verbose=False
    )
    model.fit(freq, power, (2, 40))
    peaks = np.atleast_2d(model.get_params("peak"))
    return model.get_params("aperiodic"), peaks[(peaks[:, 0] > 7) & (peaks[:, 0] < 14)]


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_specparam_on_simulated_spectra(seed):
    """Exponent to 0.08, offset to 0.12, peak to 0.15 Hz and 0.12 log10 units of specparam's."""
    from eutonia.dsp.spectrum import frequencies, power_density
    from eutonia.simulate import eeg

    rng = np.random.default_rng(seed)
    n, rate = 30_000, 250
    exponent, centre = rng.uniform(0.8, 2.0), rng.uniform(8.5, 12)
    x = eeg.aperiodic(rng, 1, n, rate_hz=rate, exponent=exponent, level_uv=6)
    x = x + eeg.oscillation(rng, n, rate_hz=rate, centre_hz=centre, width_hz=1.0, rms_uv=8)
    density, count = power_density(
        x, np.ones(x.shape, dtype=bool), rate_hz=rate, length=1000, step=500, group_s=1e6
    )
    freq, power = frequencies(1000, rate), density[0, 0] / count[0, 0]
    (offset, slope), peaks = _specparam(freq, power)
    used = (freq >= 2) & (freq <= 40)
    log_power = np.log10(power[used])
    line = fit_line(freq[used], log_power)
    peak = top(freq[used], log_power - line.at(freq[used]), within_hz=(7, 14))
    assert line.exponent == pytest.approx(slope, abs=0.08)
    assert line.offset == pytest.approx(offset, abs=0.12)
    largest = peaks[peaks[:, 1].argmax()]
    assert peak.freq_hz == pytest.approx(largest[0], abs=0.15)
    assert peak.height == pytest.approx(largest[1], abs=0.12)

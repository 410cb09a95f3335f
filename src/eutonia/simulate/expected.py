"""What is true of the simulated person, from the exact spectra and levels."""

from __future__ import annotations

import numpy as np

from eutonia.model import Condition, Floats
from eutonia.simulate import brain, eeg, emg, muscles

Values = dict[tuple[str, str, str], float]

#: Drive shared by the left sensorimotor cortex and the right wrist flexor while it holds.
HOLD_DRIVE_HZ = (12.0, 34.0)
HOLD_DEPTH = 0.28
HOLD_EEG_UV = 5.0
#: Bands whose share of 1-45 Hz is given.
_SHARES = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "gamma": (30.0, 45.0),
}


#: Bands whose change with movement is given.
_MOVEMENT_BANDS = {
    "mu": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "beta_low": (13.0, 20.0),
    "beta_high": (20.0, 30.0),
}
#: Windows of the readiness potential and its baseline, seconds from the onset of movement.
_READINESS_S = {"early": (-1.5, -0.5), "late": (-0.4, 0.0)}
_BASELINE_S = (-2.5, -2.0)


def amplitudes(level: Floats, condition: Condition) -> Values:
    """Return the root mean square of every muscle."""
    true = zip(muscles.CHANNELS, muscles.amplitude_uv(level), strict=True)
    return {("emg.rms", c.label, condition.label): float(uv) for c, uv in true}


def shares(condition: Condition) -> Values:
    """Return the relative power of every band at every electrode, eyes closed."""
    values: Values = {}
    for channel in brain.CHANNELS:

        def psd(freq_hz: Floats, electrode: str = channel.name) -> Floats:
            return brain.density(freq_hz, electrode, eyes_closed=True)

        for name, band_hz in _SHARES.items():
            share = 100 * eeg.band_share(psd, band_hz=band_hz, total_hz=(1.0, 45.0))
            values[f"eeg.relpow.{name}", channel.label, condition.label] = share
    return values


def co_contraction(level: Floats, condition: Condition) -> Values:
    """Return the co-contraction index of both wrists."""
    values: Values = {}
    for side in ("left", "right"):
        pair = [muscles.row(name, side) for name in ("ECR", "FCR")]
        label = " / ".join(muscles.CHANNELS[i].label for i in pair)
        values["emg.cci_fw", label, condition.label] = emg.co_contraction(*level[pair])
    return values


def tremor(pattern: muscles.Pattern, condition: Condition, *, trick: bool) -> Values:
    """Return the 4-7 Hz coherence of the two neck muscles that share a drive."""
    pair = (muscles.row("SCM", "left"), muscles.row("SPL", "right"))
    label = " / ".join(muscles.CHANNELS[i].label for i in pair)
    coherence = emg.rectified_coherence(
        np.arange(4.0, 8.0),
        rate_hz=muscles.RATE_HZ,
        band_hz=muscles.CARRIER_HZ,
        depth_common=pattern.tremor[trick],
        depth_own=pattern.own[trick],
        drive_band_hz=muscles.TREMOR_HZ,
    )
    return {("imc.4_7", label, condition.label): float(coherence.mean())}


def bursts(edges_s: Floats, condition: Condition) -> Values:
    """Return mean duration and rate of the bursts, ``(2, n_bursts)`` of the right SCM."""
    if edges_s.shape[1] < 2:
        return {}
    where = (muscles.CHANNELS[muscles.row("SCM", "right")].label, condition.label)
    return {
        ("emg.burst.duration", *where): float(1000 * np.mean(edges_s[1] - edges_s[0])),
        ("emg.burst.rate", *where): float(1 / np.mean(np.diff(edges_s[0]))),
    }


def desynchronisation(condition: Condition) -> Values:
    """Return the change of mu and beta with movement at every electrode."""
    return {
        (f"erd.{name}", channel.label, condition.label): _change(
            channel.name, band_hz, brain.MOVING
        )
        for channel in brain.CHANNELS
        for name, band_hz in _MOVEMENT_BANDS.items()
    }


def rebound(condition: Condition) -> Values:
    """Return the change of beta after the end of movement at every electrode."""
    band_hz = _MOVEMENT_BANDS["beta"]
    return {
        ("ers.beta_rebound", c.label, condition.label): _change(c.name, band_hz, brain.AFTER)
        for c in brain.CHANNELS
    }


def _change(electrode: str, band_hz: tuple[float, float], gains: brain.Gains) -> float:
    """Return the true change of band power, %, from before the movement to other gains."""

    def other(freq_hz: Floats) -> Floats:
        return brain.density(freq_hz, electrode, eyes_closed=False, gains=gains)

    def before(freq_hz: Floats) -> Floats:
        return brain.density(freq_hz, electrode, eyes_closed=False)

    ratio = eeg.band_power(other, band_hz=band_hz) / eeg.band_power(before, band_hz=band_hz)
    return 100 * (ratio - 1)


def readiness(condition: Condition) -> Values:
    """Return the slow negativity before movement at the vertex and its neighbours."""
    base = eeg.readiness_mean(**brain.READINESS_UV, window_s=_BASELINE_S)
    values: Values = {}
    for name, window_s in _READINESS_S.items():
        mean = eeg.readiness_mean(**brain.READINESS_UV, window_s=window_s) - base
        for electrode in ("C3", "Cz", "C4"):
            weight = eeg.scalp_pattern([electrode], centre="Cz", spread=brain.SPREAD)[0]
            values[f"eeg.bp.{name}", electrode, condition.label] = float(weight * mean)
    return values


def corticomuscular(condition: Condition) -> Values:
    """Return the true beta coherence of electrodes over the strip with the right wrist flexor."""
    freq_hz = np.arange(15.0, 31.0)
    auto, _ = emg.rectified_spectra(
        freq_hz,
        rate_hz=muscles.RATE_HZ,
        band_hz=muscles.CARRIER_HZ,
        depth_common=HOLD_DEPTH,
        depth_own=0.0,
        drive_band_hz=HOLD_DRIVE_HZ,
    )
    flexor = muscles.CHANNELS[muscles.row("FCR", "right")].label
    values: Values = {}
    for channel in brain.CHANNELS:
        if channel.name not in ("C3", "Cz", "C4"):
            continue
        weight = eeg.scalp_pattern([channel.name], centre="C3", spread=brain.SPREAD)[0]

        def psd(freq: Floats, electrode: str = channel.name) -> Floats:
            return brain.density(freq, electrode, eyes_closed=False)

        coherence = eeg.corticomuscular_coherence(
            freq_hz,
            weight_uv=HOLD_EEG_UV * weight,
            depth=HOLD_DEPTH,
            drive_band_hz=HOLD_DRIVE_HZ,
            eeg_psd=psd,
            emg_psd=auto,
        )
        values["cmc.beta", f"{channel.label} / {flexor}", condition.label] = float(coherence.mean())
    return values

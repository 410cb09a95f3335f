"""What the co-contraction indices share: two envelopes, their sums over blocks, and an example."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import sums
from eutonia.measures.levels import MIN_ENVELOPE_HZ
from eutonia.model import Block, Condition, Floats, Input, Inputs, Visit

BLOCK_S = 2.0
#: Share of maximum below which two muscles are silent (our rule).
MIN_LEVEL = 0.02
#: Samples kept of an envelope for the figure.
_DRAWN = 1500

INPUTS = {
    "emg": Input(
        kind="emg",
        derive="emg.envelope",
        min_rate_hz=1000,
        envelope_rate_hz=MIN_ENVELOPE_HZ,
        min_s=16,
        not_flags=frozenset({"flat", "clipped"}),
    )
}


def pair_sums(x: Inputs, scale: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Sum what two envelopes have in common, and each of them, over blocks of two seconds.

    Parameters
    ----------
    x : Inputs
        With pairs as targets and envelopes as blocks.
    scale : ndarray, shape (n_channels, 1)
        Level for 100 % (see ``eutonia.measures.maximum``); NaN where there is none.

    Returns
    -------
    blocks : ndarray, shape (n_blocks, n_targets, 4)
        Sums of min(E1, E2), E1 and E2 (shares of maximum), and the number of samples.
    span : ndarray of int, shape (n_blocks,)
    """
    known = np.where(np.isfinite(scale), scale, np.inf)
    key = ("co_contraction", BLOCK_S, x.targets.tobytes(), known.tobytes())
    blocks, span = [], []
    for place, block in enumerate(x["emg"]):
        found = block.once(key, lambda b=block: _sums(b, x.targets, known))  # type: ignore[misc]
        blocks.append(found)
        span += [place] * len(found)
    return np.concatenate(blocks), np.array(span, dtype=np.intp)


def _sums(block: Block, targets: NDArray[np.intp], scale: Floats) -> Floats:
    length = round(BLOCK_S * block.rate_hz)
    level = block.x / scale
    if block.mask.all():  # then the sum of a muscle is the same in all its pairs
        total, samples = sums(level, block.mask, length)
        lower, first = np.empty(level.shape[1]), block.mask[:1]  # one memory for all pairs
        common = []
        for one, other in targets:
            np.minimum(level[one], level[other], out=lower)
            common.append(sums(lower[None], first, length)[0][0])
        one, other = targets.T
        return np.stack([common, total[one], total[other], samples[one]]).transpose(2, 1, 0)
    parts = []
    for one, other in targets:
        both = (block.mask[one] & block.mask[other])[None].repeat(3, axis=0)
        three = np.stack([np.minimum(level[one], level[other]), level[one], level[other]])
        total, samples = sums(three, both, length)
        parts.append(np.concatenate([total, samples[:1]]))
    return np.stack(parts).transpose(2, 0, 1)


def silent(total: Floats) -> tuple[str, ...]:
    """Return why a pair has no index: co-contraction of two silent muscles is amplifier noise.

    Parameters
    ----------
    total : ndarray, shape (n_targets, 4)
        Sums over all blocks, as of `pair_sums`.
    """
    return tuple(_silent((one + other) / n / 2 if n else 0.0) for _, one, other, n in total)


def _silent(mean: float) -> str:
    if mean >= MIN_LEVEL:
        return ""
    return (
        f"Neither muscle was active: together they reach {100 * mean:.1f} % of their maximum on "
        f"average, less than {100 * MIN_LEVEL:g} % (our rule)."
    )


def drawn(x: Inputs, scale: Floats) -> dict[str, np.ndarray]:
    """Return the envelopes of the first span in %, thinned for a figure."""
    block = x["emg"][0]
    step = max(1, block.x.shape[1] // _DRAWN)
    return {
        "t_s": np.arange(0, block.x.shape[1], step) / block.rate_hz,
        "envelope": 100 * block.x[:, ::step] / scale,
        "targets": x.targets,
    }


def writing(seed: int) -> tuple[Visit, str, str]:
    """Simulate wrist flexors and extensors at random, slowly changing levels, and their maximum.

    Returns
    -------
    visit : Visit
    target, condition : str
        Labels of the pair and of the task.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, n = 1000, 60_000
    channels = tuple(
        emg_channel(site, "right") for site in ("extensor_carpi_radialis", "flexor_carpi_radialis")
    )
    task, mvc = Condition.of(task="writing"), Condition.of(task="mvc")
    gain = np.array([[400.0], [250.0]])
    level = emg.leading_in_turn(rng, n, rate_hz=rate_hz)
    carrier = emg.carrier(rng, 2, n, rate_hz=rate_hz, band_hz=(60.0, 250.0))
    made = visit(
        recording(gain * level * carrier, channels, rate_hz=rate_hz, condition=task),
        recording(
            gain * emg.steady_tone(9_000, rate_hz=rate_hz),
            channels,
            rate_hz=rate_hz,
            condition=mvc,
        ),
    )
    return made, " / ".join(c.label for c in channels), task.label


@cache
def long_levels() -> Floats:
    """Return the levels of `writing` over more than five hours, at 100 Hz, ``(2, n_samples)``."""
    from eutonia.simulate import emg

    return emg.leading_in_turn(np.random.default_rng(0), 2_000_000, rate_hz=100)

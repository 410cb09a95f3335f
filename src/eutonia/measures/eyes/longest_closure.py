"""The longest closure of an eye."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import hypot

import numpy as np

from eutonia.measures import lid_events, lid_example, lid_noise
from eutonia.measures.lid_events import BLINK_S, BLOCK_S, CAUTION, CLOSED, NEEDS_LONG, UNSURE
from eutonia.measures.lid_holes import HOLE_S
from eutonia.model import Block, Floats, Inputs, Jackknife, Measure, Range, Result, Visit

#: Error of a moment at which a lid passes one half, in pictures: the straight line between two.
_BETWEEN = 0.04
#: By how much the lid's scale, which is not straight, makes a closure read short, mean and SD in
#: seconds: gentle closures of nine rendered people below 50, with light and with dark skin,
#: straight and turned by 20 degrees, read short by 11 ms (SD 41, one eye left out), long closures
#: of others by up to 35. [D]
SHORT_S, BENT_S = 0.02, 0.05
#: Noted where a closure of half a second or more was not seen whole.
CUT = "a gap or an end of the recording cut the longest closure: it is at least so long"

MEASURE = Measure(
    id="eyes.longest_closure",
    version="6",
    title="Longest closure",
    unit="s",
    tier="clinical",
    sources=(),
    method="The longest time for which the lid is closed by more than half of its own range "
    "without opening (below 40 %). The interval is that of its two moments, from the noise of the "
    "trace over its slope there and the distance of the pictures: how long this closure was, not "
    "how long another one may be. It also holds that closures read 20 ms short (SD 50), as the "
    "scale of the lid is not straight, and what thresholds give that lie four times the noise of "
    "the open eye (beyond that of near faces) higher and lower or, without gentle closures, "
    "thresholds still further away. "
    f"A hole of up to {HOLE_S:g} s in a closure, or where it begins or ends, is bridged; a closure "
    "of half a second that a longer one, or an end of the recording, cut makes the number one that "
    "is at least so long.",
    needs=NEEDS_LONG,
    scale="none",  # one closure says nothing about the next, so nothing about what differs
    interval=Jackknife(),
    valid=Range(lo=0, hi=120, shown_by="docs/measures/eyes.longest_closure"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{CAUTION} {UNSURE} Longer recordings show longer closures: compare only "
    "the same length. Conditions and sides are not judged by it: the longest closures of two "
    "halves of one recording differ as well. A lid that opens slowly reads shorter: on "
    "rendered people by 60 ms (SD 50) where it opens within 0.2 to 1 s. Of twelve people by whom "
    "nothing was chosen, straight and turned, these limits held the usual length of gentle "
    "closures of light skin in 44 of 48 eyes and of dark skin in all 48 (up to version 3 in 44 and "
    "38). One that breaks in two, as on dark skin in dim light, reads far too short. Of small "
    "faces (18 to 28 pixels between the outer corners of the eyes) it was missed in 34 of 67 eyes "
    "of six rendered people up to version 5, now in 3 of 38, all of one person, and is refused in "
    "29; in none of 22 of three others.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the longest closure; see `MEASURE`."""
    found = [_longest(x, row) for row in x.targets[:, 0]]
    blocks, span = lid_events.counted(x, "long")
    n = round(len(blocks))
    # Each block says how long the longest closure is that starts in it, and that it was watched.
    longest = np.zeros((n, len(found), len(found) and n + 1))
    longest[:, :, n] = 1.0
    for target, (_, per_block, _) in enumerate(found):
        longest[np.arange(n), target, np.arange(n)] = per_block
    lasts = partial(_lasts, x)
    below, above = lid_noise.at_other_levels(x, lasts, level=CLOSED, closed=CLOSED)
    moments = _Moments(sd=tuple(sd for _, _, sd in found), below=below, above=above)
    return Result(
        blocks=longest,
        finish=_most,
        span=span,
        at_least=np.array([[cut] for cut, _, _ in found]),
        limits=lid_events.unsure(x, moments, lasts),
        reasons=lid_events.unclear(x),
        evidence=lid_events.trace(x),
        notes=(CUT,) if any(cut for cut, _, _ in found) else (),
    )


def _most(total: Floats) -> Floats:
    return np.asarray(total[..., :-1].max(axis=-1, keepdims=True))


def _longest(x: Inputs, row: int) -> tuple[bool, Floats, float]:
    """Return whether one was cut, the longest closure of each block, and the longest's error."""
    lasts, best, error, cut = [], 0.0, 0.0, False
    for block in x["lid"]:
        found = lid_events.of_block(block, row)
        n = _n_blocks(block)
        per_block = np.zeros(n)
        at = np.clip((found.on_s / BLOCK_S).astype(np.intp), 0, n - 1)
        np.maximum.at(per_block, at, found.lasts_s)
        lasts.append(per_block)
        whole = found.begun & found.ended
        cut |= bool((~whole & (found.lasts_s >= BLINK_S[1])).any())
        if len(found.on_s) and found.lasts_s.max() > best:
            i = int(found.lasts_s.argmax())
            best = float(found.lasts_s[i])
            error = hypot(*(_moment(block, row, t[i]) for t in (found.on_s, found.off_s)))
    return cut, np.concatenate(lasts), error


def _lasts(x: Inputs, level: float) -> Floats:
    """Return how long the longest closure above a level lasts, ``(n_targets, 1)``."""
    rows = x.targets[:, 0]
    found = [[lid_events.of_block(b, row, level).lasts_s for b in x["lid"]] for row in rows]
    return np.array([[np.concatenate(each).max(initial=0.0)] for each in found])


def _n_blocks(block: Block) -> int:
    """Return how many blocks `lid_events.counted` makes of a span."""
    length = round(BLOCK_S * block.rate_hz)
    edges = np.arange(0, block.x.shape[1], length)
    short = len(edges) > 1 and block.x.shape[1] - edges[-1] < length / 2
    return len(edges) - int(short)


def _moment(block: Block, row: int, at_s: float) -> float:
    """Return the standard error, in seconds, of a moment at which the lid passes one half."""
    c = block.x[row]
    i = int(np.clip(at_s * block.rate_hz, 0, len(c) - 2))
    if not block.mask[row, i : i + 2].all():
        return float(HOLE_S / np.sqrt(12))  # anywhere in a hole
    slope = abs(float(c[i + 1] - c[i]))
    # Noise from third differences, which movement hardly touches; robust against blinks.
    noise = float(np.median(np.abs(np.diff(c, 3)))) / (0.6745 * np.sqrt(20))
    pictures = np.hypot(_BETWEEN, 0.8 * noise / max(slope, 0.1))
    return float(pictures / block.rate_hz)


@dataclass(frozen=True)
class _Moments:
    """Limits from the errors of the two moments, and from the noise of the lid; nothing below 0."""

    sd: tuple[float, ...]
    below: Floats
    above: Floats

    def __call__(self, value: Floats, _error: Floats, _df: Floats) -> tuple[Floats, Floats]:
        half = 1.96 * np.hypot(self.sd, BENT_S)[:, None]
        seen = np.where(value > 0, SHORT_S, 0.0)
        lo, hi = np.hypot(half, self.below), np.hypot(half, self.above)
        return np.maximum(value + seen - lo, 0.0), value + seen + hi


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Spasms of random length, seen through a bent scale; the truth is the longest of them."""
    made, longest = lid_example.with_longest(seed)
    bent = SHORT_S + BENT_S * np.random.default_rng((seed, 1)).standard_normal(2)
    return made, {
        lid_example.key(s): float(longest + b) for s, b in zip(("left", "right"), bent, strict=True)
    }

"""Closures of one eye only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eutonia.measures import lid_events, lid_example
from eutonia.measures.lid_events import BOTH, CAUTION, LID, REOPENED, UNCALIBRATED, UNEVEN
from eutonia.model import Block, Floats, Inputs, Jackknife, Measure, Range, Result, Visit
from eutonia.stats.intervals import student_quantile

#: Share of the time for which one eye may stay closed alone in closures that are not counted. [D]
MOST_ALONE = 0.1
#: Where the other lid goes at least so far of the way that this one does, both may have closed: two
#: lids that close by half alike, or a noisy one, pass one half by chance. Of one that shuts alone
#: the other is drawn along by 0.2 to 0.4 where it reads 0.5 to 0.8. [D]
ALIKE = 0.6

MEASURE = Measure(
    id="eyes.one_sided",
    version="6",
    title="Closures of one eye only",
    unit="%",
    tier="supportive",
    sources=(),
    method="Of all blinks and closures of either eye that were seen whole, the share in which the "
    "other eye stays less than half closed. The lower limit counts only those in which it goes "
    f"less than {ALIKE:g} times as far. Also given: how many of them were of the left and of the "
    "right eye, and the mean time by which the left eye closes before the right, where both do. "
    "Where one lid rests half shut, or stays closed alone "
    f"for {100 * MOST_ALONE:.0f} % of the time or more in closures that were not seen whole, no "
    "number is given.",
    # Without gentle closures one lid may read less than half closed when both are shut.
    needs=replace(BOTH, inputs={"lid": replace(LID, not_flags=frozenset({UNEVEN, UNCALIBRATED}))}),
    scale="difference",
    interval=Jackknife(),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/eyes.one_sided"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Spasms of one side, above all together with the mouth of that side, suggest "
    "hemifacial spasm rather than blepharospasm: for the examiner to decide. A lid that no longer "
    "shuts, as after toxin, looks the same. The landmarks take one lid along with the other: of "
    "rendered people (50 to 98) seen straight, 100 % of the lids shut alone were told with light "
    "and 98 % with dark skin, but with the head turned by 20 degrees 80 % and 49 %: film from the "
    "front, and where the head turns a low number rules nothing out. "
    f"{CAUTION}",
    history="Up to version 5 it was not said which eye closed alone.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Match the closures of both eyes; see `MEASURE`."""
    parts, span = [], []
    for place, block in enumerate(x["lid"]):
        rows = lid_events.joined([_matched(block, a, b) for a, b in x.targets])
        parts.append(rows)
        span += [place] * len(rows)
    blocks = np.concatenate(parts)
    n, both = blocks[..., 1].sum(axis=0), blocks[..., 3].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lead = 1000 * blocks[..., 2].sum(axis=0) / both
    alone = _alone(x, blocks)
    return Result(
        blocks=blocks,
        finish=_percent,
        span=np.array(span, dtype=np.intp),
        limits=_Wilson(tuple(n), tuple(blocks[..., 4].sum(axis=0))),
        reasons=tuple(
            half_shut or _stays(x, a, b) or ("" if k else "No closure was seen whole in both eyes.")
            for half_shut, (a, b), k in zip(lid_events.half_shut(x), x.targets, n, strict=True)
        ),
        n_effective=n,
        details={
            "closures": n,
            "left_alone": alone["left"],
            "right_alone": alone["right"],
            "left_before_right_ms": lead,
        },
        notes=_of_which(x, alone, unsure=(blocks[..., 0] - blocks[..., 4]).sum(axis=0)),
    )


def _alone(x: Inputs, blocks: Floats) -> dict[str, Floats]:
    """Return by side how many closures were of that eye only, each ``(n_targets,)``."""
    first = blocks[..., 5].sum(axis=0)
    second = blocks[..., 0].sum(axis=0) - first
    left = np.array([x.channels["lid"][a].side == "left" for a, _ in x.targets], dtype=np.bool_)
    return {"left": np.where(left, first, second), "right": np.where(left, second, first)}


def _of_which(x: Inputs, alone: dict[str, Floats], *, unsure: Floats) -> tuple[str, ...]:
    """Say of which eye the closures were that are counted; the number has no side."""
    return tuple(
        f"{x.condition.label}: of the {a + b:.0f} of one eye only: left {a:.0f}, right {b:.0f}"
        + (f" (of {both:.0f} it is not sure: both may have closed)" if both else "")
        for a, b, both in zip(alone["left"], alone["right"], unsure, strict=True)
        if a + b
    )


def _matched(block: Block, left: int, right: int) -> Floats:
    """Return for each closure what adds up, ``(n, 6)``.

    One-sided, 1, seconds of the left's lead, both, surely one-sided, one-sided of the first eye.
    """
    one, other = (lid_events.of_block(block, row) for row in (left, right))
    seen = block.mask[left] & block.mask[right]
    bad = np.concatenate([[0], np.cumsum(~seen)])
    rows = []
    used: set[int] = set()
    for i in range(len(one.on_s)):
        over = np.flatnonzero((other.on_s < one.off_s[i]) & (other.off_s > one.on_s[i]))
        used.update(over.tolist())
        span = one.on_s[i], one.off_s[i]
        if one.begun[i] and one.ended[i] and _whole(bad, *span, block.rate_hz):
            lead = float(other.on_s[over[0]] - one.on_s[i]) if len(over) else 0.0
            alone = not len(over)
            sure = alone and not _alike(block, left, right, span)
            rows.append((float(alone), 1.0, lead, float(not alone), float(sure), float(alone)))
    for j in sorted(set(range(len(other.on_s))) - used):
        span = other.on_s[j], other.off_s[j]
        if other.begun[j] and other.ended[j] and _whole(bad, *span, block.rate_hz):
            sure = not _alike(block, right, left, span)
            rows.append((1.0, 1.0, 0.0, 0.0, float(sure), 0.0))
    return np.array(rows).reshape(-1, 6)


def _alike(block: Block, row: int, other: int, span: tuple[float, float]) -> bool:
    """Tell whether the other lid went nearly as far as the one that closed in a span."""
    part = slice(int(span[0] * block.rate_hz), int(span[1] * block.rate_hz) + 2)
    return float(block.x[other][part].max()) >= ALIKE * float(block.x[row][part].max())


def _stays(x: Inputs, left: int, right: int) -> str:
    """Return why closures that were not seen whole forbid a number; empty where there are few."""
    alone, seen = np.zeros(2), 0.0
    for block in x["lid"]:
        both = block.mask[left] & block.mask[right]
        seen += both.sum()
        for k, (row, other) in enumerate(((left, right), (right, left))):
            found = lid_events.of_block(block, row)
            cut = ~(found.begun & found.ended)
            for span in zip(found.on_s[cut], found.off_s[cut], strict=True):
                part = slice(*(max(round(t * block.rate_hz), 0) for t in span))
                alone[k] += (both[part] & (block.x[other][part] < REOPENED)).sum()
    share = float(alone.max() / max(seen, 1.0))
    if share < MOST_ALONE:
        return ""
    side = x.channels["lid"][(left, right)[int(alone.argmax())]].side
    return (
        f"The {side} eye stays closed alone for {100 * share:.0f} % of the time, in closures whose "
        "beginning or end was not seen: a share of closures does not show that. Read the share of "
        "the time with the eye closed."
    )


def _whole(bad: np.ndarray, on_s: float, off_s: float, rate_hz: float) -> bool:
    first, last = int(on_s * rate_hz), min(int(off_s * rate_hz) + 1, len(bad) - 1)
    return bool(bad[last] == bad[first])


def _percent(total: Floats) -> Floats:
    return 100 * lid_events.quotient(total)


@dataclass(frozen=True)
class _Wilson:
    """Wilson's limits of a share of closures that are independent of each other.

    The lower one is that of the closures of which it is sure.
    """

    n: tuple[float, ...]
    sure: tuple[float, ...]

    def __call__(self, value: Floats, _error: Floats, _df: Floats) -> tuple[Floats, Floats]:
        n = np.maximum(np.array(self.n), 1)[:, None]
        z = student_quantile(0.975, np.maximum(n - 1, 1))
        least = np.array(self.sure)[:, None] / n
        lower, upper = (
            (p + z**2 / (2 * n)) / (1 + z**2 / n)
            + sign * z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
            for p, sign in ((least, -1), (value / 100, 1))
        )
        return 100 * np.maximum(lower, 0), 100 * np.minimum(upper, 1)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """One closure in four is of one eye only."""
    made = lid_example.visit(seed, lid_example.WINKS)
    left, right = lid_example.labels()
    share = 100 * lid_example.WINKS.one_sided
    return made, {(f"{left} / {right}", lid_example.TASK.label, ""): share}

"""Whether a hand was seen to do the trick, as far as the camera tells.

The derivation of the head says when a hand is before the face, and when within a hand's length of
it, as a finger at chin, cheek or neck; it leaves the height of the shoulders out while a hand is
raised. Whether skin is touched is not seen.
"""

from __future__ import annotations

import numpy as np

from eutonia.model import Block, Floats, Inputs

#: Begins the note of a condition with a trick, for the report to find.
HAND = "hand of the trick ("
#: Below this share of the time, a hand was not seen. [D]
SEEN_SHARE = 0.05
#: Up to this share of the time, what was taken for a hand may be none: of a rendered person without
#: a hand in the picture one was told 10 % of the time. A trick is held for most of its segment. [D]
SELDOM_SHARE = 0.2
#: From this much more of the time raised than at the head on, that is said to be not sure. Of
#: twelve rendered people (1 to 86, half with light and half with dark skin; head straight, and
#: turned and tilted) the body's model showed 92 of 96 hands at chin, cheek, temple and nape there,
#: and 4 of 24 at the side of the neck, but all as raised; with hands looked for too 96 and 23. [D]
APART_SHARE = 0.2
_UNSURE = (
    "beyond that it is not sure where the hand was: the body's model misses most hands at the side "
    "of the neck and a few elsewhere (look at the film, or have hands looked for: --part face "
    "--part body --part hands)"
)


def shares(x: Inputs, blocks: str = "head") -> tuple[float, float]:
    """Return the shares of the time in which a hand is raised, and lies before the face.

    NaN where shoulders or hands were not looked for or not seen. Raised is a wrist at the height
    of the shoulder, or nearly so.
    """
    used = x.aux[blocks] if blocks in x.aux else x[blocks]
    shoulders, trunk, hidden = ([_row(x, site, b) for b in used] for site in _SITES)
    there = np.concatenate([np.isfinite(t) for t in trunk])
    raised = there & ~np.concatenate([np.isfinite(s) for s in shoulders])
    before = np.concatenate(hidden)
    before = before[np.isfinite(before)]
    known = bool(there.any()) and _has(x, _SITES[0])
    return (
        float(raised.sum() / there.sum()) if known else np.nan,
        float(before.mean()) if len(before) else np.nan,
    )


def at_head(x: Inputs, blocks: str = "head") -> float:
    """Return the share of the time in which a hand is within its length of the face; NaN unknown.

    Parameters
    ----------
    x, blocks
        As of `shares`.
    """
    used = x.aux[blocks] if blocks in x.aux else x[blocks]
    near = np.concatenate([_row(x, "hand_at_head", b) for b in used])
    near = near[np.isfinite(near)]
    return float(near.mean()) if len(near) else np.nan


#: Of the height of a shoulder, of what needs the shoulders but no hanging hand, and of the face.
_SITES = ("shoulder", "shift_lateral", "face_hidden")


def _has(x: Inputs, site: str) -> bool:
    return any(c.site == site for c in x.channels["head"])


def _row(x: Inputs, site: str, block: Block) -> Floats:
    """Return the samples of the first channel of a site, NaN where it was not seen."""
    rows = [i for i, c in enumerate(x.channels["head"]) if c.site == site]
    if not rows:
        return np.full(block.x.shape[1], np.nan)
    return np.where(block.mask[rows[0]], block.x[rows[0]], np.nan)


def notes(x: Inputs, blocks: str = "head") -> tuple[str, ...]:
    """Return what is said of the hand beside a number with the trick; empty without one."""
    condition = x.condition.replace(trick="on") if blocks in x.aux else x.condition
    if condition.get("trick") != "on":
        return ()
    return (f"{HAND}{condition.label}): {words(*shares(x, blocks), at_head(x, blocks))}",)


def words(raised: float, before: float, near: float) -> str:
    """Say what was seen of a hand; see `shares` and `at_head`."""
    if np.isnan([raised, before, near]).all():
        return "not known, since neither hands nor shoulders were seen"
    if not (raised > SEEN_SHARE or before > SEEN_SHARE or near > SEEN_SHARE):
        return (
            "none was seen raised or at the head: either the trick was not done, or its hand was "
            "not recognised, as 8 of 70 on rendered people (look at the film)"
        )
    said = []
    if raised > SEEN_SHARE or (not np.isnan(raised) and not near > SEEN_SHARE):
        said.append(f"seen raised in {100 * raised:.0f} % of the time")
    if np.isnan(near):
        said.append("whether at the head is not known")
    else:
        said.append(_at_the_head(near))
    if before > SEEN_SHARE:
        said.append(f"before the face itself in {100 * before:.0f} %")
    if raised - near >= APART_SHARE:
        said.append(_UNSURE)
    if not np.nanmax([raised, before, near]) > SELDOM_SHARE:
        said.append("so seldom that it may be no hand at all (look at the film)")
    return ", ".join(said)


def _at_the_head(near: float) -> str:
    """Say how much of the time a hand was at the head: what is misplaced is not seen there."""
    where, percent = "at the head (face, neck, or near them)", round(100 * near)
    if not percent:
        return f"not seen {where}"
    return f"{where} in {'' if percent == 100 else 'at least '}{percent} % of the time"

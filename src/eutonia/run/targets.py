"""Which channels, and pairs of channels, a measure is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from eutonia.knowledge import table
from eutonia.model import MOVEMENTS, Channel, Cross, Each, Measure, Pairs, Target, Whole

Channels = tuple[Channel, ...]


def resolve(
    rule: Each | Pairs | Cross | Whole, channels: dict[str, Channels]
) -> tuple[NDArray[np.intp], tuple[Target, ...]]:
    """Return the rows and the names of a measure's targets.

    Parameters
    ----------
    rule : Each, Pairs, Cross or Whole
    channels : dict of str to tuple of Channel
        Channels of each input, as its blocks hold them.

    Returns
    -------
    rows : ndarray of int, shape (n_targets, k)
    targets : tuple of Target
    """
    if isinstance(rule, Cross):
        first, second = channels[rule.first], channels[rule.second]
        if rule.first_sites:
            chosen = [i for s in rule.first_sites for i, c in enumerate(first) if c.site == s]
        else:
            chosen = list(range(len(first)))
        rows = list(product(chosen, range(len(second))))
        return _rows(rows, 2), tuple(_target(first[i], second[j]) for i, j in rows)
    (only,) = channels.values()
    if isinstance(rule, Each):
        chosen = [i for i, c in enumerate(only) if not rule.sites or c.site in rule.sites]
        return _rows([(i,) for i in chosen], 1), tuple(_target(only[i]) for i in chosen)
    if isinstance(rule, Whole):
        return _whole(rule, only)
    pairs = [
        _in_order(i, j, only)
        for i, j in combinations(_at_sites(only, rule.sites), 2)
        if related(only[i], only[j], rule.relation)
    ]
    return _rows(pairs, 2), tuple(_target(only[i], only[j]) for i, j in pairs)


def related(a: Channel, b: Channel, relation: str) -> bool:
    """Tell whether two channels are a pair of the given relation by the muscle table."""
    if relation == "all":
        return True
    if not a.site or not b.site:
        return False
    if relation == "homologue" and a.kind == "eeg":
        return _mirrored(a.site) == b.site
    if relation == "homologue":
        return a.site == b.site and {a.side, b.side} == {"left", "right"}
    antagonists = table("muscles").get(a.site, {}).get("antagonists", ())
    return b.site in antagonists and a.side == b.side


def _whole(rule: Whole, only: Channels) -> tuple[NDArray[np.intp], tuple[Target, ...]]:
    """Return all channels, or those at the named sites if none is missing, as one target."""
    first = {c.site: i for i, c in reversed(list(enumerate(only)))}
    chosen = tuple(first.get(s, -1) for s in rule.sites) or tuple(range(len(only)))
    if -1 in chosen or not chosen:
        return _rows([], len(chosen)), ()
    named = _target(*(only[i] for i in chosen))
    kind = only[0].kind
    # What was read from a video is one part of the body, however many numbers describe it.
    label = kind if kind in MOVEMENTS else f"{len(chosen)} {kind.upper()} channels"
    return _rows([chosen], len(chosen)), (replace(named, label=label),)


def _at_sites(channels: Channels, sites: tuple[str, ...]) -> list[int]:
    """Return the rows of the channels at these sites; all where none of them is there."""
    return [i for i, c in enumerate(channels) if c.site in sites] or list(range(len(channels)))


def _mirrored(electrode: str) -> str:
    """Return the electrode on the other side: odd numbers are left, the next even one right."""
    stem, number = _numbered(electrode)
    return f"{stem}{number + (1 if number % 2 else -1)}" if number else ""


def _numbered(electrode: str) -> tuple[str, int]:
    stem = electrode.rstrip("0123456789")
    return stem, int(electrode[len(stem) :] or 0)


def sided(target: Target, measure: Measure) -> tuple[tuple[str, ...], str]:
    """Return what a target has in common with its counterpart on the other side, and its side.

    Muscles and joints have the same site on both sides; of single electrodes, whose numbers tell
    the side, it is the name of the left one.
    """
    kinds = {i.kind for i in measure.needs.inputs.values()}
    if kinds != {"eeg"}:
        return target.sites, target.side
    stem, number = _numbered(target.sites[0])
    if not number or not isinstance(measure.needs.target, Each):
        return target.sites, ""
    return (f"{stem}{number - 1 + number % 2}",), "left" if number % 2 else "right"


def why_no_target(rule: Each | Pairs | Cross | Whole, channels: dict[str, Channels]) -> str:
    """Return a sentence that says why no target was found and what to do."""
    if isinstance(rule, Pairs):
        (only,) = channels.values()
        named = [c.label for c in only if c.site]
        unnamed = [c.name for c in only if not c.site]
        if len(only) < 2:
            return _one_alone(only)
        words = {"antagonist": "antagonists of the same side", "homologue": "left and right of one"}
        what = _parts(only)
        return (
            f"No two of the recorded {what} are {words.get(rule.relation, 'a pair')} "
            f"({', '.join(named) or 'none is named'}).{_advice(unnamed)}"
        )
    if isinstance(rule, Whole):
        (only,) = channels.values()
        missing = [s for s in rule.sites if s not in {c.site for c in only}]
        return f"Not all of the channels that belong to it can be used: {', '.join(missing)}."
    if isinstance(rule, Cross):
        return (
            f"None of the electrodes {', '.join(rule.first_sites)} was recorded together with a "
            "muscle."
        )
    if isinstance(rule, Each) and rule.sites:
        (only,) = channels.values()
        wanted = " or ".join(s.replace("_", " ") for s in rule.sites)
        unnamed = [c.name for c in only if not c.site]
        why = f"This is taken from {wanted} only, which was not recorded or cannot be used."
        return why + _advice(unnamed)
    return "No channel can be used."


def _one_alone(only: Channels) -> str:
    """Return that one channel is no pair; a video shows both sides, but one may be of no use."""
    if only and only[0].kind in MOVEMENTS:
        what = only[0].label
        return f"Only one side can be used ({what}); both are needed."
    return f"Only one channel can be used; a pair of {_parts(only)} is needed."


def _parts(only: Channels) -> str:
    """Return what the channels are of, in words."""
    kinds = {c.kind for c in only}
    return _OF_KIND.get(next(iter(kinds)), "channels") if len(kinds) == 1 else "channels"


#: What channels of a kind are of, where pairs are formed of them.
_OF_KIND = {"emg": "muscles", "eeg": "electrodes"}


def _advice(unnamed: list[str]) -> str:
    if not unnamed:
        return ""
    return f" The muscle of {', '.join(unnamed[:4])} is not known: name it in a corrections file."


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.intp]:
    return np.array(rows, dtype=np.intp).reshape(len(rows), width)


def _in_order(i: int, j: int, channels: Channels) -> tuple[int, int]:
    """Order a pair by side and site, so that its name does not depend on the file's order."""
    key = [(c.side, c.site or c.name, c.name) for c in (channels[i], channels[j])]
    return (i, j) if key[0] <= key[1] else (j, i)


def _target(*channels: Channel) -> Target:
    sides = {c.side for c in channels}
    return Target(
        label=" / ".join(c.label for c in channels),
        channels=tuple(c.name for c in channels),
        sites=tuple(c.site or c.name for c in channels),
        side=next(iter(sides)) if len(sides) == 1 and sides <= {"left", "right"} else "",
    )

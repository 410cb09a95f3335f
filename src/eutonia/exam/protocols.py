"""How to record each form: the protocols, without what should not be done in this person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from eutonia.knowledge import find, table
from eutonia.model import Condition, UnknownName

#: The kind of task that `exam.red_flags.hidden_tasks` hides with signs from the spinal cord.
RANGE = "range_of_motion"


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One thing to do: how, how long each time, how often, and what it is for.

    Parameters
    ----------
    kind : str
        ``range_of_motion``, or empty.
    skip : str
        Who should leave it out.
    home : bool
        Whether it is in the short form at home.
    """

    id: str
    name: str
    do: str
    seconds: float
    repeats: int
    for_what: str
    condition: Condition
    kind: str = ""
    skip: str = ""
    home: bool = False

    @property
    def total_s(self) -> float:
        """Seconds of all repeats, without the pauses."""
        return self.seconds * self.repeats


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """A named way to record one part of the body.

    Parameters
    ----------
    minutes : float
        Of the whole recording with pauses, without set-up.
    forms : tuple of str
        Keys of ``knowledge/forms`` that it is for.
    setup : tuple of str
        What to prepare, the general part first.
    segments : tuple of Segment
        In order.
    left_out : tuple of str
        Names of segments that are not offered.
    """

    id: str
    name: str
    minutes: float
    forms: tuple[str, ...]
    setup: tuple[str, ...]
    segments: tuple[Segment, ...]
    left_out: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """Return the names of all protocols."""
    return tuple(table("protocols"))


def protocol(name: str, *, without: Collection[str] = (), home: bool = False) -> Protocol:
    """Return one protocol.

    Parameters
    ----------
    name : str
        Its name, or a synonym such as ``torticollis``.
    without : collection of str
        Kinds of task that are not offered, from `exam.red_flags.hidden_tasks`.
    home : bool
        Only the short form for home.

    Raises
    ------
    UnknownName
        If there is no such protocol.
    """
    key = find("protocols", name)
    if not key:
        raise UnknownName(f"There is no protocol {name!r}; there are: {', '.join(names())}.")
    entry = table("protocols")[key]
    segments = tuple(_segment(s) for s in entry["segments"])
    kept = tuple(s for s in segments if s.kind not in without and (s.home or not home))
    return Protocol(
        id=key,
        name=entry["name"],
        minutes=entry["minutes"],
        forms=tuple(entry["forms"]),
        setup=(*table("protocol_rules")["setup"], *entry["setup"]),
        segments=kept,
        left_out=tuple(s.name for s in segments if s.kind in without),
    )


def for_form(form: str) -> tuple[str, ...]:
    """Return the protocols for a form (a key of ``knowledge/forms``); none: no named protocol."""
    return tuple(key for key, entry in table("protocols").items() if form in entry["forms"])


def _segment(entry: dict[str, Any]) -> Segment:
    return Segment(
        id=entry["id"],
        name=entry["name"],
        do=entry["do"],
        seconds=entry["seconds"],
        repeats=entry["repeats"],
        for_what=entry["for"],
        condition=Condition.of(**entry["levels"]),
        kind=entry.get("kind", ""),
        skip=entry.get("skip", ""),
        home=entry.get("home", False),
    )

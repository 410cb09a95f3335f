"""Which muscles a task uses, and which of two antagonists moves: ``knowledge/movers`` applied.

Shared by the measures of overflow, mirror activity and antagonist share. Nothing is guessed: a task
that is not in the table, or whose side is not stated, gives a sentence in place of an answer.
"""

from __future__ import annotations

from typing import Any

from eutonia.knowledge import table
from eutonia.model import Channel, Condition

_OTHER = {"left": "right", "right": "left"}


def why_not_known(condition: Condition) -> str:
    """Return why it cannot be said what the task uses, and what to do; empty where it can."""
    task = condition.get("task")
    if not task:
        return (
            "The condition names no task, so it is not known which muscles it uses. Name the task "
            "in the file's name, in events.tsv or in a corrections file (condition: {task: …})."
        )
    entry = table("movers").get(task)
    if entry is None:
        return (
            f"It is not known which muscles the task {task.replace('_', ' ')!r} uses. Record a "
            "task of which it is known, such as writing, tapping, typing, wrist flexion, head "
            "turn, speaking or walking, or name the task so in a corrections file (condition: "
            "{task: …})."
        )
    if entry["sides"] == "one" and condition.get("side") not in ("left", "right", "both"):
        return (
            f"It is not stated which side did the task {task.replace('_', ' ')!r}. Give it in a "
            "corrections file (condition: {side: left}, right or both)."
        )
    return ""


def uses(condition: Condition, channel: Channel) -> bool:
    """Tell whether a muscle belongs to the task; ask `why_not_known` and `why_no_muscle` first."""
    entry = _entry(condition)
    if _names(entry.get("either", ()), channel.site):
        return True
    on_side = condition.get("side") in ("", "both", channel.side)
    return on_side and _names(entry.get("own", ()), channel.site)


def why_no_muscle(channel: Channel) -> str:
    """Return why a channel cannot be placed in the table: its muscle or side is not known."""
    if not channel.site:
        return "The muscle of this channel is not known: name it in a corrections file (muscle)."
    if channel.side not in _OTHER:
        return "The side of this muscle is not known: give it in a corrections file (side)."
    return ""


def agonist(condition: Condition, pair: tuple[Channel, Channel]) -> int | None:
    """Return which of two antagonists (0 or 1) moves in the task; None where neither or both do."""
    entry = _entry(condition)
    side = condition.get("side")
    moves = []
    for channel in pair:
        own = side in ("", "both", channel.side)
        opposite = side in ("", "both", _OTHER.get(channel.side, ""))
        moves.append(
            (own and channel.site in entry.get("agonists", ()))
            or (opposite and channel.site in entry.get("agonists_opposite", ()))
        )
    return moves.index(True) if sum(moves) == 1 else None


def tasks_with_agonist() -> str:
    """Return the tasks that have an agonist, in words."""
    known = table("movers").items()
    return ", ".join(t.replace("_", " ") for t, entry in known if entry.get("agonists"))


def _entry(condition: Condition) -> dict[str, Any]:
    entry: dict[str, Any] = table("movers")[condition.get("task")]
    return entry


def _names(listed: tuple[str, ...], site: str) -> bool:
    return site in listed or table("muscles").get(site, {}).get("region", "") in listed

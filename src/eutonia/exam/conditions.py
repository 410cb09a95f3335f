"""The language of conditions in which red flags and the work-up are written, and its evaluation.

A condition is the name of a fact or of a named condition, ``always`` or ``never``, or one of
``{any: […]}``, ``{all: […]}``, ``{not: …}`` and ``{fact: NAME, at_least|over|below: X}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import ge, gt, lt
from typing import Any

from eutonia.knowledge import table

#: What is known: only what is true, or a number or a text; what is absent is not known.
Facts = Mapping[str, bool | float | str]
_THRESHOLDS: dict[str, Callable[[Any, float], bool]] = {"at_least": ge, "over": gt, "below": lt}


@dataclass(frozen=True)
class Rule:
    """A condition as read: what joins its parts, or the fact that it asks for.

    Parameters
    ----------
    kind : str
        ``any``, ``all``, ``not``, ``fact``, ``at_least``, ``over``, ``below``, ``always``,
        ``never``.
    parts : tuple of Rule
        Of ``any``, ``all`` and ``not``.
    fact, threshold
        Of the others.
    leaves : frozenset of str
        All facts below it.
    needs_one : bool
        Whether it cannot be true unless one of its facts is known.
    """

    kind: str
    parts: tuple[Rule, ...] = ()
    fact: str = ""
    threshold: float = 0.0
    leaves: frozenset[str] = frozenset()
    needs_one: bool = True


def rule(condition: Any) -> Rule:
    """Return a condition of the tables as a rule, with named conditions put in."""
    if isinstance(condition, str):
        named = table("flag_conditions")
        if condition in named:
            return _named(condition)
        kind = condition if condition in ("always", "never") else "fact"
        leaves = frozenset([condition])
        return Rule(kind, fact=condition, leaves=leaves, needs_one=kind == "fact")
    if "fact" in condition:
        [(kind, threshold)] = [(k, v) for k, v in condition.items() if k != "fact"]
        fact = condition["fact"]
        return Rule(kind, fact=fact, threshold=float(threshold), leaves=frozenset([fact]))
    [(kind, inner)] = condition.items()
    parts = tuple(rule(one) for one in (inner if isinstance(inner, list) else [inner]))
    enough = any if kind == "all" else all
    return Rule(
        kind,
        parts,
        leaves=frozenset().union(*(p.leaves for p in parts)),
        needs_one=kind != "not" and enough(p.needs_one for p in parts),
    )


@cache
def _named(name: str) -> Rule:
    return rule(table("flag_conditions")[name])


def possible(rule: Rule, facts: Facts) -> bool:
    """Return whether a rule may be true, at a glance: most ask for facts of which none is known."""
    return not (rule.needs_one and rule.leaves.isdisjoint(facts))


def met(rule: Rule, facts: Facts) -> list[str] | None:
    """Return the facts that make a rule true, in the order of the table; None where it is not.

    A number that is not known is neither above nor below anything.
    """
    if not possible(rule, facts):
        return None  # most rules end here
    if not rule.parts:
        return _leaf(rule, facts)
    if rule.kind == "not":
        return [] if met(rule.parts[0], facts) is None else None
    every, some = rule.kind == "all", False
    found: list[str] = []
    for part in rule.parts:
        names = met(part, facts)
        if names is not None:
            some = True
            found += names
        elif every:
            return None
    return found if some else None


def _leaf(rule: Rule, facts: Facts) -> list[str] | None:
    if rule.kind == "fact":
        return [rule.fact] if rule.fact in facts else None
    if rule.kind in _THRESHOLDS:
        value = facts.get(rule.fact)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return [rule.fact] if known and _THRESHOLDS[rule.kind](value, rule.threshold) else None
    return [] if rule.kind == "always" else None


def in_words(names: Iterable[str], facts: Facts) -> tuple[str, ...]:
    """Return facts as statements, each once."""
    return tuple(dict.fromkeys(_statement(name, facts[name]) for name in names))


def _statement(name: str, value: bool | float | str) -> str:
    words = _words()[name]
    if "{}" not in words:
        return words
    return words.format(f"{value:g}" if isinstance(value, int | float) else value)


@cache
def _words() -> dict[str, str]:
    signs = {key: str(sign["name"]) for key, sign in table("danger_signs").items()}
    return signs | {key: str(fact["words"]) for key, fact in table("flag_facts").items()}

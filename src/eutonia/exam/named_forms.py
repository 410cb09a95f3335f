"""Which named form of dystonia fits what an examiner saw; the rules stand in ``forms.yaml``.

A rule looks at the affected regions, the tasks, and the distribution. What the examiner names wins;
where the rule would say something else, that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eutonia.knowledge import find, normalise, table
from eutonia.model import Examination, RegionSeen

_NEGATIONS = frozenset(["not", "no", "never", "except", "without", "nicht", "ohne", "kein", "sans"])
_APART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What the rules make of one examination.

    Parameters
    ----------
    forms : tuple of str
        Forms that fit; one: recognised; several: open which.
    sure : bool
        Whether there is exactly one, and nothing is left open.
    because, missing : tuple of str
        What led to it, and what would decide.
    """

    forms: tuple[str, ...]
    sure: bool
    because: tuple[str, ...]
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def task_of(text: str) -> str:
    """Return the task that words name, a key of ``form_tasks``, or the words themselves.

    Examples
    --------
    >>> task_of("playing the violin"), task_of("knitting")
    ('strings', 'knitting')
    """
    words = _APART.findall(text.casefold())
    if _NEGATIONS & set(words):
        return text.strip().casefold()
    plain = {normalise(w) for w in words}
    found = [key for key, all_of in _task_words() if all_of <= plain]
    # "playing the piano" names both; the one that says which instrument holds.
    exact = [key for key in found if key != "playing"] or found
    return exact[0] if len(set(exact)) == 1 else text.strip().casefold()


@cache
def _task_words() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(
        (key, frozenset(normalise(w) for w in _APART.findall(phrase.casefold())))
        for key, entry in table("form_tasks").items()
        for phrase in (key.replace("_", " "), *entry["synonyms"])
    )


def affected(examination: Examination) -> tuple[RegionSeen, ...]:
    """Return the regions that the examiner found affected: those not rated 0."""
    return tuple(r for r in examination.regions if r.severity != 0)


def tasks_of(examination: Examination) -> frozenset[str]:
    """Return the tasks in which the dystonia appears, as keys where they are known."""
    named = (t for r in affected(examination) for t in r.tasks)
    return frozenset(task_of(t) for t in (*named, *examination.tasks_affected)) - {"rest", ""}


def fit(examination: Examination, *, distribution: str) -> Fit:
    """Return the named forms that fit regions, tasks and distribution.

    Parameters
    ----------
    examination : Examination
    distribution : str
        As `eutonia.exam.distribution.distribution` gives it for this examination.
    """
    regions = frozenset(r.region for r in affected(examination))
    tasks = tasks_of(examination)
    sure, maybe = [], []
    for key, form in table("forms").items():
        rule = form.get("recognise")
        if not rule or not _region_fits(rule, regions, distribution):
            continue
        wanted = tasks & set(rule.get("tasks", ()))
        if tasks & set(rule.get("not_tasks", ())):
            continue
        if wanted or "tasks" not in rule:
            sure.append(key)
        elif tasks & set(rule.get("maybe_tasks", ())):
            maybe.append(key)
    because = [f"regions {', '.join(sorted(regions)) or 'none'}"]
    if tasks:
        because.append(f"tasks: {', '.join(sorted(tasks))}")
    found = (*sure, *maybe)
    missing = []
    if maybe:
        missing.append("which instrument is played")
    elif not found and not tasks and _task_would_help(regions):
        missing.append("in which tasks it appears: the forms of this region belong to a task")
    elif len(found) > 1:
        missing.append("which of the tasks came first or is affected most")
    alone = len(sure) == 1 and not maybe
    return Fit(forms=found, sure=alone, because=tuple(because), missing=tuple(missing))


def _region_fits(rule: dict[str, Any], regions: frozenset[str], distribution: str) -> bool:
    if "distribution" in rule:
        return distribution in rule["distribution"]
    if "all_of" in rule:
        return regions == frozenset(rule["all_of"])
    return len(regions) == 1 and regions <= frozenset(rule["one_of"])


def _task_would_help(regions: frozenset[str]) -> bool:
    rules = (form.get("recognise", {}) for form in table("forms").values())
    return any("tasks" in rule and _region_fits(rule, regions, "") for rule in rules)


def form_key(text: str) -> str:
    """Return the key of the form that the examiner named, or the words where it has none."""
    return text if text in table("forms") else find("forms", text) or text


def subtypes(form: str, examination: Examination) -> tuple[str, ...]:
    """Return the sub-types of a form that fit the tasks or that the examiner named in words."""
    kinds: dict[str, Any] = table("forms").get(form, {}).get("subtypes", {})
    tasks = tasks_of(examination)
    at_rest = any(r.at_rest for r in affected(examination))
    named = frozenset(normalise(w) for w in _phrases(examination)) if kinds else frozenset()
    by_words, by_tasks = [], []
    for key, kind in kinds.items():
        said = {normalise(w) for w in (kind["name"], *kind.get("words", ()))}
        if named & said:
            by_words.append(key)
        elif "only_tasks" in kind:
            if tasks and tasks <= set(kind["only_tasks"]) and not at_rest:
                by_tasks.append(key)
        elif tasks & set(kind.get("tasks", ())) and not (at_rest and kind.get("not_at_rest")):
            by_tasks.append(key)
    # The first that fits the tasks is the narrowest; words that name several leave it open.
    return tuple(by_words) or tuple(by_tasks[:1])


def _phrases(examination: Examination) -> Iterable[str]:
    """Yield short entries by which an examiner may name a sub-type; sentences are not searched."""
    texts = (
        *(r.note for r in examination.regions),
        *examination.posture,
        examination.speech,
        examination.note,
        examination.form,
    )
    for text in texts:
        yield from re.split(r"[;,:()]", text)

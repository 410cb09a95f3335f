"""How far two raters of a data set agree on each item of a scale: weighted kappa."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from eutonia.exam.agreement import MIN_VISITS
from eutonia.formats.scale_entry import entry_items
from eutonia.formats.scale_table import scale_of
from eutonia.model import Examination, InvalidRecord
from eutonia.stats.agreement import Kappa, weighted_kappa

_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class ItemAgreement:
    """Agreement of two raters on one item; `kappa` None: `why` says why."""

    name: str
    raters: tuple[str, str]
    kappa: Kappa | None
    why: str = ""

    @property
    def words(self) -> str:
        """One line: kappa with its interval, and who rated how many."""
        raters = " and ".join(self.raters)
        if self.kappa is None:
            return f"{self.name}: {self.why.rstrip('.')}. Raters {raters}."
        k = self.kappa
        return (
            f"{self.name}: weighted kappa (quadratic) {k.value:.2f} (95 % interval {k.lo:.2f} to "
            f"{k.hi:.2f}); {k.n} visits, raters {raters}."
        )


def item_agreement(
    visits: Iterable[tuple[str, tuple[Examination, ...]]],
) -> tuple[ItemAgreement, ...]:
    """Return weighted kappa of each pair of raters on each item that both entered.

    Parameters
    ----------
    visits : iterable of (person, examinations)
        One entry per visit, with all its raters. Nothing is filled in: a visit counts for an item
        only where both entered it. Questionnaires are left out: the person is their rater.
    """
    found: dict[_Key, list[dict[str, float]]] = defaultdict(list)
    for _, examinations in visits:
        here: dict[_Key, dict[str, float]] = defaultdict(dict)
        for e in examinations:
            for key, value in _items(e):
                here[key].setdefault(e.rater, value)
        for key, by in here.items():
            found[key].append(by)
    return tuple(one for key, rated in found.items() for one in _pairs(key, rated))


def _items(examination: Examination) -> Iterator[tuple[_Key, float]]:
    for score in examination.scores:
        try:
            scale = scale_of(score.scale, score.version)
        except InvalidRecord:  # named by `exam.scales.estimates`
            continue
        if scale.by == "examiner" and examination.rater:
            yield from (((scale.id, scale.version, item), value) for item, value in score.items)


def _pairs(key: _Key, rated: list[dict[str, float]]) -> Iterator[ItemAgreement]:
    raters = sorted({r for by in rated for r in by})
    for a, b in combinations(raters, 2):
        both = [(by[a], by[b]) for by in rated if a in by and b in by]
        if both:
            kappa, why = _kappa(key, both)
            yield ItemAgreement(name=_name(key), raters=(a, b), kappa=kappa, why=why)


def _kappa(key: _Key, both: list[tuple[float, float]]) -> tuple[Kappa | None, str]:
    if len(both) < MIN_VISITS:
        return None, (
            f"only {len(both)} rated by both; at least {MIN_VISITS} are needed (our rule, "
            "unconfirmed)"
        )
    first, second = np.array(both, dtype=np.float64).T
    item = {i.id: i for i in entry_items(key[0], True, version=key[1])}.get(key[2])
    levels = None
    if item is not None and item.step > 0:
        levels = np.arange(item.lo, item.hi + item.step / 2, item.step)
    try:
        return weighted_kappa(first, second, levels=levels), ""
    except InvalidRecord as error:
        return None, str(error)


def _name(key: _Key) -> str:
    scale = scale_of(key[0], key[1])
    labels = {i.id: i.label for i in entry_items(key[0], True, version=key[1])}
    return f"{scale.short} {labels.get(key[2], key[2])}"

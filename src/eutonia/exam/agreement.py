"""How far the raters of a data set agree on each part of each scale."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from eutonia.exam.scale_totals import Total, totals
from eutonia.formats.scale_table import WHOLE, ScalePart, scale_of
from eutonia.model import Examination, InvalidRecord
from eutonia.stats.agreement import Icc, icc, sem
from eutonia.stats.change import minimal_detectable_change

#: Fewest visits rated by the same raters [D].
MIN_VISITS = 5
#: Raters among whom every group is tried; those with the most ratings.
_MOST_RATERS = 8

#: For each visit: rater to total.
_Ratings = Mapping[int, Mapping[str, float]]
_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class PartAgreement:
    """Agreement of raters on one part of a scale.

    Parameters
    ----------
    scale, version, part, name, unit : str
        Which number; `name` is for print.
    raters : tuple of str
        Those who rated all the visits that count.
    icc : Icc or None
        ICC(2,1): absolute agreement of single raters; None: `why` says why.
    sem, mdc : float or None
        Standard error of measurement and minimal detectable change between raters, in `unit`.
    n_people : int
        People behind the visits.
    """

    scale: str
    version: str
    part: str
    name: str
    unit: str
    raters: tuple[str, ...]
    icc: Icc | None
    sem: float | None
    mdc: float | None
    n_people: int
    why: str = ""


def agreement(
    visits: Iterable[tuple[str, tuple[Examination, ...]]],
) -> tuple[PartAgreement, ...]:
    """Return the agreement on every part of a scale that several examiners rated.

    Parameters
    ----------
    visits : iterable of (person, examinations)
        One entry per visit, with all its raters. A visit counts only where all raters of the group
        gave a total (listwise; nothing is filled in); the group of raters is the one with the most
        ratings. Questionnaires are left out: the person is their rater.

    Returns
    -------
    tuple of PartAgreement
        In the order of the scales in the first visits.
    """
    people: list[str] = []
    found: dict[_Key, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for at, (person, examinations) in enumerate(visits):
        people.append(person)
        for examination in examinations:
            for key, value in _totals(examination):
                found[key][at].setdefault(examination.rater, value)
    return tuple(
        _agreement(key, ratings, people)
        for key, ratings in found.items()
        if any(len(r) > 1 for r in ratings.values())
    )


def _totals(examination: Examination) -> Iterator[tuple[_Key, float]]:
    for score in examination.scores:
        try:
            scale = scale_of(score.scale, score.version)
        except InvalidRecord:  # named by `exam.scales.estimates`
            continue
        if scale.by == "examiner" and examination.rater:
            for t in totals(score):
                if isinstance(t, Total):
                    yield (scale.id, scale.version, t.part), t.value


def _agreement(key: _Key, ratings: _Ratings, people: list[str]) -> PartAgreement:
    scale = scale_of(key[0], key[1])
    part = scale.parts[key[2]]
    raters = _group(ratings)
    rated = [at for at, by in ratings.items() if by.keys() >= set(raters)]
    found, why = _icc([[ratings[at][r] for r in raters] for at in rated])
    error = None if found is None else sem(found.sd, found.value)
    return PartAgreement(
        scale=scale.id,
        version=scale.version,
        part=part.id,
        name=_name(scale.short, part),
        unit=part.unit,
        raters=raters,
        icc=found,
        sem=error,
        mdc=None if error is None else minimal_detectable_change(error),
        n_people=len({people[at] for at in rated}),
        why=why,
    )


def _group(ratings: _Ratings) -> tuple[str, ...]:
    """Return the raters who together gave the most ratings of the same visits."""
    counts = Counter(r for by in ratings.values() for r in by)
    often = sorted(sorted(counts), key=lambda r: -counts[r])[:_MOST_RATERS]

    def worth(group: tuple[str, ...]) -> tuple[bool, int, int]:
        visits = sum(by.keys() >= set(group) for by in ratings.values())
        return visits >= MIN_VISITS, visits * len(group), visits

    groups = [g for size in range(2, len(often) + 1) for g in combinations(sorted(often), size)]
    return max(groups, key=worth)


def _icc(rows: list[list[float]]) -> tuple[Icc | None, str]:
    if len(rows) < MIN_VISITS:
        visits = "visit was" if len(rows) == 1 else "visits were"
        return None, (
            f"only {len(rows)} {visits} rated by the same raters; at least {MIN_VISITS} are needed "
            "(our rule, unconfirmed)"
        )
    try:
        return icc(rows), ""
    except InvalidRecord as error:
        return None, str(error)


def _name(short: str, part: ScalePart) -> str:
    return short if part.id == WHOLE else f"{short} {part.title}"


def in_words(found: PartAgreement) -> str:
    """Return one line: ICC with its interval, error of measurement, and who rated how many."""
    name = f"{found.name} (version {found.version})"
    raters = ", ".join(found.raters)
    if found.icc is None or found.sem is None or found.mdc is None:
        return f"{name}: {found.why.rstrip('.')}. Raters {raters}."
    i = found.icc
    again = ""
    if found.n_people < i.n_subjects:
        again = " Some people count more than once, so the interval is too narrow."
    return (
        f"{name}: ICC(2,1) {i.value:.2f} (95 % interval {i.lo:.2f} to {i.hi:.2f}), "
        f"SEM {found.sem:.3g} {found.unit}, MDC between raters {found.mdc:.3g} {found.unit}; "
        f"{i.n_subjects} visits of {found.n_people} people, raters {raters}.{again}"
    )

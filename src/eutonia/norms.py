"""Norms that a laboratory builds from its own controls, and a person held against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eutonia import __version__
from eutonia.measures import get
from eutonia.model import (
    Assessment,
    CannotMeasure,
    Comparison,
    Estimate,
    EutoniaError,
    Floats,
    HarmnTable,
    Norm,
    Norms,
    Person,
    UnknownName,
)
from eutonia.stats.agreement import mean_squares
from eutonia.stats.intervals import student_p, student_quantile

#: Fewest controls behind a number (our rule, unconfirmed: as many as repeatability is asked of).
MIN_CONTROLS = 20

#: What makes two numbers the same number.
Key = tuple[str, str, str, str, str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Built:
    """Norms, and what could not go into them.

    Parameters
    ----------
    norms : Norms
    too_few : int
        Numbers that fewer than `MIN_CONTROLS` controls have.
    left_out : tuple of str
        Assessments that were not used, with the reason.
    """

    norms: Norms
    too_few: int
    left_out: tuple[str, ...]


def build(assessments: Iterable[tuple[str, Assessment]], *, name: str) -> Built:
    """Put the numbers of controls together.

    Parameters
    ----------
    assessments : iterable of (str, Assessment)
        Where each comes from, and the assessment. Each person counts once, with the first visit in
        the given order; a second one says how much the number varies from visit to visit. People
        with a named form of dystonia are no controls and are left out.
    name : str
        Of the laboratory and the group.

    Raises
    ------
    CannotMeasure
        If no number has enough controls, or simulated and real people are mixed.
    """
    people: dict[str, Assessment] = {}
    again: dict[str, Assessment] = {}
    left_out: list[str] = []
    for where, one in assessments:
        person = one.person.id if one.person.id != "unknown" else where
        if one.state.form:
            left_out.append(f"{where}: a form of dystonia is named ({one.state.form}).")
        elif person in again:
            left_out.append(f"{where}: {person} is counted already, with two visits.")
        else:
            (again if person in people else people)[person] = one
    simulated = {"SIMULATED" in a.labels for a in people.values()}
    if len(simulated) > 1:
        raise CannotMeasure("Simulated and real people cannot be mixed in one set of norms.")
    values: dict[Key, list[tuple[Estimate, Person]]] = {}
    for one in people.values():
        for e in _measured(one):
            values.setdefault(_key(e), []).append((e, one.person))
    later = {(p, _key(e)): e.value for p, one in again.items() for e in _measured(one)}
    enough = {k: v for k, v in values.items() if len(v) >= MIN_CONTROLS}
    made = (_norm(k, enough[k], later) for k in sorted(enough))
    norms = tuple(n for n in made if n is not None)
    if not norms:
        raise CannotMeasure(
            f"No number has {MIN_CONTROLS} controls or more: {len(people)} people were found. "
            "Give the folders of more assessments with the same measures and conditions."
        )
    return Built(
        norms=Norms(
            name=name,
            people=len(people),
            made_with=__version__,
            norms=norms,
            simulated=True in simulated,
        ),
        too_few=len(values) - len(enough),
        left_out=tuple(left_out),
    )


def against_norms(
    estimates: Iterable[Estimate], norms: Norms, *, age_years: float | None
) -> tuple[Comparison | None, ...]:
    """Hold each number against the laboratory's controls; None where they have no such number.

    The z is ``(x - mean) / SD``; it lies outside where a new control would in fewer than 5 % of
    cases (Student's t, because mean and SD are themselves estimates).
    """
    by_key = {_key_of(n): n for n in norms.norms}
    return tuple(
        _against(e, by_key[_key(e)], norms, age_years) if _key(e) in by_key else None
        for e in estimates
    )


def harmn_z(
    log_spectrum: Floats, table: HarmnTable, *, age_years: float, batch: str = ""
) -> tuple[Floats, Floats]:
    """Return z and harmonised log-spectrum (Li et al. 2022).

    ``z = (y - mean(age)) / sd(age)``; with a batch, ``(z - batch mean) / batch sd``. The harmonised
    value is ``mean + sd z``. Between the ages of the table, mean and sd are interpolated linearly.

    Parameters
    ----------
    log_spectrum : ndarray, shape (n_freq, n_electrodes)
        Evidence of ``eeg.harmn``.
    table : HarmnTable
    age_years : float
    batch : str
        Name of a batch of the table; empty: no correction of site and device.

    Returns
    -------
    z, harmonised : ndarray, shape (n_freq, n_electrodes)

    Raises
    ------
    CannotMeasure
        If the age lies outside the table, or frequencies and electrodes do not fit.
    UnknownName
        If there is no such batch.
    """
    youngest, oldest = table.age_years[[0, -1]]
    if not youngest <= age_years <= oldest:
        raise CannotMeasure(f"The norms hold for {youngest:g} to {oldest:g} years only.")
    if log_spectrum.shape != table.mean.shape[1:]:
        raise CannotMeasure(
            f"The norms have {table.mean.shape[1]} frequencies and {table.mean.shape[2]} "
            f"electrodes, the features {log_spectrum.shape[0]} and {log_spectrum.shape[1]}."
        )
    if batch and batch not in table.batches:
        raise UnknownName(f"No batch is called {batch!r}; known: {', '.join(table.batches)}.")
    above = int(np.clip(np.searchsorted(table.age_years, age_years), 1, None))
    above = min(above, len(table.age_years) - 1)
    below = max(above - 1, 0)
    between = table.age_years[above] - table.age_years[below]
    share = (age_years - table.age_years[below]) / between if between else 0.0
    mean = (1 - share) * table.mean[below] + share * table.mean[above]
    sd = (1 - share) * table.sd[below] + share * table.sd[above]
    z: Floats = (log_spectrum - mean) / sd
    if batch:
        at = table.batches.index(batch)
        z = (z - table.batch_mean[at]) / table.batch_sd[at]
    return z, mean + sd * z


def _against(e: Estimate, norm: Norm, norms: Norms, age_years: float | None) -> Comparison:
    group = _in_words(norm, norms)
    if why := _not_comparable(e, norm, age_years):
        words = f"Not comparable with the norms ({group}): {why}."
        return Comparison(kind="norms", against=norms.name, verdict="not comparable", words=words)
    z = float(((np.log(e.value) if norm.log else e.value) - norm.mean) / norm.sd)
    t = z / np.sqrt(1 + 1 / norm.n)
    outside = abs(t) > student_quantile(0.975, norm.n - 1)
    as_far = 100 * student_p(t, 1.0, df=norm.n - 1)
    age = "; age of the person unknown" if age_years is None and norm.age_years else ""
    return Comparison(
        kind="norms",
        against=norms.name,
        verdict="outside the reference" if outside else "inside the reference",
        z=z,
        words=f"z = {z:+.1f} against {group}{age}; {as_far:.2g} % of such people are as far from "
        "the mean. Of 20 numbers of a healthy person one lies outside by chance.",
    )


def _key_of(n: Norm) -> Key:
    return n.measure, n.version, n.unit, n.target, n.condition, n.notes


def _key(e: Estimate) -> Key:
    normalised = tuple(n for n in e.notes if "=" in n)  # such as norm=task; others only caution
    return e.measure, e.version, e.unit, e.target.label, e.condition.label, normalised


def _measured(assessment: Assessment) -> Iterator[Estimate]:
    return (f.estimate for f in assessment.findings if f.estimate.origin == "measured")


def _norm(
    key: Key, found: list[tuple[Estimate, Person]], later: Mapping[tuple[str, Key], float]
) -> Norm | None:
    """Return mean and spread of one number; None where the controls do not differ at all."""
    measure, version, unit, target, condition, notes = key
    value = np.array([e.value for e, _ in found])
    log = is_ratio(measure) and bool((value > 0).all())
    value = np.log(value) if log else value
    if not value.std() > 0:
        return None
    ages = [p.age_years for _, p in found]
    known = [a for a in ages if a is not None]
    return Norm(
        measure=measure,
        version=version,
        unit=unit,
        target=target,
        condition=condition,
        notes=notes,
        log=log,
        n=len(found),
        mean=float(value.mean()),
        sd=float(value.std(ddof=1)),
        age_years=(min(known), max(known)) if len(known) == len(ages) else None,
        devices=_distinct(e.context.device for e, _ in found),
        protocols=_distinct(e.context.protocol for e, _ in found),
        **_varies([(e.value, later[p.id, key]) for e, p in found if (p.id, key) in later], log=log),
    )


def _varies(pairs: list[tuple[float, float]], *, log: bool) -> dict[str, Any]:
    """Return the standard error of measurement, ``sqrt(MS_error)`` of people and visits.

    measures.md §17: with fewer than 20 people who came twice, repeatability stays unknown.
    """
    x = np.array([p for p in pairs if not log or min(p) > 0], dtype=np.float64)
    if len(x) < MIN_CONTROLS:
        return {}
    *_, error = mean_squares(np.log(x) if log else x)
    return {"sem": float(np.sqrt(error)), "retested": len(x)} if error > 0 else {}


@dataclass(frozen=True, kw_only=True)
class Repeatability:
    """How much a number varies between two visits of one person, and who it was learnt from."""

    sem: float
    log: bool
    words: str


def repeatability(estimates: Iterable[Estimate], norms: Norms) -> tuple[Repeatability | None, ...]:
    """Return how much controls vary in each number; None where too few of them came twice."""
    who = f"{_controls(norms)} of {norms.name} who came twice; a patient may vary more"
    known = {
        _key_of(n): Repeatability(sem=n.sem, log=n.log, words=f"{n.retested} {who}")
        for n in norms.norms
        if n.sem is not None
    }
    return tuple(known.get(_key(e)) for e in estimates)


def is_ratio(measure: str) -> bool:
    """Tell whether a number, by its full id, is compared as a ratio."""
    try:
        return get(measure).scale == "ratio"
    except EutoniaError:  # of another version of Eutonia
        return False


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({n for n in names if n}))


def _in_words(norm: Norm, norms: Norms) -> str:
    """Return n, ages, device and protocol, as they stand beside each z."""
    ages = (
        f"{norm.age_years[0]:g}–{norm.age_years[1]:g} years" if norm.age_years else "ages unknown"
    )
    device = f"device {', '.join(norm.devices)}" if norm.devices else "device unknown"
    protocol = f"protocol {', '.join(norm.protocols)}" if norm.protocols else "protocol unknown"
    return f"{norm.n} {_controls(norms)} of {norms.name}, {ages}, {device}, {protocol}"


def _controls(norms: Norms) -> str:
    return "simulated controls" if norms.simulated else "controls"


def _not_comparable(estimate: Estimate, norm: Norm, age_years: float | None) -> str:
    context = estimate.context
    if norm.devices and context.device and context.device not in norm.devices:
        return f"other device ({context.device})"
    if norm.protocols and context.protocol and context.protocol not in norm.protocols:
        return f"other protocol ({context.protocol})"
    if norm.age_years and age_years is not None:
        youngest, oldest = norm.age_years
        if not youngest <= age_years <= oldest:
            return f"the person is {age_years:g} years old"
    if norm.log and estimate.value <= 0:
        return "the value is not positive"
    return ""

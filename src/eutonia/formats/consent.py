"""Whether a person's data may be used: by use, by date, by age, and for how long.

Not known is no. Consent stands in the history (given and withdrawn, each with its date) and, of one
visit only, in what was asked at intake; the stricter of both holds. For a minor, or where a
guardian decides, the guardian has to consent, and a minor has to agree too. That 18 is the age is
our rule; where the law sets another, follow the law.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime

from eutonia.formats.pseudonyms import shifted
from eutonia.model import Consent, History, InvalidRecord, VisitState
from eutonia.model.history import ConsentBy, Use

USES = ("care", "teaching", "research")
#: Years from which a person decides alone.
OF_AGE = 18.0

_PERIOD = re.compile(r"(?<!\d)(\d{1,3})\s*(year|yr|month|week|day)s?\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|to)\s+(\d{4}(?:-\d{2}(?:-\d{2})?)?)", re.IGNORECASE)
_DAYS = {"year": 365.25, "yr": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0}


def allows(
    history: History,
    state: VisitState,
    use: str,
    *,
    age_years: float | None = None,
    on: str = "",
) -> tuple[bool, str]:
    """Return whether a use is allowed, and why or why not in one sentence.

    Parameters
    ----------
    history : History
        With the consents given and withdrawn.
    state : VisitState
        Of the visit whose data are to be used: what was asked at intake, and who else is in the
        recordings.
    use : {'care', 'teaching', 'research'}
    age_years : float, optional
        None: not known.
    on : str
        Day of the use, ISO 8601; today by default.

    Raises
    ------
    InvalidRecord
        If there is no such use, or `on` is no day.
    """
    _checked_use(use)
    today = _day(on) if on else datetime.now(UTC).date()
    known = _latest(history, use, today)
    given, why = _given(known, state, use)
    if not given:
        return False, why
    for forbids in (
        _guardian(known, history, state, age_years),
        _bystanders(state, use),
        _expired(history, state, today),
    ):
        if forbids:
            return False, forbids
    return True, why


def _given(known: Consent | None, state: VisitState, use: str) -> tuple[bool, str]:
    """Whether somebody consented: the history decides, the visit can only forbid."""
    when = f" on {known.date}" if known and known.date else ""
    answer = (True, f"Consent to {use} was given{when or ' at this visit'}.")
    if known is not None and known.withdrawn:
        answer = False, f"Consent to {use} was withdrawn on {known.withdrawn}."
    elif known is not None and not known.given:
        answer = False, f"Consent to {use} was refused{when}."
    elif state.consent and use not in state.consent:
        asked = ", ".join(state.consent)
        answer = False, f"At this visit consent was given to {asked} only, not to {use}."
    elif known is None and not state.consent:
        answer = False, f"Whether there is consent to {use} is not known; ask, and record it."
    elif known is not None and not when:
        answer = True, f"Consent to {use} was given; its date is not known."
    return answer


def _latest(history: History, use: str, today: date) -> Consent | None:
    """Return the consent that holds on a day: the latest, of the same day the one that comes last.

    A refusal or withdrawal that cannot be shown to be earlier, because its date is missing or less
    precise, goes before.
    """
    known = [
        replace(c, withdrawn="") if _after(c.withdrawn, today) else c
        for c in history.consents
        if c.use == use and not _after(c.date, today)
    ]
    if not known:
        return None
    latest = max(enumerate(known), key=lambda x: (_key(x[1]), x[0]))[1]
    for one in known:
        unclear = _key(latest).startswith(_key(one)) and _key(one) != _key(latest)
        if unclear and (one.withdrawn or not one.given):
            return one
    return latest


def _key(consent: Consent) -> str:
    return (consent.withdrawn or consent.date).strip()


def _after(text: str, today: date) -> bool:
    """Whether a date lies after a day at its own precision; a text that is none does not."""
    plain = text.strip()
    return (
        bool(re.fullmatch(r"\d{4}(-\d{2}){0,2}", plain)) and plain > today.isoformat()[: len(plain)]
    )


def _guardian(
    known: Consent | None, history: History, state: VisitState, age_years: float | None
) -> str:
    """Say what is missing where the person does not decide alone; empty: nothing."""
    if age_years is None and history.guardian is None:
        return (
            "The age is not known, so nor is who consents; state the age, or whether a guardian "
            "decides."
        )
    minor = age_years < OF_AGE if age_years is not None else False
    if not minor and not history.guardian:
        return ""
    if known is not None and known.by != "guardian":
        return "A guardian decides for this person, and the consent is not recorded as theirs."
    said = [a for a in (known.assent if known else None, state.assent) if a is not None]
    if False in said:
        return "The person did not agree, though the guardian consented."
    if not said and (minor or age_years is None):
        return "Whether the person agrees too is not known; ask, and record it."
    return ""


def _bystanders(state: VisitState, use: str) -> str:
    """Say whether somebody else is in the recordings who was not asked; care needs no asking."""
    if use == "care" or state.bystanders is False:
        return ""
    if state.bystanders is None:
        return (
            "Whether anybody else is seen or heard in the recordings is not known; look, and say."
        )
    return (
        f"Somebody else is seen or heard in the recordings; {use} needs their consent, or leave "
        "those recordings out and say so."
    )


def keep_until(history: History, state: VisitState, *, since: str = "") -> tuple[date | None, str]:
    """Return until when the record may be kept, as it was answered, and that in a sentence.

    Parameters
    ----------
    history, state
        `History.retention` goes before `VisitState.retention`.
    since : str
        Day from which a period runs; by default the latest consent that has a date.

    Returns
    -------
    date or None
        None where it was not said, has no end, or cannot be told.
    str
        What is known, in one sentence.
    """
    text = (history.retention or state.retention or "").strip()
    if not text:
        return None, "How long the record may be kept is not known; ask, and record it."
    until = _UNTIL.search(text)
    if until and _is_date(until[1]):
        return _end(until[1]), f"The record may be kept until {until[1]}."
    period = _PERIOD.search(text)
    if period is None:
        return None, "How long the record may be kept stands in words: read it in the history."
    starts = [
        d.strip()
        for d in (since, *sorted((c.date for c in history.consents), reverse=True))
        if _is_date(d.strip())
    ]
    if not starts:
        return None, "The period of keeping runs from the consent, whose date is not known."
    days = int(period[1]) * _DAYS[period[2].lower()]
    end = date.fromordinal(min(_end(starts[0]).toordinal() + round(days), date.max.toordinal()))
    return end, f"The record may be kept until {end.isoformat()}."


def _expired(history: History, state: VisitState, today: date) -> str:
    until, _ = keep_until(history, state)
    if until is not None and until < today:
        return f"The record might be kept until {until.isoformat()} only: erase it, or ask again."
    return ""


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar."""
    return len(text) in (4, 7, 10) and shifted(text, 0) is not None


def _end(text: str) -> date:
    """Return the last day of a year, a month or a day."""
    if len(text) == len("2026-03-01"):
        return _day(text)
    if len(text) == len("2026"):
        return _day(f"{text}-12-31")
    first = _day(f"{text}-01")
    return first.replace(day=monthrange(first.year, first.month)[1])


# --- giving and withdrawing ---------------------------------------------------------------------


def given(history: History, consent: Consent) -> History:
    """Return the history with one more consent; earlier ones stay, so that the course is known."""
    _checked_use(consent.use)
    if consent.by not in ("person", "guardian"):
        raise InvalidRecord(f"By whom was the consent given: person or guardian, not {consent.by}.")
    _day(consent.date)
    return replace(history, consents=(*history.consents, consent))


def withdrawn(history: History, use: Use, *, on: str, by: ConsentBy = "unknown") -> History:
    """Return the history with the consent to a use withdrawn on a day.

    Every consent to it that still holds is marked; where none is recorded, that it was withdrawn
    is.
    """
    _checked_use(use)
    _day(on)
    marked = tuple(
        replace(c, withdrawn=on) if c.use == use and c.given and not c.withdrawn else c
        for c in history.consents
    )
    if marked == history.consents:
        new = Consent(use=use, given=False, date=on, withdrawn=on, by=by)
        marked = (*marked, new)
    return replace(history, consents=marked)


def _checked_use(use: str) -> None:
    if use not in USES:
        raise InvalidRecord(f"There is no use {use!r}; consent is to {', '.join(USES)}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidRecord(
            f"{text!r} is no day; write it as year-month-day, such as 2026-03-01."
        ) from None

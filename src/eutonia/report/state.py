"""The state of a visit in words: what was asked at intake, with what is unknown."""

from __future__ import annotations

from eutonia.model import Assessment, VisitState
from eutonia.report.block import Block, Heading, Table
from eutonia.report.words import form, spaced, statement, tried

BLINDED = {True: "blinded", False: "not blinded", None: "blinding unknown"}


def safety(state: VisitState) -> str:
    """Return what is known about danger."""
    if state.safety_reported:
        return f"REPORTED: {'; '.join(state.safety_reported)}"
    if state.safety_asked:
        return "none reported today (asked; not “no danger”)"
    return f"not asked at this visit. {statement('nobody_is_reading')}"


def terse(state: VisitState) -> str:
    """Return the row STATE of the first page: what breaks a comparison when it changes."""
    return " | ".join(
        [
            f"toxin: {toxin(state)}",
            f"drugs: {drugs(state)}",
            f"stimulator: {stimulator(state)}",
            f"time: {tried(state.time_of_day)}",
            f"sleep: {tried(state.sleep_h, ' h')}",
            f"stress: {_of_ten(state.stress)}",
        ]
    )


def toxin(state: VisitState) -> str:
    """Return day, product and cycle of the toxin, as far as they are known."""
    if state.toxin_never:
        return "never"
    if state.toxin_day is None and state.toxin_product is None and state.toxin_cycle is None:
        return "unknown"
    day = "day unknown" if state.toxin_day is None else f"day {state.toxin_day:g}"
    product = state.toxin_product or "product unknown"
    cycle = "cycle unknown" if state.toxin_cycle is None else f"cycle {state.toxin_cycle}"
    return f"{day}, {product}, {cycle}"


def drugs(state: VisitState) -> str:
    """Return the drugs taken and the time since each; no dose is ever stored."""
    if state.drugs is None:
        return "unknown"
    if not state.drugs:
        return "none"
    return ", ".join(f"{d.name} {_ago(d.minutes_since_dose)}" for d in state.drugs)


def stimulator(state: VisitState) -> str:
    """Return whether a stimulator was on, and for how long."""
    if state.stimulator_minutes is None or state.stimulator in ("none", "unknown"):
        return state.stimulator
    return f"{state.stimulator} for {_duration(state.stimulator_minutes)}"


def goal(state: VisitState) -> str:
    """Return the person's own goal, how near it is, and the change they feel."""
    parts = []
    if state.goal:
        near = "" if state.goal_rating is None else f": {state.goal_rating:g}/10"
        parts.append(f"“{state.goal}”{near}")
    else:
        parts.append("none recorded")
    if state.global_change is not None:
        parts.append(f"global change {state.global_change:+g}".replace("-", "−") + " (−3 to +3)")
    return " | ".join(parts)


def pain(state: VisitState) -> str:
    """Return pain and fatigue now."""
    now = "unknown" if state.pain is None else f"now {_of_ten(state.pain)}"
    return now if state.fatigue is None else f"{now} | fatigue {_of_ten(state.fatigue)}"


def examiner(state: VisitState) -> str:
    """Return who recorded; scores come with an examination."""
    role = f", {state.rater_role}" if state.rater_role else ""
    return f"{state.rater or 'unknown'}{role}, {BLINDED[state.blinded]} | no examination entered"


def set_up(state: VisitState) -> str:
    """Return the instrument or tool, the warm-up, and whether anybody watched."""
    warm = tried(state.warm_up_minutes, " min")
    watched = {True: "observed", False: "alone", None: "observed or alone: unknown"}[state.observed]
    return f"{state.instrument} | warm-up {warm} | {watched}"


def person(assessment: Assessment) -> str:
    """Return age, sex, handedness and what is affected, as far as they are known."""
    p, state = assessment.person, assessment.state
    age = "age unknown" if p.age_years is None else f"{p.age_years:g} years"
    sex = "sex unknown" if p.sex == "unknown" else p.sex
    hand = {
        "left": "left-handed",
        "right": "right-handed",
        "both": "uses both hands",
        "unknown": "handedness unknown",
    }[p.handedness]
    side = {"unknown": "", "midline": "midline ", "both": "both sides, "}.get(
        state.affected_side, state.affected_side + " "
    )
    part = f"{side}{spaced(state.affected_part)}".strip().removesuffix(",")
    return f"{age} | {sex} | {hand} | affected: {part or 'not named'}"


def full(assessment: Assessment) -> tuple[Block, ...]:
    """Return everything that was asked, as a table."""
    s = assessment.state
    rows = (
        ("Form, as the examiner names it", form(s)),
        ("Person", person(assessment)),
        ("Questions about danger", safety(s)),
        ("Botulinum toxin", toxin(s)),
        ("Drugs", drugs(s)),
        ("Stimulator", stimulator(s)),
        ("Time of day", tried(s.time_of_day)),
        ("Sleep", tried(s.sleep_h, " h")),
        ("Caffeine; alcohol", f"{tried(s.caffeine)}; {tried(s.alcohol)}"),
        (
            "Pain; stress; fatigue now",
            f"{_of_ten(s.pain)}; {_of_ten(s.stress)}; {_of_ten(s.fatigue)}",
        ),
        ("Observed (not alone)", tried(s.observed)),
        ("Instrument; warm-up", f"{tried(s.instrument)}; {tried(s.warm_up_minutes, ' min')}"),
        (
            "Camera",
            f"{tried(s.camera)}; {tried(s.camera_rate_hz, ' frames/s')}; "
            f"distance {tried(s.camera_distance_m, ' m')}; "
            f"height {tried(s.camera_height_m, ' m')}; tilt {tried(s.camera_tilt_deg, '°')}; "
            f"mirrored, of all videos: {tried(s.camera_mirrored)}",
        ),
        ("Light; glasses", f"{tried(s.light_lux, ' lux')}; {tried(s.glasses)}"),
        ("Protocol", tried(s.protocol)),
        ("Consent", ", ".join(s.consent) or "unknown"),
        ("Assent of a minor, bystanders", f"{tried(s.assent)}; {tried(s.bystanders)}"),
        ("To be kept", tried(s.retention)),
        ("Remarks", s.remarks or "none"),
    )
    return (
        Heading(text="State of the visit", level=3, anchor="state"),
        Table(
            caption="What was asked at intake; “unknown” is an answer",
            header=("Asked", "Answer"),
            rows=rows,
            widths=(1, 3),
        ),
    )


def _of_ten(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}/10"


def _ago(minutes: float | None) -> str:
    return "(time since dose unknown)" if minutes is None else f"{_duration(minutes)} ago"


def _duration(minutes: float) -> str:
    if minutes < 120:
        return f"{minutes:g} min"
    return f"{minutes / 60:.3g} h" if minutes < 2880 else f"{minutes / 1440:.3g} d"

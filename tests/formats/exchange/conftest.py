"""A made-up assessment that holds something of everything, and a way to draw any noun."""

import pytest
from hypothesis import strategies as st

from eutonia.formats.shape import shapes
from eutonia.model import (
    Aetiology,
    Assessment,
    Comparison,
    Conclusion,
    Condition,
    Consent,
    Context,
    Contrast,
    DiaryEntry,
    Drug,
    Estimate,
    Examination,
    Exposure,
    Finding,
    Flag,
    FlagClosed,
    GeneFinding,
    Growth,
    History,
    Interval,
    Manifest,
    NeckSign,
    NotMeasurable,
    Override,
    PassiveRange,
    Person,
    RegionSeen,
    Relative,
    Score,
    Strength,
    Target,
    Therapy,
    Verdicts,
    VisitState,
    WorkupItem,
    WorkupResult,
)


def _estimate(**changed) -> Estimate:
    fields = {
        "measure": "emg.rms",
        "version": "2",
        "title": "EMG amplitude",
        "unit": "uV",
        "tier": "supportive",
        "sources": ("Basmajian1985",),
        "target": Target(label="left splenius", channels=("a",), sites=("a",), side="left"),
        "condition": Condition.of(task="writing", trick="on"),
        "value": 0.1 + 0.2,
        "interval": Interval(lo=1 / 3, hi=2 / 3, kind="within the recording", method="bootstrap"),
        "n_effective": 12.5,
        "valid": (0.0, 5000.0),
        "valid_by": "docs",
        "notes": ("not normalised",),
    }
    return Estimate(**fields | changed)


_WHOLE = Target(label="", channels=(), sites=())
FINDINGS = (
    Finding(
        estimate=_estimate(),
        comparisons=(
            Comparison(kind="condition", against="rest", verdict="differs", words="It differs."),
        ),
        words="The amplitude is 0.3 uV.",
        primary=True,
    ),
    Finding(
        estimate=_estimate(
            measure="scale.phq9",
            version="1",
            title="Patient Health Questionnaire-9",
            unit="points",
            tier="supportive",
            target=_WHOLE,
            condition=Condition(),
            value=6.0,
            interval=None,
            no_interval="single_rating",
            n_effective=1.0,
            valid=(0.0, 27.0),
            origin="reported",
            context=Context(rater="A", time="2026-03-01"),
        ),
        comparisons=(),
        words="PHQ-9 is 6 of 27.",
    ),
    Finding(
        estimate=_estimate(
            measure="eeg.relpow", unit="ln(uV2/Hz)", value=-1e-07, valid=(float("-inf"), 3.0)
        ),
        comparisons=(),
        words="",
    ),
)
EXAMINATIONS = (
    Examination(
        rater="A",
        role="neurologist",
        date="2026-03-01",
        blinded=False,
        danger=(("stridor", False), ("choking", True)),
        dsap=1,
        form="cervical",
        regions=(
            RegionSeen(region="CE", at_rest=True, severity=2.5, note="with tremor"),
            RegionSeen(region="UR", side="right", tasks=("writing", "painting; walls, too")),
        ),
        neck=(NeckSign(pattern="torticaput", side="right", degrees=24.5),),
        muscles=("left splenius_capitis",),
        phenomenology=("tremulous", "sensory_trick"),
        absent=("jerky",),
        motor_signs=(),
        other_signs=("neuropathy",),
        course="progressive",
        variability="persistent",
        trick="right hand to the chin",
        trick_effect="partial",
        triggers=("stress", "reading\nfor long"),
        freezing=False,
        strength=(Strength(movement="finger extension", side="right", mrc=4.0),),
        grip_right_kg=31.5,
        passive_range=(
            PassiveRange(joint="wrist", motion="extension", side="right", passive_deg=40.0),
        ),
        driving="advised to stop",
        pain_usual=5.0,
        weight_change_kg=-2.5,
        scores=(
            Score(
                scale="TWSTRS",
                version="0-85",
                items=(("severity.rotation", 2.0), ("disability.driving", 3.0)),
                totals=(("pain", 11.5),),
                not_applicable=("disability.work",),
                video="neck-01",
            ),
            Score(scale="ADDS", limited=False),
        ),
        overrides=(Override(about="distribution", value="focal", reason="arm compensates"),),
        note='Quotes "here", a comma, a semicolon; a\nnew line | and = signs.',
    ),
    Examination(rater="B", date="2026-03-02", regions=(RegionSeen(region="CE"),)),
)
HISTORY = History(
    onset_age=41.5,
    diagnosis_age=44.0,
    onset_region="CE",
    onset_speed="weeks to months",
    spread=("CE 2015", "UR 2018"),
    diurnal=False,
    family_dystonia=False,
    relatives=(
        Relative(id="m", relation="mother", sex="female", affected=True, onset_age=60.0),
        Relative(id="s", relation="sister", sex="female", mother="m"),
    ),
    exposures=(Exposure(name="metoclopramide", change="started", days_before=2.0, date="2015"),),
    conditions=("asthma",),
    tests=(
        WorkupResult(
            item="ceruloplasmin",
            date="2019-05",
            outcome="normal",
            value=0.25,
            unit="g/L",
            lo=0.2,
            hi=0.6,
            by="A",
        ),
        WorkupResult(item="mri_brain", status="ordered"),
    ),
    closed=(FlagClosed(flag="RF10", result="copper tests unremarkable", date="2019-05", by="A"),),
    genes=(
        GeneFinding(gene="TOR1A", result="negative", date="2021-04"),
        GeneFinding(gene="GNAL", result="uncertain", variant="c.1A>G", zygosity="heterozygous"),
    ),
    therapies=(
        Therapy(kind="bont", started="2016", effect="some", adverse="mild trouble swallowing"),
        Therapy(kind="splint", stopped="2020-01-15", effect="none"),
    ),
    growth=(Growth(age_years=8.5, height_cm=128.0),),
    aetiology=(Aetiology(block="idiopathic", what="no cause found", certainty="probable"),),
    consents=(Consent(use="research", given=True, date="2026-03-01", by="person"),),
)
DIARY = (
    DiaryEntry(
        time="2026-02-27T21:30",
        ratings=(("severity", 6.0), ("sleep_hours", 6.5)),
        tasks=("writing",),
        observed=True,
        toxin_day=83.0,
    ),
    DiaryEntry(time="2026-02-28T21:00", ratings=(("severity", 4.5),), note="calm day"),
)
VERDICTS = Verdicts(
    conclusions=(
        Conclusion(
            axis="I",
            about="distribution",
            value="segmental",
            words="Neck and right arm: segmental.",
            because=("CE confirmed by A", "UR confirmed by A"),
            missing=("the arm at rest",),
        ),
        Conclusion(axis="I", about="temporal", value="undecided", words="Not decided."),
    ),
    flags=(
        Flag(
            id="RF01",
            tier="EMERGENCY",
            title="Choking",
            action="Call the emergency number now.",
            because=("choking",),
        ),
        Flag(
            id="RF10",
            tier="SOON",
            title="Wilson disease",
            action="Ask for copper tests.",
            because=("onset before 50",),
            closed=HISTORY.closed[0],
        ),
    ),
    asked=(2, 11),
    workup=(WorkupItem(item="mri_brain", group="imaging", title="MRI", status="ordered"),),
)
ASSESSMENT = Assessment(
    person=Person(id="sub-01", age_years=52.5, sex="female", handedness="right"),
    visit="ses-02",
    state=VisitState(form="cervical", drugs=(Drug(name="trihexyphenidyl"),), pain=5.0),
    recordings=(),
    lost=(),
    findings=FINDINGS,
    contrasts=(
        Contrast(
            measure="emg.rms",
            target=FINDINGS[0].estimate.target,
            condition=Condition.of(task="writing"),
            factor="trick",
            a="on",
            b="off",
            scale="difference",
            value=-1.5,
            interval=None,
            no_interval="few_blocks",
            q=0.04,
        ),
    ),
    not_measurable=(
        NotMeasurable(
            measure="eeg.erd",
            version="1",
            title="ERD",
            tier="research",
            code="short",
            reason="The recording is too short.",
            condition=Condition.of(task="writing"),
        ),
    ),
    manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
    examinations=EXAMINATIONS,
    history=HISTORY,
    diary=DIARY,
    verdicts=VERDICTS,
    labels=("SIMULATED",),
)

#: Anything printable, blanks and line ends inside: what the entry allows.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"])
    | st.sampled_from(' \n\t,;|="\\_{}[]'),
    min_size=1,
    max_size=12,
).filter(lambda t: t.strip() == t)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
_SCALARS = {
    "text": TEXT,
    "yes_no": st.booleans(),
    "integer": st.integers(-1000, 1000),
    "number": NUMBER,
}


def noun(cls):
    """Return a strategy for any noun, as far as its types go."""
    return st.builds(cls, **{s.name: _field(s) for s in shapes(cls)})


def _field(shape):
    if shape.kind in _SCALARS:
        made = _SCALARS[shape.kind]
    elif shape.kind == "choice":
        made = st.sampled_from(shape.choices)
    elif shape.kind == "texts":
        made = st.lists(TEXT, max_size=3).map(tuple)
    elif shape.kind == "pairs":
        pair = st.tuples(TEXT, _SCALARS[shape.pair])
        made = st.lists(pair, max_size=3, unique_by=lambda p: p[0]).map(tuple)
    else:
        made = st.lists(noun(shape.row), max_size=2).map(tuple)
    if shape.may_be_unknown:
        made |= st.none()
    return made if shape.required else st.just(shape.default) | made


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """Return the assessment that holds something of everything."""
    return ASSESSMENT


@pytest.fixture(scope="session")
def draw():
    """Return a function that draws any noun of a class from hypothesis data."""
    known = {}

    def drawn(data, cls):
        if cls not in known:
            known[cls] = noun(cls)
        return data.draw(known[cls])

    return drawn

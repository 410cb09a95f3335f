"""A made-up assessment with everything a report can meet. No number in it was ever measured."""

import numpy as np
import pytest

from eutonia.model import (
    Assessment,
    Channel,
    Comparison,
    Condition,
    Contrast,
    Drug,
    Estimate,
    Evidence,
    Examination,
    Finding,
    Interval,
    Issue,
    Lost,
    Manifest,
    NotMeasurable,
    Person,
    RecordingSummary,
    Score,
    Source,
    Target,
    VisitState,
)

REST, WRITING = Condition.of(task="rest"), Condition.of(task="writing")
TRICK = Condition.of(task="writing", trick="on")
NASTY = ("<b>bold</b> & #let x = *y* _z_ $a$ @b `c`", "Ж" * 30 + "脂" * 30, "m" * 200)
ELECTRODES = tuple(
    f"{row}{n}"
    for row in ("AF", "F", "FC", "C", "CP", "P", "PO", "T", "O")
    for n in ("7", "5", "3", "1", "z", "2", "4", "6")
)[:64]
TIERS = {"emg": "supportive", "imc": "research", "eeg": "research", "erd": "research"}


def target(*sites: str, side: str = "right", names: tuple[str, ...] = ()) -> Target:
    """Return a target of muscles or electrodes."""
    label = " / ".join(f"{side} {s}".strip().replace("_", " ") for s in sites)
    return Target(label=label, channels=names or sites, sites=sites, side=side)


def estimate(measure: str, about: Target, condition: Condition, value: float, **more) -> Estimate:
    """Return an estimate with an interval of a tenth of its value, unless told otherwise."""
    base, _, last = measure.rpartition(".")
    part = last if base not in ("", "emg") or measure.count(".") > 1 else ""
    if measure in ("eeg.relpow", "emg.rms", "emg.cci_fw"):
        part = ""
    half = abs(value) / 10
    interval = Interval(
        lo=value - half, hi=value + half, kind="within the recording", method="bootstrap"
    )
    common = {
        "version": "1",
        "title": "Made-up measure",
        "unit": "%",
        "tier": TIERS.get(measure.partition(".")[0], "research"),
        "sources": (),
        "interval": interval,
        "n_effective": 40.0,
        "valid": (0.0, 100.0),
        "valid_by": "docs/measures/fake",
        "part": part,
        "evidence": f"{measure.removesuffix('.' + part) if part else measure}|{condition.label}",
    }
    return Estimate(
        measure=measure, target=about, condition=condition, value=value, **(common | more)
    )


def finding(made: Estimate, *comparisons: Comparison, primary: bool = False) -> Finding:
    """Return a finding that says that no norm is published."""
    norm = Comparison(
        kind="reference", against="published norms", verdict="no published norm", words="None."
    )
    return Finding(estimate=made, comparisons=(norm, *comparisons), words="Words.", primary=primary)


MUSCLES = (
    target("flexor_carpi_radialis"),
    target("extensor_carpi_radialis"),
    target("flexor_carpi_radialis", side="left"),
)
PAIR = target("extensor_carpi_radialis", "flexor_carpi_radialis")


def emg_findings(rng) -> list[Finding]:
    """Return muscle activity, co-contraction and bursts in three conditions."""
    found = []
    for k, condition in enumerate((REST, WRITING, TRICK)):
        for i, muscle in enumerate(MUSCLES):
            made = estimate(
                "emg.rms",
                muscle,
                condition,
                12.345 + 60 * (k == 1) + 7 * i,
                title="EMG amplitude (root mean square)",
                unit="uV",
                valid=(1.0, 60.0),
            )
            found.append(finding(made))
        for part, value, unit in (("duration", 211.7, "ms"), ("rate", 1.234, "/s")):
            made = estimate(
                f"emg.burst.{part}",
                MUSCLES[0],
                condition,
                value + k,
                title="EMG bursts",
                unit=unit,
                valid=(0.0, 2000.0),
                notes=("baseline=quietest second",),
            )
            found.append(finding(made))
    differs = Comparison(
        kind="condition", against="task rest", verdict="differs", words="Against rest.", q=0.01
    )
    common = {
        "title": "Co-contraction of antagonists (common area)",
        "sources": ("FalconerWinter1985",),
        "valid": (5.0, 95.0),
        "notes": ("norm=task",),
    }
    found.append(finding(estimate("emg.cci_fw", PAIR, WRITING, 45.678, **common), differs))
    bare = common | {"interval": None, "no_interval": "few_blocks"}
    found.append(finding(estimate("emg.cci_fw", PAIR, TRICK, 31.25, **bare)))
    return found


def research_findings(rng) -> list[Finding]:
    """Return intermuscular coherence, and five bands of 64 electrodes in two conditions."""
    found = []
    for part in ("4_7", "15_30"):
        made = estimate(
            f"imc.{part}",
            PAIR,
            WRITING,
            0.0987,
            title="Intermuscular coherence",
            unit="1",
            sources=("Halliday1995", "Rosenberg1989"),
            valid=(-0.02, 0.6),
        )
        found.append(finding(made))
    for condition in (REST, WRITING):
        for row, site in enumerate(ELECTRODES):
            for part in ("delta", "theta", "alpha", "beta", "gamma"):
                made = estimate(
                    f"eeg.relpow.{part}",
                    target(site, side=""),
                    condition,
                    float(rng.uniform(5, 35)),
                    title="Relative EEG power",
                    row=row,
                )
                found.append(finding(made))
        made = estimate(
            "erd.mu",
            target("C3", side=""),
            condition,
            -41.5,
            title="Event-related (de)synchronisation of the EEG",
            valid=(-90.0, 150.0),
            sources=("Pfurtscheller1999",),
        )
        found.append(finding(made))
    return found


def made_evidence(rng) -> Evidence:
    """Return arrays of the right shapes for every kind of figure."""
    t = np.arange(6000) / 100
    smooth = np.abs(np.sin(t[None] * np.array([[0.7], [1.1], [0.4]])) * 40) + rng.uniform(
        0, 4, (3, 6000)
    )
    freq = np.arange(1.0, 51.0)
    names = np.array([m.label for m in MUSCLES])
    onset = np.arange(1.0, 58.0, 2.2)
    course_t = np.arange(-4, 3.01, 0.125)
    course = np.stack([[-40 * np.exp(-((course_t - 0.5) ** 2))], [-20 * np.exp(-(course_t**2))]])
    evidence: Evidence = {}
    for condition in (REST, WRITING, TRICK):
        evidence[f"emg.cci_fw|{condition.label}"] = {
            "t_s": t,
            "envelope": smooth,
            "channels": names,
            "targets": np.array([[0, 1]]),
        }
        evidence[f"emg.burst|{condition.label}"] = {
            "t_s": t,
            "envelope": smooth,
            "threshold": np.array([20.0, 20.0, 20.0]),
            "burst_channel": np.zeros(len(onset), dtype=int),
            "onset_s": onset,
            "offset_s": onset + 0.8,
            "labels": names,
        }
        evidence[f"imc|{condition.label}"] = {
            "freq_hz": freq,
            "coherence": rng.beta(1, 30, (1, 50)) + 0.2 * np.exp(-((freq - 6) ** 2) / 4),
            "limit": np.array([0.05]),
            "bands": np.array([[4.0, 7.0], [4.0, 12.0], [15.0, 30.0]]),
            "labels": np.array([PAIR.label]),
        }
        evidence[f"eeg.relpow|{condition.label}"] = {
            "freq_hz": np.arange(0.5, 60, 0.25),
            "psd": 30
            / np.arange(0.5, 60, 0.25)[None] ** 1.2
            * rng.lognormal(0, 0.3, (64, 1))
            * rng.lognormal(0, 0.1, (64, 238)),
            "bands": np.array([[1.0, 4.0], [4.0, 8.0], [8.0, 13.0], [13.0, 30.0], [30.0, 45.0]]),
            "band_names": np.array(["delta", "theta", "alpha", "beta", "gamma"]),
            "labels": np.array(ELECTRODES),
        }
        evidence[f"erd|{condition.label}"] = {
            "t_s": course_t,
            "course": course,
            "lo": course - 8,
            "hi": course + 8,
            "parts": np.array(["mu", "beta"]),
            "labels": np.array(["C3"]),
            "reference": np.array([-3.5, -2.5]),
            "window": np.array([0.0, 1.0]),
        }
    return evidence


def contrasts() -> tuple[Contrast, ...]:
    """Return differences between conditions and sides, of all tiers."""
    interval = Interval(lo=40.11, hi=79.9, kind="between repeats", method="bootstrap")
    return (
        Contrast(
            measure="emg.rms",
            target=MUSCLES[0],
            condition=WRITING,
            factor="task",
            a="writing",
            b="rest",
            scale="difference",
            value=60.0,
            interval=interval,
            p=0.001,
            q=0.004,
            paired="repeats",
        ),
        Contrast(
            measure="emg.rms",
            target=MUSCLES[0],
            condition=REST,
            factor="side",
            a="right",
            b="left",
            scale="ratio",
            value=0.61,
            interval=None,
            no_interval="few_repeats",
        ),
        Contrast(
            measure="imc.4_7",
            target=PAIR,
            condition=TRICK,
            factor="trick",
            a="on",
            b="off",
            scale="difference",
            value=-0.0543,
            interval=Interval(lo=-0.09, hi=-0.02, kind="within the recording", method="jackknife"),
            p=0.0002,
            q=0.0004,
        ),
    )


def recordings() -> tuple[RecordingSummary, ...]:
    """Return a muscle recording with nasty names, and 64 channels of EEG."""
    emg = tuple(Channel(name=n, kind="emg", unit="uV") for n in NASTY)
    eeg = tuple(Channel(name=e, kind="eeg", unit="uV", site=e) for e in ELECTRODES)
    return (
        RecordingSummary(
            id="emg/sub-01_task-writing_emg.edf",
            kind="emg",
            duration_s=63.25,
            rate_hz=1000.0,
            channels=emg,
            conditions=("rest", "writing", "writing, trick on"),
            issues=(
                Issue(
                    code="clipped", severity="error", message="Channel 3 is clipped.", channel="c"
                ),
                Issue(code="hum", severity="note", message="Mains hum of 50 Hz was removed."),
            ),
            bad_share=0.0413,
            sources=(Source(path="emg/sub-01_task-writing_emg.edf", sha256="ab" * 32),),
            device="A & B <amp>",
        ),
        RecordingSummary(
            id="eeg/sub-01_eeg.edf",
            kind="eeg",
            duration_s=600.0,
            rate_hz=512.0,
            channels=eeg,
            conditions=("rest", "writing"),
            issues=tuple(
                Issue(code="hum", severity="note", message=f"Hum in {e}.", channel=e)
                for e in ELECTRODES
            ),
            bad_share=0.0,
            sources=(Source(path="eeg/sub-01_eeg.edf", sha256="cd" * 32),),
            aligned="declared",
        ),
    )


MANIFEST = Manifest(
    versions=(("eutonia", "0.1.0"), ("python", "3.11.7"), ("numpy", "2.4.6")),
    measures=(("emg.rms", "1"), ("emg.cci_fw", "1")),
    inputs=(Source(path="emg/sub-01_task-writing_emg.edf", sha256="ab" * 32),),
    seed=7,
)
STATE = VisitState(
    form="writers_cramp",
    affected_side="right",
    affected_part="hand",
    toxin_product="incobotulinumtoxinA",
    toxin_day=84,
    toxin_cycle=7,
    drugs=(Drug(name="trihexyphenidyl", minutes_since_dose=180),),
    stimulator="none",
    time_of_day="10:15",
    stress=4,
    pain=3,
    rater="B",
    rater_role="neurologist",
    blinded=False,
    goal="write a page <b>",
    goal_rating=3,
    global_change=-1,
    safety_asked=True,
)


@pytest.fixture(scope="session")
def full() -> tuple[Assessment, Evidence]:
    """Return an assessment that meets everything, and its arrays."""
    rng = np.random.default_rng(1)
    assessment = Assessment(
        person=Person(id="sub-01", age_years=47, sex="female", handedness="right"),
        visit="ses-02",
        state=STATE,
        recordings=recordings(),
        lost=(
            Lost(path="emg/<broken>.edf", error="The file ends after 3 records; copy it again."),
        ),
        findings=(*emg_findings(rng), *research_findings(rng)),
        contrasts=contrasts(),
        not_measurable=(
            *(
                NotMeasurable(
                    measure="emg.rms",
                    version="1",
                    title="EMG amplitude (root mean square)",
                    tier="supportive",
                    code="flag",
                    reason="The channel is clipped: lower the gain.",
                    condition=WRITING,
                    target=name,
                )
                for name in NASTY
            ),
            NotMeasurable(
                measure="cmc",
                version="1",
                title="Corticomuscular coherence",
                tier="research",
                code="clock",
                reason="EEG and EMG are on different clocks: record a common marker.",
            ),
        ),
        manifest=MANIFEST,
        examinations=(
            Examination(
                rater="B",
                date="2026-01-02",
                scores=(Score(scale="ADDS", totals=(("total", 68.0),)),),
            ),
        ),
        labels=("SIMULATED",),
    )
    return assessment, made_evidence(rng)


@pytest.fixture(scope="session")
def empty() -> tuple[Assessment, Evidence]:
    """Return a visit of which nothing is known and nothing could be measured."""
    assessment = Assessment(
        person=Person(id="sub-02"),
        visit="ses-01",
        state=VisitState(),
        recordings=(),
        lost=(),
        findings=(),
        contrasts=(),
        not_measurable=(),
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
    )
    return assessment, {}

"""What leaves names nobody: every text has a decision, dates shift as one, nothing is quoted."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.assess import conclude
from eutonia.formats import _free_text, assessment, deidentify, pseudonyms
from eutonia.formats._deidentify_fields import AGES, DECISIONS
from eutonia.formats.deidentify import texts_of
from eutonia.model import (
    SCHEMA_VERSION,
    Assessment,
    Conclusion,
    DiaryEntry,
    Drug,
    Examination,
    Exposure,
    FlagClosed,
    GeneFinding,
    History,
    InvalidRecord,
    Manifest,
    NotMeasurable,
    Outcome,
    Person,
    RecordingSummary,
    Relative,
    Source,
    Therapy,
    Verdicts,
    VisitState,
    WorkupResult,
)
from eutonia.read import read_visit

KEY = bytes(range(32))
PERSON = "sub-Q77x"
RATER = "rtrZed"
DAY = "2021-03-17"
SECRET = "Xanthippe"


def empty(**changed):
    """Return an assessment with nothing in it but what is given."""
    manifest = Manifest(versions=(), measures=(), inputs=(), seed=0)
    plain = Assessment(
        person=Person(id=PERSON),
        visit="ses-01",
        state=VisitState(),
        recordings=(),
        lost=(),
        findings=(),
        contrasts=(),
        not_measurable=(),
        manifest=manifest,
    )
    return replace(plain, **changed)


def said(found):
    """Return the JSON of an assessment."""
    return assessment.dumps(found)


def filled(cls, where="Assessment"):
    """Return a dataclass with every text a secret: the decision of its field chooses which."""
    hints = get_type_hints(cls)
    values = {}
    for f in fields(cls):
        decision = DECISIONS.get(cls.__name__, {}).get(f.name)
        values[f.name] = _filled(hints[f.name], decision, f.name)
    return cls(**values)


def _filled(hint, decision, name):
    if is_dataclass(hint):
        return filled(hint)
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return (_filled(inner[0], decision, name), _filled(inner[0], decision, name))
        return tuple(_filled(i, decision, name) for i in inner)
    if get_args(hint):  # X | None
        return _filled(next(a for a in get_args(hint) if a is not type(None)), decision, name)
    if hint is bool:
        return True
    if hint in (int, float):
        return hint(95 if decision == "age" else 1)
    return {
        "keep": "m",
        "person": PERSON,
        "rater": RATER,
        "date": DAY,
        "dated": f"CE {DAY}",
        "time": f"{DAY}T10:15",
        "sentence": f"{SECRET} of {PERSON} on {DAY}, {RATER} in a.{SECRET}.edf, S/N 99",
        "label": f"{SECRET} {PERSON} {DAY} {RATER}",
        "device": "Amp SN 99",
        "drop": f"/home/{SECRET}",
        "visit": f"ses-{SECRET}",
        "recording": f"emg/a.{SECRET}.edf",
    }.get(decision, SECRET)


# --- every text has a decision


def test_every_text_of_an_assessment_has_a_decision() -> None:
    """A new text field of any noun fails here until somebody decides what becomes of it."""
    found = {(cls, name) for cls, name, _ in texts_of(Assessment)}
    assert len(found) > 120, "the walk found few texts: it looks in the wrong place"
    undecided = {(c, f) for c, f in found if f not in DECISIONS.get(c, {})}
    assert not undecided, f"decide in formats/_deidentify_fields.py: {sorted(undecided)}"


def test_every_decision_is_about_a_field_that_exists() -> None:
    """No decision is left over from a field that was renamed, but those about ages."""
    found = {(cls, name) for cls, name, _ in texts_of(Assessment)}
    decided = {(c, f): d for c, table in DECISIONS.items() for f, d in table.items()}
    left = {k: d for k, d in decided.items() if k not in found and d not in ("age", "drop")}
    assert not left


def test_every_age_has_a_decision() -> None:
    """Each number whose name says age is grouped above 89."""
    nouns = {cls for cls, _, _ in texts_of(Assessment)} | {"Growth", "Person"}
    from eutonia import model
    from eutonia.model import examination

    for name in nouns:
        cls = getattr(model, name, None) or getattr(examination, name)
        for f in fields(cls):
            if f.name == "age" or f.name.endswith(("_age", "age_years")):
                assert DECISIONS[name][f.name] == "age", f"{name}.{f.name}"
                assert f.name in AGES


def test_an_undecided_text_stops_everything(monkeypatch) -> None:
    """Without a decision nothing is returned, instead of a text that leaks."""
    monkeypatch.setitem(DECISIONS, "Drug", {})
    deidentify._decided.cache_clear()
    record = empty(state=VisitState(drugs=(Drug(name="x"),)))
    with pytest.raises(InvalidRecord, match="Drug"):
        deidentify.deidentified(record, key=KEY)
    deidentify._decided.cache_clear()


def test_no_secret_survives_in_any_field() -> None:
    """With every text of every noun a secret, none is in the JSON, in whatever case."""
    record = filled(Assessment)
    before = said(record)
    assert before.count(SECRET) > 100
    assert min(before.count(t) for t in (PERSON, RATER, DAY)) > 5
    after = said(deidentify.deidentified(record, key=KEY)).casefold()
    for secret in (SECRET, PERSON, RATER, DAY, "SN 99", ": 95"):
        assert secret.casefold() not in after, secret


def test_the_result_is_an_assessment_as_any_other() -> None:
    """The de-identified record is read back, exactly and by the published schema."""
    whole = replace(filled(Assessment), schema_version=SCHEMA_VERSION)
    found = deidentify.deidentified(whole, key=KEY)
    assert assessment.loads(said(found)) == found
    assert deidentify.LABEL in found.labels


@pytest.mark.parametrize("part", ["state", "examinations", "history", "diary", "all"])
def test_what_follows_from_the_answers_quotes_none_of_them(part, samples) -> None:
    """With secrets as answers, all conclusions, flags and reminders drawn from them are clean."""
    visit = read_visit(samples / "cases" / "sub-cervical" / "ses-02")
    answers = {
        "state": filled(VisitState),
        "examinations": (filled(Examination),),
        "history": filled(History),
        "diary": (filled(DiaryEntry),),
    }
    chosen = answers if part == "all" else {part: answers[part]}
    visit = replace(visit, person=Person(id=PERSON, age_years=95.0), **chosen)
    manifest = Manifest(versions=(), measures=(), inputs=(), seed=0)
    record = conclude(visit, Outcome(), manifest=manifest)
    assert SECRET in said(record)
    after = said(deidentify.deidentified(record, key=KEY)).casefold()
    for secret in (SECRET, PERSON, RATER, DAY):
        assert secret.casefold() not in after


# --- property: whatever is written, it does not leave

word = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=5, max_size=40).filter(
    lambda t: len(t.strip()) > 4 and not _free_text.is_known(t)
)
day = st.dates(date(1930, 1, 1), date(2090, 12, 31))


@given(note=word, code=st.from_regex(r"\A[A-Za-z]{3}[A-Z]{2}\Z"), when=day)
def test_nothing_typed_is_quoted(note: str, code: str, when: date) -> None:
    """No note, rater code or date occurs in the result, also not inside sentences that quote it."""
    iso = when.isoformat()
    quote = f"The examiner {code} noted on {iso}: {note}."
    record = empty(
        examinations=(Examination(rater=code, date=iso, note=note, trick=note),),
        history=History(
            note=note,
            tests=(WorkupResult(item="ceruloplasmin", date=iso, result=note, by=code),),
            closed=(FlagClosed(flag="RF10", result=note, date=iso, by=code),),
        ),
        not_measurable=(
            NotMeasurable(
                measure="m", version="1", title="t", tier="clinical", code="c", reason=quote
            ),
        ),
        verdicts=Verdicts(
            conclusions=(
                Conclusion(axis="I", about="a", value="v", words=quote, because=(quote, note)),
            )
        ),
    )
    after = json.loads(said(deidentify.deidentified(record, key=KEY)))
    texts = list(_texts(after))
    for text in texts:
        assert iso not in text
        assert code not in text
        assert note.strip() not in text


def _texts(value):
    if isinstance(value, dict):
        for v in value.values():
            yield from _texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from _texts(v)
    elif isinstance(value, str):
        yield value


# --- dates


@given(days=st.lists(day, min_size=2, max_size=8), key=st.binary(min_size=32, max_size=32))
def test_intervals_and_weekdays_are_kept(days: list[date], key: bytes) -> None:
    """All full dates of a person move by the same whole weeks, never by none."""
    offset = pseudonyms.offset_days(key, PERSON)
    assert offset % 7 == 0
    assert 35 <= abs(offset) <= 365
    new = [date.fromisoformat(pseudonyms.shifted(d.isoformat(), offset)) for d in days]
    for (a, b), (x, y) in zip(pairwise(days), pairwise(new), strict=True):
        assert (b - a) == (y - x)
        assert a.weekday() == x.weekday()
        assert a != x


@given(when=day, key=st.binary(min_size=32, max_size=32))
def test_a_month_becomes_another_near_the_shifted_day(when: date, key: bytes) -> None:
    """A date without a day keeps its precision, changes its month, and errs by a month at most."""
    offset = pseudonyms.offset_days(key, PERSON)
    month = pseudonyms.shifted(when.isoformat()[:7], offset)
    assert len(month) == 7
    assert month != when.isoformat()[:7]
    true = when + timedelta(days=offset)
    apart = (int(month[:4]) - true.year) * 12 + int(month[5:]) - true.month
    assert abs(apart) <= 1
    year = int(pseudonyms.shifted(when.isoformat()[:4], offset))
    assert abs(year - true.year) <= 1


def test_dates_by_hand() -> None:
    """The shift over a leap day, the end of a year, and with a time is that of the calendar."""
    assert pseudonyms.shifted("2024-02-27", 7) == "2024-03-05"
    assert pseudonyms.shifted("2023-02-27", 7) == "2023-03-06"
    assert pseudonyms.shifted("2026-12-30T23:59:01Z", 7) == "2027-01-06T23:59:01Z"
    assert pseudonyms.shifted("2026-03-01 21:30", 7) == "2026-03-08 21:30"
    assert pseudonyms.shifted("2019-05", 49) == "2019-07"
    assert pseudonyms.shifted("2019", -210) == "2018"


@pytest.mark.parametrize(
    "text", ["", "May 2019", "2019-13", "2019-02-30", "12.03.2019", "2019T10:00"]
)
def test_what_is_no_date_is_not_shifted(text: str) -> None:
    """Anything but an ISO date is refused, never passed on."""
    assert pseudonyms.shifted(text, 35) is None


def test_all_dates_of_a_record_move_together() -> None:
    """Examination, history, therapies and diary keep their distances; a month its precision."""
    record = empty(
        examinations=(Examination(rater=RATER, date="2026-03-01"),),
        history=History(
            spread=("CE 2015-02-01", "UL"),
            exposures=(Exposure(name="x", date="2014-11-30"),),
            therapies=(Therapy(kind="k", started="2020-01", stopped="not known"),),
            genes=(GeneFinding(gene="TOR1A", date="2019-06-15"),),
        ),
        diary=(DiaryEntry(time="2026-03-02T08:00"), DiaryEntry(time="2026-03-09T08:30")),
    )
    found = deidentify.deidentify(record, key=KEY)
    offset = timedelta(days=pseudonyms.offset_days(KEY, PERSON))
    new = found.assessment
    assert date.fromisoformat(new.examinations[0].date) == date(2026, 3, 1) + offset
    assert new.history.spread == (f"CE {date(2015, 2, 1) + offset}", "UL")
    assert new.history.exposures[0].date == (date(2014, 11, 30) + offset).isoformat()
    assert new.history.genes[0].date == (date(2019, 6, 15) + offset).isoformat()
    assert [e.time for e in new.diary] == [
        f"{date(2026, 3, 2) + offset}T08:00",
        f"{date(2026, 3, 9) + offset}T08:30",
    ]
    assert len(new.history.therapies[0].started) == 7
    assert new.history.therapies[0].stopped == ""
    assert any("history.therapies.stopped" in w for w in found.warnings)


# --- codes


def test_one_key_makes_one_mapping_and_another_key_another() -> None:
    """The same rater and person are recognised again under one key, and never under another."""
    other = bytes(32)
    assert pseudonyms.new_rater(KEY, "A") == pseudonyms.new_rater(KEY, "A ")
    assert pseudonyms.new_rater(KEY, "A") != pseudonyms.new_rater(KEY, "B")
    assert pseudonyms.new_rater(KEY, "A") != pseudonyms.new_rater(other, "A")
    assert pseudonyms.new_person(KEY, "sub-01") == pseudonyms.new_person(KEY, "01")
    assert pseudonyms.new_person(KEY, "sub-01") != pseudonyms.new_person(other, "sub-01")
    assert pseudonyms.new_person(KEY, "unknown") == "unknown"


def test_a_code_is_the_hmac_that_it_says() -> None:
    """The pseudonym is HMAC-SHA256, as computed by OpenSSL's one-shot digest."""
    import hmac

    expected = hmac.digest(KEY, b"eutonia:person:01", "sha256").hex()[:10]
    assert pseudonyms.new_person(KEY, "sub-01") == f"sub-{expected}"


def test_a_rater_of_one_letter_is_replaced_after_the_word_rater_only() -> None:
    """Sentences keep their article "A", and lose the rater "A"."""
    words = "A turn to the left, seen by A; rater A was not blinded."
    record = empty(
        examinations=(Examination(rater="A"),),
        verdicts=Verdicts(conclusions=(Conclusion(axis="I", about="a", value="v", words=words),)),
    )
    new = deidentify.deidentified(record, key=KEY).verdicts.conclusions[0].words
    code = pseudonyms.new_rater(KEY, "A")
    assert new == f"A turn to the left, seen by {code}; rater {code} was not blinded."


def test_a_visit_named_by_its_date_gets_a_code() -> None:
    """A short number stays as the visit's label, anything else does not."""
    assert pseudonyms.new_visit(KEY, PERSON, "ses-02") == "ses-02"
    assert "2021" not in pseudonyms.new_visit(KEY, PERSON, "ses-20210317")
    assert "smith" not in pseudonyms.new_visit(KEY, PERSON, "smith-visit")


def test_a_short_key_is_refused() -> None:
    """A key that could be guessed makes no pseudonyms."""
    with pytest.raises(InvalidRecord, match="bytes"):
        deidentify.deidentified(empty(), key=b"short")


# --- texts, devices, files, ages


def test_words_of_the_tables_stay_and_others_go() -> None:
    """A task of our vocabulary is kept, a description in one's own words is not."""
    state = VisitState(form="cervical", goal="reverse the car to her shop", protocol=None)
    found = deidentify.deidentify(empty(state=state), key=KEY)
    assert found.assessment.state.form == "cervical"
    assert found.assessment.state.goal == "[removed]"
    assert found.removed == ("state.goal",)


def test_kept_text_is_scanned_and_listed() -> None:
    """With keep_text a note stays without what a scan finds, and a warning names the field."""
    note = "Seen by Dr. Anna Muster on 3 March 2019, tel. 030 1234567, a.b@c.org; turns left."
    found = deidentify.deidentify(empty(history=History(note=note)), key=KEY, keep_text=True)
    new = found.assessment.history.note
    assert "turns left" in new
    for secret in ("Muster", "2019", "1234567", "a.b@c"):
        assert secret not in new
    (warning,) = [w for w in found.warnings if w.startswith("history.note")]
    assert "a date" in warning
    assert "read it" in warning


def test_serial_numbers_file_names_and_hashes_go() -> None:
    """Maker and model stay; the serial number, the path and the hash of a recording do not."""
    recording = RecordingSummary(
        id="emg/smith.edf#2",
        kind="emg",
        duration_s=1.0,
        rate_hz=1.0,
        channels=(),
        conditions=(),
        issues=(),
        bad_share=0.0,
        sources=(Source(path="emg/smith.edf", sha256="ab" * 32),),
        device="BrainAmp MR plus SN 1234 AMP05120193",
    )
    new = deidentify.deidentified(empty(recordings=(recording,)), key=KEY).recordings[0]
    assert new.device == "BrainAmp MR plus"
    assert new.id == "recording-1"
    assert new.sources == ()


def test_ages_above_89_are_one_group() -> None:
    """Ages up to 89 stay; all above become 90, and a warning says so."""
    old = empty(
        person=Person(id=PERSON, age_years=97.5), history=History(onset_age=89.0, diagnosis_age=91)
    )
    found = deidentify.deidentify(old, key=KEY)
    assert found.assessment.person.age_years == 90.0
    assert found.assessment.history.onset_age == 89.0
    assert found.assessment.history.diagnosis_age == 90.0
    assert any("89" in w for w in found.warnings)


def test_a_pedigree_keeps_its_shape_and_loses_its_names() -> None:
    """Ids of relatives are numbered alike wherever they stand; mother and II-3 say no name."""
    relatives = (
        Relative(id="index", mother="Berta", father="II-3"),
        Relative(id="Berta", relation="mother", onset_age=40.0),
        Relative(id="II-3", relation="father"),
    )
    found = deidentify.deidentify(empty(history=History(relatives=relatives)), key=KEY)
    new = found.assessment.history.relatives
    assert new[0].mother == new[1].id == "relative-1"
    assert new[0].father == new[2].id == "II-3"
    assert new[1].relation == "mother"
    assert any("pedigree of 3" in w for w in found.warnings)


# --- the key


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path) -> None:
    """A first call makes a key of mode 600 that version control leaves out; later ones read it."""
    (tmp_path / "dataset_description.json").write_text("{}")
    (tmp_path / "sub-01").mkdir()
    key = pseudonyms.load_key(tmp_path / "sub-01")
    assert key == pseudonyms.load_key(tmp_path)
    assert len(key) == 32
    path = tmp_path / ".eutonia" / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".eutonia" / ".gitignore").read_text() == "*\n"
    path.chmod(0o644)
    pseudonyms.load_key(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_refused(tmp_path) -> None:
    """A key that is cut off makes no second mapping in silence."""
    pseudonyms.load_key(tmp_path)
    (tmp_path / ".eutonia" / "key").write_text("abc\n")
    with pytest.raises(InvalidRecord, match="backup"):
        pseudonyms.load_key(tmp_path)

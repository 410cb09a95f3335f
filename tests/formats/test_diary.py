"""The diary: what stands in a table arrives, what cannot be read is named with its line."""

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eutonia.formats.diary import add_entry, load_diary, read_diary
from eutonia.formats.examination import parse_entry, to_mapping
from eutonia.knowledge import table
from eutonia.model import DiaryEntry, InvalidRecord

FULL = DiaryEntry(
    time="2026-03-01T21:30",
    ratings=(("severity", 4.0), ("pain", 3.5), ("sleep_hours", 6.5)),
    tasks=("writing", "on"),
    triggers=("stress",),
    observed=True,
    trick_worked=False,
    medication=True,
    toxin_day=35.0,
    note='a "long" day,\nwith a second line; and\ta tab',
)


def _diary(folder, text, name="diary.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


TABLES = {
    "comma": "time,severity,pain,observed,tasks\n2026-03-01 21:30,4,3.5,yes,writing;reading\n",
    "semicolon": "time;severity;pain;observed;tasks\n2026-03-01T21:30;4;3,5;ja;writing|reading\n",
    "tab": "time\tseverity\tpain\tobserved\ttasks\n2026-03-01 21:30\t4\t3,5\t1\twriting;reading\n",
    "date and clock": (
        "Datum;Uhrzeit;Schwere;Schmerz;beobachtet;Tätigkeit\n"
        "2026-03-01;21:30:00;4;3,5;WAHR;writing|reading\n"
    ),
    "spreadsheet": (
        "\ufeffsep=;\r\ntime;severity;pain;observed;tasks\r\n"
        '"2026-03-01 21:30";"4";"3,5";TRUE;"writing;reading"\r\n;;;;\r\n'
    ),
    "other order": "pain,time,tasks,severity,observed\n3.5,2026-03-01 21:30,writing|reading,4,y\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
def test_every_usual_table_is_read(tmp_path, text):
    """Separators, decimal commas, a byte order mark and other languages lead to one entry."""
    entries, lost = read_diary(_diary(tmp_path, text))
    assert lost == ()
    (found,) = entries
    assert found.time == "2026-03-01T21:30"
    assert dict(found.ratings) == {"severity": 4.0, "pain": 3.5}
    assert (found.tasks, found.observed) == (("writing", "reading"), True)


def test_unicode_text_of_a_spreadsheet_is_read(tmp_path):
    """A table that was saved as UTF-16 is read by its byte order mark."""
    entries, lost = read_diary(_diary(tmp_path, TABLES["tab"].encode("utf-16"), "diary.tsv"))
    assert (len(entries), lost) == (1, ())


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("01.03.2026 21:30,4,,", "which can be read in two ways; write dates as 2026-03-01"),
        ("3/1/2026,4,,", "set the format of the column to text"),
        ("46082.9,4,,", "write dates as 2026-03-01"),
        ("20260301,4,,", "write dates as 2026-03-01"),
        ("yesterday,4,,", "time is 'yesterday'; allowed: date and local time"),
        ("2026-02-30,4,,", "allowed: date and local time"),
        (",4,,", "time is missing"),
        ("2026-03-01,11,,", "severity is 11.0; allowed: 0 to 10"),
        ("2026-03-01,much,,", "severity is 'much'; allowed: 0 to 10"),
        ('2026-03-01,"4,5",,', "severity is '4,5'; allowed: 0 to 10"),
        ("2026-03-01,nan,,", "severity is nan"),
        ("2026-03-01,4,perhaps,", "observed is 'perhaps'; allowed: yes or no"),
        ("2026-03-01,4,yes,took 50 mg", "no dose"),
        ("2026-03-01,4,yes,a,b", "it has 5 cells, but the first line names 4"),
        ('2026-03-01,4,yes,"open', "quotation marks do not match"),
        ('2026-03-01,4,yes,"a"b', "quotation marks do not match"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_kept(tmp_path, cells, words):
    """A line that cannot be read is told with its number and reason, and no other is lost."""
    text = f"time,severity,observed,note\n2026-02-01,1,,\n{cells}\n2026-04-01,2,,\n"
    entries, lost = read_diary(_diary(tmp_path, text))
    assert [e.time for e in entries] == ["2026-02-01", "2026-04-01"]
    (one,) = lost
    assert one.path == "diary.csv, line 3"
    assert words in one.error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The diary is empty"),
        ("\n\n", "The diary is empty"),
        ("severity,pain\n1,2\n", "among them either time or date"),
        ("time,date\n2026-03-01,2026-03-01\n", "among them either time or date"),
        ("2026-03-01,4\n", "must name the columns"),
        ("time,pain,Schmerz\n", "'Schmerz' stands twice"),
        (b"time,note\n2026-03-01,\xe4\n", "is not UTF-8"),
        (b"time\x00,note\n", "zero bytes"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path, text, words):
    """A file without columns, of another encoding or of bytes is named with what to do."""
    entries, (one,) = read_diary(_diary(tmp_path, text))
    assert entries == ()
    assert one.path == "diary.csv"
    assert words in one.error


def test_a_column_that_is_not_read_is_told(tmp_path):
    """A column that no field is called after is named, a dose and a name with the reason."""
    text = "time,severity,dose,wether\n2026-03-01,4,20,fine\n"
    entries, lost = read_diary(_diary(tmp_path, text))
    assert entries == (DiaryEntry(time="2026-03-01", ratings=(("severity", 4.0),)),)
    told = " ".join(one.error for one in lost)
    assert "'dose' is not read" in told
    assert "no dose" in told
    assert "'wether' is not read" in told


def test_a_column_without_a_title_is_no_hiding_place(tmp_path):
    """What stands under no title is told, while empty columns at the end are nothing."""
    text = "time,severity,,\n2026-03-01,4,,\n2026-03-02,4,5,\n"
    entries, lost = read_diary(_diary(tmp_path, text))
    assert [e.time for e in entries] == ["2026-03-01"]
    assert "column without a title" in lost[0].error


def test_a_note_may_hold_line_breaks_and_lines_still_count(tmp_path):
    """A quoted note over two lines is one entry, and a later bad line has its own number."""
    text = 'time,note\n2026-03-01,"one\ntwo"\n2026-03-02,5" nail\nbad,x\n'
    entries, lost = read_diary(_diary(tmp_path, text))
    assert [e.note for e in entries] == ["one\ntwo", '5" nail']
    assert lost[0].path == "diary.csv, line 5"


def test_many_bad_lines_are_counted(tmp_path):
    """Of very many bad lines the first are named and the rest are counted."""
    text = "time,severity\n" + "x,1\n" * 1000
    entries, lost = read_diary(_diary(tmp_path, text))
    assert entries == ()
    assert len(lost) == 51
    assert lost[-1].error == "950 more lines could not be read, from line 52 to 1001."


def test_a_visit_has_the_diary_of_its_person(tmp_path):
    """Entries beside the visit and with the person are put in order, twins count once."""
    visit = tmp_path / "sub-01" / "ses-02"
    visit.mkdir(parents=True)
    _diary(visit.parent, "time,pain\n2026-03-02,1\n2026-03-01,2\n", "sub-01_diary.csv")
    _diary(visit, "time,pain\n2026-03-02,1\n2026-02-01,3\nbad,1\n")
    entries, lost = load_diary(visit)
    assert [e.time for e in entries] == ["2026-02-01", "2026-03-01", "2026-03-02"]
    assert [one.path for one in lost] == ["diary.csv, line 4"]
    assert load_diary(tmp_path / "missing") == ((), ())


# --- writing ------------------------------------------------------------------------------------


def test_a_new_diary_has_every_column(tmp_path):
    """The first entry makes a table with a column for each field and rating, and comes back."""
    person = tmp_path / "sub-01"
    person.mkdir()
    path = add_entry(FULL, person)
    assert path == person / "sub-01_diary.tsv"
    header = path.read_text("utf-8").splitlines()[0].split("\t")
    assert {"time", "tasks", "toxin_day", *table("diary_ratings")} <= set(header)
    assert load_diary(person) == ((FULL,), ())


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
def test_adding_never_changes_an_entry(tmp_path, text):
    """An entry is added in the table's own columns, with a column for what it lacks."""
    path = _diary(tmp_path, text.rstrip("\n"))
    (before,), _ = read_diary(path)
    add_entry(FULL, tmp_path)
    entries, lost = read_diary(path)
    assert lost == ()
    assert entries[0] == before
    assert dict(entries[1].ratings) == dict(FULL.ratings)
    assert to_mapping(entries[1]) | {"ratings": 0} == to_mapping(FULL) | {"ratings": 0}


def test_adding_what_fits_leaves_all_bytes_as_they_are(tmp_path):
    """Without a new column the old content of the file stays byte by byte."""
    old = b"\xef\xbb\xbftime;severity\r\n2026-03-01;4\r\n"
    path = _diary(tmp_path, old)
    add_entry(DiaryEntry(time="2026-03-02", ratings=(("severity", 2.0),)), tmp_path)
    assert path.read_bytes() == old + b"2026-03-02;2\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"diary.csv": b"time\n", "diary.tsv": b"time\n"}, "several diaries"),
        ({"diary.csv": b""}, "is empty"),
        ({"diary.csv": b"severity\n"}, "must name the columns"),
        ({"diary.csv": "time\n".encode("utf-16")}, "not UTF-8"),
    ],
)
def test_a_diary_that_cannot_be_added_to_is_told(tmp_path, files, words):
    """Of two diaries none is preferred, and a table that is none is not made worse."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidRecord, match=words):
        add_entry(DiaryEntry(time="2026-03-02"), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == files


def test_a_semicolon_within_a_task_is_refused(tmp_path):
    """What would come back as two tasks is not written as one."""
    with pytest.raises(InvalidRecord, match="tasks holds a semicolon"):
        add_entry(DiaryEntry(time="2026-03-02", tasks=("a;b",)), tmp_path)
    assert list(tmp_path.iterdir()) == []


_RATINGS = st.dictionaries(st.sampled_from(sorted(table("diary_ratings"))), st.floats(0, 10))
_WORDS = st.sampled_from(["text", "on", '"', "a,b", "a\nb", "-", "x\ty", "'", "=1+1", "na", "0"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    mapping=st.fixed_dictionaries(
        {"time": st.datetimes(_T := __import__("datetime").datetime(2000, 1, 1)).map(str)},
        optional={
            "ratings": _RATINGS,
            "tasks": st.lists(_WORDS, unique=True, max_size=3),
            "observed": st.booleans(),
            "toxin_day": st.floats(0, 36500),
            "note": _WORDS,
        },
    ),
    start=st.sampled_from([None, *TABLES.values()]),
)
def test_every_entry_survives_its_table(tmp_path, mapping, start):
    """Whatever can be noted comes back the same from any table that it is added to."""
    for old in tmp_path.iterdir():
        old.unlink()
    if start:
        _diary(tmp_path, start)
    try:
        entry = parse_entry(mapping)
    except InvalidRecord:
        assert mapping["time"] >= "2100"
        return
    path = add_entry(entry, tmp_path)
    entries, lost = read_diary(path)
    assert lost == ()
    found = entries[-1]
    assert dict(found.ratings) == dict(entry.ratings)
    assert to_mapping(found) | {"ratings": 0} == to_mapping(entry) | {"ratings": 0}


@example(raw=b"data", start="")  # a word for date: a header without entries loses nothing
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    raw=st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "ignore")),
    start=st.sampled_from(["", "time,severity,note\n", "date;Uhrzeit;pain\n", 'time\t"\n']),
)
def test_any_bytes_are_read_or_told(tmp_path, raw, start):
    """A table of anything gives entries and reasons, never an error."""
    content = start.encode() + raw
    entries, lost = read_diary(_diary(tmp_path, content))
    assert all(isinstance(e, DiaryEntry) for e in entries)
    names = "time date day data datum tag jour fecha giorno timestamp datetime when zeitpunkt"
    only_a_header = content.strip().lower() in names.encode().split()
    assert entries or lost or start.strip() or only_a_header


def test_ten_thousand_lines_are_read_in_two_seconds(tmp_path):
    """A diary of years is read while one waits, at the best of two tries."""
    lines = [
        f"2026-03-{1 + i % 28:02d} {i % 24:02d}:{i % 60:02d},{i % 11},3.5,2,writing;reading,yes,ok"
        for i in range(10_000)
    ]
    text = "time,severity,pain,stress,tasks,observed,note\n" + "\n".join(lines)
    path = _diary(tmp_path, text)

    def seconds():
        start = time.process_time()
        entries, lost = read_diary(path)
        assert (len(entries), lost) == (10_000, ())
        return time.process_time() - start

    assert min(seconds() for _ in range(2)) < 2


def test_a_diary_is_no_recording(tmp_path):
    """Beside a visit's recordings the diary is read as a diary only."""
    from eutonia.read import read_visit

    _diary(tmp_path, TABLES["comma"])
    visit = read_visit(tmp_path)
    assert (visit.recordings, visit.lost) == ((), ())
    assert len(visit.diary) == 1

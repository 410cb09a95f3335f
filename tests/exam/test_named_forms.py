"""Each named form of the domain is recognised by its regions and tasks, and the examiner wins."""

import pytest

from eutonia.exam.classification import classify
from eutonia.exam.distribution import distribution
from eutonia.exam.named_forms import fit, form_key, subtypes, task_of
from eutonia.knowledge import table
from eutonia.model import Examination, History, Person, RegionSeen


def _exam(regions, *tasks, form="", **fields):
    seen = tuple(RegionSeen(region=r, tasks=tasks, at_rest=False) for r in regions.split())
    return Examination(**({"rater": "A", "form": form, "regions": seen} | fields))


def _conclude(*examinations):
    found = classify(examinations, History(), person=Person(id="sub-01"))
    return {c.about: c for c in found}


# Each row of the table of forms: regions, tasks, form, distribution.
ROWS = [
    ("UC", (), "blepharospasm", "focal"),
    ("LC", ("speaking",), "oromandibular", "focal"),
    ("UC LC", (), "meige", "segmental"),
    ("LC", ("trumpet",), "embouchure", "focal"),
    ("LX", (), "laryngeal", "focal"),
    ("CE", (), "cervical", "focal"),
    ("UR", ("writing",), "writers_cramp", "focal"),
    ("UL", ("Schreiben",), "writers_cramp", "focal"),
    ("UR", ("playing the piano",), "pianist", "focal"),
    ("UL", ("violin",), "other_players", "focal"),
    ("UR", ("drums",), "other_players", "focal"),
    ("UL", ("flute",), "other_players", "focal"),
    ("DR", ("running",), "leg", "focal"),
    ("DL", (), "leg", "focal"),
    ("UR", ("putting",), "yips", "focal"),
    ("TR", ("walking",), "axial", "focal"),
    ("TR CE UR", (), "generalised", "generalised_without_leg"),
    ("TR DR DL", (), "generalised", "generalised_with_leg"),
    ("UL DL", (), "hemidystonia", "hemidystonia"),
]


@pytest.mark.parametrize(("regions", "tasks", "form", "spread"), ROWS)
def test_each_form_is_recognised(regions, tasks, form, spread):
    """Regions and tasks of each row give its form, and the distribution beside it."""
    found = _conclude(_exam(regions, *tasks))
    assert (found["form"].value, found["distribution"].value) == (form, spread)
    assert any("named by an examiner" in m for m in found["form"].missing)


def test_every_form_stands_in_a_row():
    """No form of the knowledge is left without a row above."""
    assert {form for _, _, form, _ in ROWS} == table("forms").keys()


def test_meige_is_segmental_and_says_so():
    """Upper and lower face together are two neighbouring regions, not a focal form."""
    found = _conclude(_exam("UC LC", form="Meige"))
    assert (found["form"].value, found["distribution"].value) == ("meige", "segmental")
    assert any("not focal" in m for m in found["form"].missing)


@pytest.mark.parametrize(
    ("regions", "tasks", "value"),
    [
        ("UR", (), "none"),
        ("UR", ("knitting",), "none"),
        ("UR", ("playing",), "undecided"),
        ("LC", ("playing",), "undecided"),
        ("UR", ("writing", "piano"), "undecided"),
        ("UR UL", ("writing",), "none"),
        ("UC LC CE", (), "none"),
        ("UC UR", (), "none"),
        ("", (), "unknown"),
    ],
)
def test_a_form_is_not_forced(regions, tasks, value):
    """Without a task that makes a form, with several, or over more regions, none is named."""
    assert _conclude(_exam(regions, *tasks))["form"].value == value


def test_an_instrument_that_was_not_named_is_asked_for():
    """Playing without an instrument leaves pianists and other players open, and says why."""
    found = _conclude(_exam("UR", "playing"))["form"]
    assert "which instrument is played" in found.missing
    assert "pianist" in found.words
    assert "other players" in found.words


def test_the_examiner_wins_and_disagreement_is_said():
    """A form that the examiner names holds; what the rule would give stands beside it."""
    found = _conclude(_exam("CE", form="writers_cramp"))["form"]
    assert (found.value, found.computed) == ("writers_cramp", "cervical")
    assert "cervical dystonia" in found.words
    same = _conclude(_exam("CE", form="Torticollis spasmodicus"))["form"]
    assert (same.value, same.computed, same.reason) == ("cervical", "", "")


def test_examiners_who_name_different_forms_are_undecided():
    """Two names for one person are both shown."""
    found = _conclude(_exam("CE", form="cervical"), _exam("CE", form="axial", rater="B"))["form"]
    assert found.value == "undecided"
    assert found.because == ("rater A: cervical", "rater B: axial")


def test_a_form_in_other_words_is_kept():
    """A name that no table knows is kept as the examiner wrote it, and that is said."""
    found = _conclude(_exam("CE", form="telephone neck"))["form"]
    assert found.value == "telephone neck"
    assert any("in no list of forms" in m for m in found.missing)


@pytest.mark.parametrize(
    ("form", "examination", "kinds"),
    [
        ("writers_cramp", _exam("UR", "writing"), ("simple",)),
        ("writers_cramp", _exam("UR", "writing", "typing"), ("dystonic",)),
        ("writers_cramp", _exam("UR", "writing", "shaving"), ("dystonic",)),
        ("leg", _exam("DR", "running"), ("runners",)),
        ("leg", _exam("DR", "stairs"), ("other_task",)),
        ("leg", _exam("DR"), ()),
        ("axial", _exam("TR", posture=("Pisa syndrome",)), ("pisa",)),
        ("axial", _exam("TR", note="camptocormia; worse when tired"), ("camptocormia",)),
        ("axial", _exam("TR", note="there is no Pisa syndrome"), ()),
        ("laryngeal", _exam("LX", speech="strained"), ("adductor",)),
        ("laryngeal", _exam("LX", speech="breathy"), ("abductor",)),
        ("laryngeal", _exam("LX", speech="mixed"), ("mixed",)),
        ("laryngeal", _exam("LX", speech="voice tremor"), ("voice_tremor",)),
        ("laryngeal", _exam("LX", speech="strained, breathy"), ("adductor", "abductor")),
        ("oromandibular", _exam("LC", note="jaw opening"), ("jaw_opening",)),
        ("oromandibular", _exam("LC", note="jaw closing"), ("jaw_closing",)),
        ("oromandibular", _exam("LC", note="jaw deviation"), ("jaw_deviation",)),
        ("oromandibular", _exam("LC", note="lip"), ("lip",)),
        ("oromandibular", _exam("LC", note="tongue"), ("lingual",)),
    ],
)
def test_subtypes(form, examination, kinds):
    """Each sub-type of the domain is found by its task or by the examiner's word for it."""
    assert subtypes(form, examination) == kinds


def test_a_cramp_at_rest_is_not_the_simple_one():
    """Writer's cramp that is there at rest as well is not simple."""
    region = RegionSeen(region="UR", tasks=("writing",), at_rest=True)
    assert subtypes("writers_cramp", Examination(rater="A", regions=(region,))) == ("dystonic",)


def test_a_subtype_that_is_open_is_undecided():
    """Words for two sub-types leave the sub-type undecided, with the choices named."""
    found = _conclude(_exam("LX", speech="strained, breathy"))["form_subtype"]
    assert found.value == "undecided"
    assert "adductor, abductor, mixed, voice tremor" in found.missing[0]


def test_yips_say_that_only_a_part_is_dystonic():
    """The named form carries its caution and its cited facts."""
    found = _conclude(_exam("UR", "golf"))["form"]
    assert found.value == "yips"
    assert any("only a part" in m for m in found.missing)
    facts = table("forms")["yips"]["facts"]
    assert "of 27 golfers 5 were dystonic, 9 had other movement problems and 13 none" in [
        f["words"] for f in facts
    ]


@pytest.mark.parametrize(
    ("words", "task"),
    [
        ("writing", "writing"),
        ("Writing a letter", "writing"),
        ("playing the piano", "piano"),
        ("playing", "playing"),
        ("French horn", "wind"),
        ("not writing", "not writing"),
        ("thorny path", "thorny path"),
        ("Écriture", "writing"),
        ("writing while running", "writing while running"),
        ("in Ruhe", "rest"),
    ],
)
def test_tasks_are_found_by_whole_words(words, task):
    """A task is found in several languages; a denial, part of a word or two tasks name none."""
    assert task_of(words) == task


def test_no_two_tasks_share_a_word():
    """Every synonym of a task leads to that task."""
    for key, entry in table("form_tasks").items():
        for word in (key, *entry["synonyms"]):
            assert task_of(word.replace("_", " ")) == key, word


def test_the_form_is_found_by_its_names():
    """An examiner's own word for a form leads to its key."""
    assert form_key("Schreibkrampf") == "writers_cramp"
    assert form_key("Meige-Syndrom") == "meige"


def test_the_fit_says_what_it_used():
    """The reasons of a fit name regions and tasks."""
    e = _exam("UR", "writing")
    found = fit(e, distribution=distribution({"UR": "unknown"}).value)
    assert found.because == ("regions UR", "tasks: writing")
    assert found.sure

"""What several measures of a part say alike is said once."""

from types import SimpleNamespace

import pytest

from eutonia.measures import entries
from eutonia.report import cautions as module
from eutonia.report.block import Ref
from eutonia.report.cautions import cautions

OF = {
    "a": "Own of a. All say this. Three say this.",
    "b": "All say this. Three say this.",
    "c": "All say this. Three say this. Two say this.",
    "d": "Two say this. All say this.",
    "e": "",
}


@pytest.fixture
def made_up(monkeypatch):
    """Let the measures have made-up cautions."""
    cards = {m: SimpleNamespace(caution=c, title=f"Title of {m}") for m, c in OF.items()}
    monkeypatch.setattr(module, "card", cards.get)


def _words(text):
    parts = (text,) if isinstance(text, str) else text
    return "".join(p.words if isinstance(p, Ref) else p for p in parts)


@pytest.mark.usefixtures("made_up")
def test_three_share_a_note_and_two_do_not():
    """Each group of measures has one note, which names them."""
    notes = [_words(n.text) for n in cautions(OF).notes()]
    assert notes == [
        "Caution, for Title of a; Title of b; Title of c; Title of d: All say this.",
        "Caution, for Title of a; Title of b; Title of c: Three say this.",
    ]


@pytest.mark.usefixtures("made_up")
def test_what_is_its_own_stays_beside_a_measure():
    """And a reference leads to what it shares; without any caution nothing is said."""
    said = {m: _words(cautions(OF).beside(m, anchor="here")) for m in OF}
    assert said["a"] == "Caution: Own of a. More: at the head of this part"
    assert said["b"] == "Caution: at the head of this part"
    assert said["d"] == "Caution: Two say this. More: at the head of this part"
    assert said["e"] == ""


@pytest.mark.usefixtures("made_up")
def test_what_all_say_names_none():
    """Where a whole part shares a sentence, its measures need not be listed."""
    (note, *_) = cautions(["a", "b", "c"]).notes()
    assert note.text.startswith("Caution, for all of this part: ")


@pytest.mark.usefixtures("made_up")
def test_fewer_than_three_keep_their_cautions_whole():
    """Nothing is taken from a measure where it would save nothing."""
    said = cautions(["a", "b"])
    assert list(said.notes()) == []
    assert said.beside("a", anchor="here") == f"Caution: {OF['a']}"


def test_no_sentence_of_a_real_caution_is_lost():
    """Of all measures of the head, each sentence stands at the head of the part or beside them."""
    head = [m for m in entries() if m.startswith("head.")]
    said = cautions(head)
    shared = " ".join(_words(n.text) for n in said.notes())
    for measure in head:
        own = _words(said.beside(measure, anchor="here"))
        for sentence in module._END.split(entries()[measure].declared.caution):
            assert (sentence in own) != (sentence in shared)
    assert shared.count("collis and caput are not separable") == 1

"""Damaged files of other systems: whatever stands where, the end is an error with words."""

import copy
import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.formats import fhir, redcap
from eutonia.formats.phenopacket import phenopacket
from eutonia.formats.receive import choose, load
from eutonia.model import EutoniaError

ODD = st.sampled_from([None, True, 3, -1.5, "", "x", [], ["x"], [[]], {}, {"x": 1}, [{}], 10**400])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the file that each example is written to."""
    return tmp_path_factory.mktemp("received") / "sub-01_file"


@pytest.fixture(scope="module")
def documents(assessment):
    """Return the JSON documents that are damaged, and the places in each."""
    made = [json.loads(fhir.dumps(fhir.bundle(assessment))), phenopacket(assessment)]
    return [(one, list(_places(one))) for one in made]


def _places(node, path=()):
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inside:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))


def taken(file):
    """Read a file and choose a visit; only an error of ours may come of it."""
    try:
        choose(load(file), file.parent)
    except EutoniaError as error:
        assert str(error)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), which=st.integers(0, 1), value=ODD)
def test_a_document_damaged_in_any_place_is_read_or_refused(file, documents, data, which, value):
    """One value of a bundle or packet replaced by any other never crashes."""
    original, places = documents[which]
    document = copy.deepcopy(original)
    *path, last = data.draw(st.sampled_from(places))
    node = document
    for key in path:
        node = node[key]
    node[last] = value
    file.write_text(json.dumps(document), encoding="utf-8")
    taken(file)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), value=st.sampled_from(["", "x", "1", "-", "9" * 400, "1e999", "\\", "a\nb"]))
def test_a_table_damaged_in_any_cell_is_read_or_refused(file, assessment, data, value):
    """One cell of REDCap data replaced by any other never crashes."""
    rows = list(csv.reader(io.StringIO(redcap.export_rows([assessment]), newline="")))
    row = data.draw(st.integers(0, len(rows) - 1))
    filled = [i for i, cell in enumerate(rows[row]) if cell]
    rows[row][data.draw(st.sampled_from(filled))] = value
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    taken(file)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: ("{" + t).encode()))
def test_any_bytes_are_refused_with_words(file, content):
    """A file of anything gives an error of ours."""
    file.write_bytes(content)
    taken(file)

"""Tables for the terminal."""

from hypothesis import example, given
from hypothesis import strategies as st

from eutonia.cli.table import display_width, facts, paragraph, printable, render

CELLS = st.text(max_size=30)


@example(rows=[("0" * 11, "0000000⺀⼀𠀀00000", "0" * 13)], width=40)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5),
    width=st.integers(40, 120),
)
def test_a_table_fits_the_width(rows, width):
    """Whatever the cells hold, no line is wider than the terminal."""
    table = render(["one", "two", "three"], rows, width=width)
    assert max(display_width(line) for line in table.split("\n")) <= width


@given(CELLS)
def test_nothing_steers_the_terminal(text):
    """Names from files cannot move the cursor, colour the text or start a new line."""
    assert printable(text + "\x1b[31m\r\n").isprintable()


@given(words=st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=30))
def test_wrapping_loses_no_word(words):
    """A long cell is wrapped, and all its words are still there in order."""
    table = render(["what", "x"], [[" ".join(words), "y" * 20]], width=50)
    _, rule, *lines = table.split("\n")
    body = [line[: rule.index(" ")] for line in lines]
    assert " ".join(body).split() == words


def test_empty_columns_are_left_out():
    """A column without any content takes no room."""
    assert "flags" not in render(["name", "flags"], [["C3", ""], ["C4", ""]])


def test_numbers_are_flush_right():
    """The last digits of a column of numbers stand below each other."""
    lines = render(["n", "value"], [["a", "5"], ["b", "123"]], right=("value",)).split("\n")
    assert lines[2].endswith("    5")
    assert lines[3].endswith("  123")


def test_wide_characters_count_twice():
    """A name in wide characters takes two columns a character."""
    assert display_width("筋電図") == 6
    assert display_width("e\u0301") == 1


def test_facts_leave_out_what_is_not_known():
    """A pair without a value is not shown."""
    assert facts([("device", ""), ("kind", "emg")]) == "kind  emg"
    assert facts([("device", "")]) == ""


def test_a_paragraph_keeps_its_indent():
    """Every line of a wrapped paragraph starts with the indent."""
    lines = paragraph("word " * 40, indent="  ", width=40).split("\n")
    assert len(lines) > 1
    assert all(line.startswith("  w") for line in lines)

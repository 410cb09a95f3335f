"""A thousand examinations: answers checked, scored, classified, red flags and work-up."""

from __future__ import annotations

from collections.abc import Iterator

from eutonia.bench import Case
from eutonia.exam import ratings, verdicts
from eutonia.formats import examination
from eutonia.formats.answer_file import read_mapping
from eutonia.model import Person, Visit
from eutonia.read import samples


def cases() -> Iterator[Case]:
    """Yield the case, made of the examinations in ``samples/cases``."""
    folders = sorted((samples().parents[1] / "cases").glob("sub-*/ses-*"))
    answers = [
        (read_mapping(path), examination.load_history(folder))
        for folder in folders
        for path in examination.files_for(folder)[:1]
    ]
    person = Person(id="sub-01", age_years=50)

    def work() -> None:
        for i in range(1_000):
            mapping, history = answers[i % len(answers)]
            examined = (examination.parse_examination(mapping),)
            visit = Visit(id="ses-01", person=person, examinations=examined, history=history)
            ratings(visit)
            verdicts(visit)

    yield Case(
        name="1,000 examinations: checked, scored, classified, flags, work-up", ours=work, peers={}
    )

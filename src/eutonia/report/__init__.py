"""The report: what an assessment says (`blocks`), and how it is written.

HTML and PDF are written from the same list of blocks, so they say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eutonia.model import Assessment, Evidence

HTML = "report.html"
PDF = "report.pdf"

Progress = Callable[[str, int, int], None]


def write(
    assessment: Assessment,
    evidence: Evidence,
    folder: Path,
    *,
    pdf: bool = True,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Write ``report.html`` and, unless it is not wanted, ``report.pdf``.

    The same assessment gives the same bytes.

    Parameters
    ----------
    assessment : Assessment
    evidence : Evidence
        The arrays from which figures are drawn.
    folder : Path
        Made if it does not exist; older reports in it are replaced.
    pdf : bool
        Whether to write the PDF too.
    progress : callable, optional
        Called with what is done, steps done, and steps in all.

    Returns
    -------
    tuple of Path
        The HTML, and the PDF if it was wanted.
    """
    from eutonia.report.block import Figure
    from eutonia.report.blocks import blocks
    from eutonia.report.html import html
    from eutonia.report.pdf import pdf as typeset

    said = blocks(assessment, evidence)
    figures = [b for b in said if isinstance(b, Figure)]
    steps = len(figures) + 2
    say = progress or (lambda *_: None)
    drawn = {}
    for done, figure in enumerate(figures):
        say(figure.title, done, steps)
        drawn[figure.name] = figure.draw()
    folder.mkdir(parents=True, exist_ok=True)
    say(HTML, steps - 2, steps)
    (folder / HTML).write_text(html(said, drawn), encoding="utf-8", newline="\n")
    written = [folder / HTML]
    (folder / PDF).unlink(missing_ok=True)  # an older one would say something else
    if pdf:
        say(PDF, steps - 1, steps)
        (folder / PDF).write_bytes(typeset(said, drawn))
        written.append(folder / PDF)
    say("done", steps, steps)
    return tuple(written)

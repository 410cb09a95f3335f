"""Make the README's picture from the first page of a report.

This is the only script that needs pypdfium2::

    make demo
    pip install pypdfium2 pillow
    python tools/picture.py demo-output/simulated/report.pdf
"""

from __future__ import annotations

import sys
from pathlib import Path

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "report.png"
WIDTH = 1200  # pixels
COLOURS = 64  # kept, so that the picture stays small


def main(report: Path) -> None:
    """Draw the first page of a PDF into ``docs/images/report.png``."""
    import pypdfium2

    page = pypdfium2.PdfDocument(report)[0]
    picture = page.render(scale=WIDTH / page.get_width()).to_pil()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS).save(PICTURE, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))

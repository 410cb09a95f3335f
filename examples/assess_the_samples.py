"""Assess a visit and look at its findings as a table (needs pandas: the extra ``frame``)."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from eutonia.assess import assess
from eutonia.bridges import to_frame

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def main(out: Path) -> None:
    """Assess the composite visit with two measures, and print the table."""
    assessment, folder = assess(SAMPLES, out=out, measures=("emg.rms", "emg.cci_fw"))

    table = to_frame(assessment)
    print(f"{folder.name}: {', '.join(assessment.labels)}")
    print(table[["measure", "target", "condition", "value", "lo", "hi", "unit"]].to_string())

    # What could not be taken is part of the result, with the reason.
    for reason in table.loc[table["status"] == "not measurable", "reason"]:
        print(f"not measurable: {reason}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as folder:
            main(Path(folder) / "assessment")

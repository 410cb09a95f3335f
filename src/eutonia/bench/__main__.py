"""Print a table of seconds and ratios; cases can be chosen by a word of their name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from eutonia.bench import Case, eeg, emg, exam, timed, video
from eutonia.dsp import compiled


def main(words: list[str]) -> int:
    """Time the cases whose names hold one of the words (all without words)."""
    cv2.setNumThreads(1)
    if compiled.library() is None:
        sys.stderr.write("The kernels in C are missing: install again where a compiler (cc) is.\n")
    with TemporaryDirectory() as folder:
        for case in _cases(Path(folder)):
            if words and not any(w.lower() in case.name.lower() for w in words):
                continue
            print("\n".join(_lines(case)), flush=True)  # noqa: T201 - a command
    return 0


def _cases(folder: Path) -> Iterator[Case]:
    yield from eeg.cases(folder)
    yield from emg.cases()
    yield from exam.cases()
    yield from video.cases(folder)


def _lines(case: Case) -> Iterator[str]:
    seconds = timed(case)
    ours = seconds.pop("eutonia")
    yield f"{case.name}: {ours:.3f} s CPU"
    if case.frames:
        rate = case.frames / ours
        asked = f", asked {case.least_rate:g}{_verdict(rate >= case.least_rate)}"
        yield f"    {rate:6.1f} pictures a second{asked if case.least_rate else ''}"
    for peer, theirs in seconds.items():
        wanted = case.wanted.get(peer)
        asked = f", asked {wanted:g}" if wanted else ""
        reached = "" if wanted is None else _verdict(theirs / ours >= wanted)
        yield f"    {theirs / ours:6.2f} x as fast as {peer} ({theirs:.3f} s){asked}{reached}"
        if peer in case.most_over_ms:
            over, most = 1e3 * (ours - theirs) / case.frames, case.most_over_ms[peer]
            yield f"    {over:6.2f} ms a picture beyond it, asked {most:g}{_verdict(over <= most)}"


def _verdict(reached: bool) -> str:
    return " ok" if reached else " NOT REACHED"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

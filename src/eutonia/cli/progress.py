"""Progress on stderr: a line that is rewritten on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from eutonia.cli.table import printable, terminal_width

Say = Callable[[str, int, int], None]
_BAR = 24
_QUIET_S = 2.0  # between plain lines, so that a log does not fill up


@contextmanager
def progress(label: str, *, stream: TextIO | None = None) -> Iterator[Say]:
    """Yield a function that is told what is being done, steps done, and steps in all.

    The line is cleared at the end, also after an error.
    """
    out = stream or sys.stderr
    terminal = out.isatty()
    try:
        yield _rewritten(label, out) if terminal else _plain(label, out)
    finally:
        if terminal:
            out.write("\r\x1b[K")
            out.flush()


def _rewritten(label: str, out: TextIO) -> Say:
    def say(words: str, done: int, total: int) -> None:
        filled = _BAR * done // total if total else 0
        bar = "#" * filled + "." * (_BAR - filled)
        line = f"{label} [{bar}] {done}/{total} {printable(words)}"
        out.write(f"\r\x1b[K{line[: terminal_width() - 1]}")
        out.flush()

    return say


def _plain(label: str, out: TextIO) -> Say:
    last = time.monotonic()  # what is done at once needs no line

    def say(words: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _QUIET_S:
            last = now
            out.write(f"{label} {done}/{total} {printable(words)}\n")
            out.flush()

    return say

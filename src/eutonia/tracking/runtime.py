"""One model of the tracker, run on one core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.tracking.prune import pruned

Floats32 = NDArray[np.float32]

#: What the runtime writes to the terminal once, with its first model; it has no option against it.
GREETING = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
_STDERR = 2  # the runtime writes past Python, to the file of this number
_one_at_a_time = Lock()


@contextmanager
def ungreeted() -> Iterator[None]:
    """Keep the runtime's greeting from the terminal; all else that is written meanwhile appears."""
    with _one_at_a_time, TemporaryFile() as held:
        try:
            terminal = os.dup(_STDERR)
        except OSError:  # there is none
            yield
            return
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            held.seek(0)
            if rest := held.read().replace(GREETING, b""):
                os.write(_STDERR, rest)


class Model:
    """A model file, loaded once and run on arrays; not for use by several threads at once.

    Parameters
    ----------
    path : path
        A ``.tflite`` file with one input (`eutonia.tracking.models.path` gives checked ones).
    outputs : tuple of int, optional
        Which outputs to compute, in this order; all of them by default.
    """

    def __init__(self, path: Path | str, *, outputs: tuple[int, ...] | None = None) -> None:
        from ai_edge_litert.interpreter import Interpreter

        content = pruned(Path(path), outputs=outputs) if outputs else Path(path).read_bytes()
        with ungreeted():
            self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        (declared,) = self._interpreter.get_input_details()
        self._input: int = declared["index"]
        self._outputs = [each["index"] for each in self._interpreter.get_output_details()]
        self.shape: tuple[int, ...] = tuple(declared["shape"].tolist())

    def __call__(self, x: Floats32) -> tuple[Floats32, ...]:
        """Return the outputs, as copies, for one input of `shape`."""
        self._interpreter.set_tensor(self._input, x)
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(i) for i in self._outputs)

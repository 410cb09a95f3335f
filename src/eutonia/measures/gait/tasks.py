"""What the landmarks are off in running and in walking backwards, beside what they are in walking.

An error that is the same in two tasks cancels in their difference, one that is another in each does
not. How large both are was measured on rendered people (docs/video/accuracy).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eutonia.model import Floats, Inputs, Varying

#: Tasks that are held against walking.
TASKS = ("running", "walking_backwards")
#: Standard deviation of each part of a measure, by task.
ByTask = Mapping[str, tuple[float, ...]]


def in_task(x: Inputs, usual: tuple[float, ...], other: ByTask) -> Floats:
    """Return what the landmarks are off all the time in this task, SD of each part."""
    return np.array(other.get(x.condition.get("task") or "", usual))


def apart(x: Inputs, sd: ByTask) -> Varying:
    """Return what does not cancel where this task is held against walking.

    Within one task, such as with shoes and without, all of it cancels.

    Parameters
    ----------
    x : Inputs
    sd : mapping of str to tuple of float
        By task, for each part, of the difference to walking.
    """
    task, n = x.condition.get("task") or "", len(x.targets)
    n_parts = len(next(iter(sd.values())))
    of_task = np.array(sd.get(task, (0.0,) * n_parts))
    return Varying(
        sd=np.zeros((n, n_parts)),
        share=np.tile(of_task, (n, 1)),
        place=np.tile([float(task == one) for one in TASKS], (n, 1)),
    )

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


def at(x: Inputs, sd: Mapping[str, float], *, per_unit: Floats, along: Floats) -> Floats:
    """Return where a task lies, as far from others as what does not cancel between them is large.

    Parameters
    ----------
    x : Inputs
    sd : mapping of str to float
        By task, of the difference to walking.
    per_unit, along : ndarray, shape (n_targets,)
        What one unit of `sd` is in the unit of the number; and the place on one more axis, on which
        an error grows with something else than the task.

    Returns
    -------
    ndarray, shape (n_targets, n_axes)
        For `Varying.place` with a share of 1.
    """
    task = x.condition.get("task") or ""
    axes = [sd.get(one, 0.0) * (task == one) * np.nan_to_num(per_unit) for one in TASKS]
    return np.stack([*axes, np.nan_to_num(along)], axis=1)


def tilted(signed: Floats, sd: Floats) -> Floats:
    """Return where an amount without sign lies on the axis of an error of one side.

    An error that one side always has adds to an amount in one direction and takes from one in the
    other; near 0 it may do either. So it cancels between amounts that are clearly of one sign.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = sd * np.clip(np.nan_to_num(signed / sd), -1, 1)
    return np.nan_to_num(out)

"""Coherence of two conditions held against each other, and of both sides pooled, bin by bin.

These take the evidence of two coherence measures (`imc`, `imc_raw`, `cmc`), as ``run`` returns it
by name, and return arrays that ``eutonia.plot`` draws::

    outcome = run(visit, [entry("imc")])
    hold, rest = (outcome.evidence[f"imc|{c}"] for c in ("hold", "rest"))
    plot.coherence_difference(differences(hold, rest))
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import coherence as coh
from eutonia.model import Floats

Arrays = Mapping[str, NDArray[np.generic]]
#: Standard errors that equal coherences stay within in 95 % of bins.
_Z95 = 1.959964


def differences(one: Arrays, other: Arrays) -> dict[str, NDArray[np.generic]]:
    """Return, for each pair that both conditions have, how their coherences differ.

    Parameters
    ----------
    one, other : mapping of arrays
        ``coherence (n_targets, n_bins)``, ``segments (n_targets,)`` (effective), ``freq_hz`` and
        ``labels``.

    Returns
    -------
    dict of ndarray
        ``labels (n,)``, ``freq_hz (n_bins,)``, ``difference_z (n, n_bins)`` in standard errors and
        positive where the first is larger, ``difference_limit (n,)`` for a single bin,
        ``p (n, n_bins)``, and ``bands`` where the evidence has them.

    Raises
    ------
    ValueError
        If the frequencies differ.
    """
    if not np.array_equal(one["freq_hz"], other["freq_hz"]):
        raise ValueError("the two coherences are at different frequencies")
    place = {str(label): row for row, label in enumerate(other["labels"])}
    rows = [(i, place[str(v)]) for i, v in enumerate(one["labels"]) if str(v) in place]
    mine, theirs = (np.array([r[k] for r in rows], dtype=np.intp) for k in (0, 1))
    value = np.stack([_floats(one, "coherence")[mine], _floats(other, "coherence")[theirs]])
    n = np.stack([_floats(one, "segments")[mine], _floats(other, "segments")[theirs]])
    found = coh.difference(value, n[..., None])
    apart = (found.z[0] - found.z[1]) / np.hypot(*found.error)
    return {
        "labels": one["labels"][mine],
        "freq_hz": one["freq_hz"],
        "difference_z": apart,
        "difference_limit": np.full(len(mine), _Z95),
        "p": found.p,
        **({"bands": one["bands"]} if "bands" in one else {}),
    }


def sides_pooled(evidence: Arrays) -> dict[str, NDArray[np.generic]]:
    """Return the coherence of each pair of muscles pooled over the left and the right side.

    Only pairs within one side are pooled with the same muscles of the other side. In a one-sided
    dystonia this hides what differs: look at `p_sides_differ` first.

    Parameters
    ----------
    evidence : mapping of arrays
        ``coherence``, ``segments``, ``freq_hz`` and ``labels``.

    Returns
    -------
    dict of ndarray
        ``labels (n,)`` without a side, ``freq_hz``, ``coherence``, ``lo``, ``hi`` and
        ``p_sides_differ (n, n_bins)``, ``segments (n,)`` and ``bands`` where there are any.
    """
    of_label = {str(label): row for row, label in enumerate(evidence["labels"])}
    names = {m: row for label, row in of_label.items() if (m := _without(label, "left"))}
    pairs = [
        (muscles, names[muscles], row)
        for label, row in of_label.items()
        if (muscles := _without(label, "right")) and muscles in names
    ]
    rows = np.array([[left, right] for _, left, right in pairs], dtype=np.intp).reshape(-1, 2).T
    value, n = _floats(evidence, "coherence")[rows], _floats(evidence, "segments")[rows]
    pooled, differ = coh.pooled(value, n[..., None]), coh.difference(value, n[..., None])
    return {
        "labels": np.array([muscles for muscles, _, _ in pairs], dtype=str),
        "freq_hz": evidence["freq_hz"],
        "coherence": pooled.coherence,
        "lo": pooled.lo,
        "hi": pooled.hi,
        "p_sides_differ": differ.p,
        "segments": n.sum(axis=0),
        **({"bands": evidence["bands"]} if "bands" in evidence else {}),
    }


def _without(label: str, side: str) -> str:
    """Return the muscles of a pair without their side; empty where one is not on that side."""
    parts = label.split(" / ")
    if not all(p.startswith(f"{side} ") for p in parts):
        return ""
    return " / ".join(sorted(p.removeprefix(f"{side} ") for p in parts))


def _floats(arrays: Arrays, name: str) -> Floats:
    return np.asarray(arrays[name], dtype=np.float64)

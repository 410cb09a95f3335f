"""What the camera saw: pictures with what was measured, traces, postures, closed lids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eutonia import plot
from eutonia.exam.twstrs_angles import twstrs_proposals, twstrs_withheld
from eutonia.film import PREFIX
from eutonia.measures.withheld import tells
from eutonia.model import Assessment, Evidence
from eutonia.plot.source import Arrays
from eutonia.report.block import Block, Figure, Heading, Note, Paragraph, Table
from eutonia.report.figures.canvas import WIDTH_IN, label, svg
from eutonia.report.words import listed, spaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

#: Closure above which a lid counts as shut (measures.md §8).
SHUT = 0.5
#: Channels that are drawn over time, by kind of movement: their sites.
TRACED = {
    "head": ("yaw", "pitch", "roll"),
    "lid": ("closure",),
    "mouth": ("jaw_opening", "jaw_deviation", "lip_gap", "corner_out"),
    "finger": (),
    "gait": (),
}
#: Drawn as what changes: where a closed jaw or a corner lies is the person's own face, and lines
#: that lie far apart hide all movement.
FROM_MIDDLE = frozenset({"mouth"})
MOST_TRACES = 6
#: Flag of a finger that was hidden behind two others.
HIDDEN = "bend_hidden"
#: Letters that the width of a figure holds in a legend, and those that a line of it takes.
LINE_LETTERS, HANDLE_LETTERS = 112, 9
#: Longest pause across which values that stand alone are joined in a drawing. [D]
JOINED_S = 2.0
_KINDS = {
    "head": "head",
    "lid": "closure of the lids",
    "mouth": "mouth and jaw",
    "finger": "joints of the fingers",
    "gait": "body: trunk, arms and legs",
}
_COLUMNS, _TALLEST_IN = 3, 2.6
_PRIVACY = (
    "Pictures and landmarks of a face are personal data even without a name. Without them: "
    "--landmarks-only; with the face covered: --cover-faces."
)


def filmed(assessment: Assessment, evidence: Evidence) -> Iterator[Block]:
    """Yield the section on each video of the visit, if there is any."""
    films = {k.removeprefix(PREFIX): v for k, v in evidence.items() if k.startswith(PREFIX)}
    if not films:
        return
    yield Heading(text="What the camera saw", level=2, anchor="filmed")
    yield Paragraph(
        text="Check by eye that the lines follow the person: numbers are only as good as what was "
        f"seen. {_PRIVACY}",
        style="small",
    )
    for name, arrays in films.items():
        yield Heading(text=name, level=3, anchor=f"filmed-{_id(name)}")
        yield Paragraph(text=_about(arrays), style="small")
        if said := _warnings(assessment, name):
            yield Note(text=said)
        if "pictures" in arrays:
            yield _pictures(name, arrays)
        yield from _traces(name, arrays, against=_against(assessment, name))
        if (figure := _map(name, arrays)) is not None:
            yield figure
        if (figure := _raster(name, arrays)) is not None:
            yield figure
    yield from _twstrs(assessment)


def _twstrs(assessment: Assessment) -> Iterator[Block]:
    """Yield what the angles propose for items of the TWSTRS; an examiner rates."""
    estimates = [f.estimate for f in assessment.findings]
    found, withheld = twstrs_proposals(estimates), twstrs_withheld(estimates)
    if not (found or withheld):
        return
    yield Heading(text="TWSTRS items that the video proposes", level=3, anchor="filmed-twstrs")
    if found:
        yield Table(
            caption="Severity, estimated from angles, not rated; nothing of it enters a total",
            header=("Item", "Estimated", "Interval allows", "From"),
            widths=(1.2, 0.8, 1.0, 5.0),
            rows=tuple(
                (
                    spaced(p.item),
                    str(p.score),
                    str(p.lowest) if p.lowest == p.highest else f"{p.lowest} to {p.highest}",
                    p.words + (f" ({', '.join(p.refs)})" if p.refs else ""),
                )
                for p in found
            ),
        )
    why = f"Not proposed: {' '.join(withheld)} " if withheld else ""
    yield Paragraph(text=f"{why}An item that is not listed was not proposed: it is not 'none'.")


def _about(arrays: Arrays) -> str:
    width, height = (int(v) for v in arrays["size"])
    return f"{width} × {height} pixels, {float(arrays['rate_hz']):.0f} pictures a second."


def _warnings(assessment: Assessment, name: str) -> str:
    """Return what was found wrong with a video, once for all kinds of movement in it."""
    messages = [
        issue.message
        for r in assessment.recordings
        if r.id.rpartition("#")[0] == name
        for issue in r.issues
        if issue.severity != "note"
    ]
    return " ".join(dict.fromkeys(messages))


def _pictures(name: str, arrays: Arrays) -> Figure:
    pictures = np.asarray(arrays["pictures"])
    at_s = np.asarray(arrays["pictures_s"], dtype=float)
    titles = [f"{t:.1f} s {_during(arrays, t)}".strip() for t in at_s]
    rows = -(-len(pictures) // _COLUMNS)
    height, width = pictures.shape[1:3]
    each = min(WIDTH_IN / _COLUMNS * height / width, _TALLEST_IN) + 0.25
    return _figure(
        name,
        "pictures",
        title="Pictures with what was seen",
        alt=f"{len(pictures)} pictures of the video with landmarks drawn in, at {listed(titles)}.",
        caption="Of each condition the most usual moment, but of a range of motion its ends as far "
        "as the face was seen; then the moments furthest from the usual one. Blue: the person's "
        "left; orange: right; pale: a finger whose bend is guessed; grey: one that was hidden.",
        draw=partial(_draw_pictures, pictures=pictures, titles=titles),
        height_in=rows * each,
    )


def _draw_pictures(canvas: Canvas, *, pictures: NDArray[Any], titles: list[str]) -> None:
    rows = -(-len(pictures) // _COLUMNS)
    axes = canvas.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, picture, title in zip(axes, pictures, titles, strict=False):
        ax.imshow(picture, interpolation="none")
        ax.set_title(label(title, 40), fontsize=7)


def _against(assessment: Assessment, name: str) -> str:
    """Return what the angles of the head in a video are against."""
    channels = (c for r in assessment.recordings if r.id == f"{name}#head" for c in r.channels)
    return "camera" if any("no_trunk" in c.flags for c in channels) else "trunk"


def _traces(name: str, arrays: Arrays, *, against: str) -> Iterator[Figure]:
    for kind, wanted in TRACED.items():
        if f"{kind}.x" not in arrays:
            continue
        x, t = _of(arrays, kind)
        rows = _chosen(arrays, kind, wanted)
        if not rows:
            continue
        labels = [label(str(arrays[f"{kind}.labels"][i]), 30) for i in rows]
        unit = _unit(str(arrays[f"{kind}.units"][rows[0]]))
        seldom = [n for i, n in zip(rows, labels, strict=True) if _seldom(x[i])]
        joined = f"Looked at now and then, and joined: {listed(seldom)}. " if seldom else ""
        yield _figure(
            name,
            kind,
            title=f"Over time: {_KINDS[kind]}",
            alt=f"{listed(labels)} over {t[-1] - t[0]:.0f} s ({unit or 'no unit'}): "
            + " ".join(_range(x[i], n) for i, n in zip(rows, labels, strict=True)),
            caption=f"Gaps: not seen. {joined}{_signs(kind, against)}",
            draw=partial(_draw_traces, arrays=arrays, kind=kind, rows=rows, unit=unit),
            height_in=1.75 + 0.15 * -(-len(rows) // _columns(labels)),
        )


def _draw_traces(canvas: Canvas, *, arrays: Arrays, kind: str, rows: list[int], unit: str) -> None:
    x, t = _of(arrays, kind)
    drawn = np.array([_joined(x[i], float(arrays[f"{kind}.rate_hz"])) for i in rows])
    if kind in FROM_MIDDLE:
        drawn = drawn - np.nanmedian(drawn, axis=1, keepdims=True)
    labels = [label(str(arrays[f"{kind}.labels"][i]), 30) for i in rows]
    ax = canvas.subplots()
    plot.traces(t, drawn, labels, unit=unit, spans=_spans(arrays), ax=ax)
    canvas.legend(loc="outside upper left", ncols=_columns(labels), borderaxespad=0.2)


def _columns(labels: list[str]) -> int:
    """Return how many names with their lines stand beside each other in a legend."""
    return max(1, LINE_LETTERS // (max(map(len, labels)) + HANDLE_LETTERS))


def _seldom(row: NDArray[np.float64]) -> bool:
    """Whether most values stand alone, as of a part that is not looked for in every picture."""
    seen = np.concatenate([[False], np.isfinite(row), [False]])
    alone = seen[1:-1] & ~seen[:-2] & ~seen[2:]
    return bool(alone.sum() > 0.5 * max(seen.sum(), 1))


def _joined(row: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Return a row for drawing, in which values that stand alone are joined to the next ones."""
    at = np.flatnonzero(np.isfinite(row))
    if len(at) < 2 or not _seldom(row):
        return row
    apart = np.diff(at)
    far = apart > min(JOINED_S * rate_hz, 4 * np.median(apart))
    filled = np.interp(np.arange(len(row)), at, row[at], left=np.nan, right=np.nan)
    for start, stop in zip(at[:-1][far], at[1:][far], strict=True):
        filled[start + 1 : stop] = np.nan
    return filled


def _chosen(arrays: Arrays, kind: str, wanted: tuple[str, ...]) -> list[int]:
    """Return the channels that are drawn: the wanted ones, else those of the first unit.

    What was hidden is a guess of the model's and is not measured: it is not drawn either.
    """
    x = np.asarray(arrays[f"{kind}.x"], dtype=float)
    sites, units = (list(arrays[f"{kind}.{n}"]) for n in ("sites", "units"))
    flags = [str(of) for of in arrays.get(f"{kind}.flags", [""] * len(x))]
    seen = [i for i in range(len(x)) if np.isfinite(x[i]).any() and HIDDEN not in flags[i].split()]
    if named := [i for i in seen if sites[i] in wanted]:
        return named[:MOST_TRACES]
    told = [i for i in seen if not str(sites[i]).startswith("hand_")]  # how the hand lies
    told = [i for i in told if kind != "finger" or tells(str(sites[i]), flags[i].split())]
    if not told:
        return []
    # Whole fingers first, then what moves most; of two hands as much of either.
    whole = {i: kind == "finger" and str(sites[i]).endswith("_curl") for i in told}
    first = max(told, key=lambda i: whole[i])
    same = [i for i in told if units[i] == units[first]]
    order = sorted(same, key=lambda i: (not whole[i], -float(np.nanstd(x[i]))))
    sides = [str(side) for side in arrays.get(f"{kind}.sides", [""] * len(x))]
    each = [[i for i in order if sides[i] == side] for side in dict.fromkeys(sides)]
    either = [i for row in zip_longest(*each) for i in row if i is not None]
    return (either if kind == "finger" else order)[:MOST_TRACES]


def _map(name: str, arrays: Arrays) -> Figure | None:
    """Return the map of the head's postures."""
    if "head.x" not in arrays:
        return None
    sites, (x, _) = list(arrays["head.sites"]), _of(arrays, "head")
    if not {"yaw", "pitch"} <= set(sites):
        return None
    yaw, pitch = x[sites.index("yaw")], x[sites.index("pitch")]
    if not (np.isfinite(yaw) & np.isfinite(pitch)).any():
        return None

    def draw(canvas: Canvas) -> None:
        plot.posture_map(yaw, pitch, ax=canvas.subplots())

    return _figure(
        name,
        "postures",
        title="Where the head was",
        alt=f"Map of rotation against flexion of the head. {_range(yaw, 'Rotation')} "
        f"{_range(pitch, 'Flexion')}",
        caption="The brighter, the longer the head stayed there. Beyond 45° at the edge.",
        draw=draw,
        height_in=2.9,
    )


#: Said of closures of eyes that were not calibrated.
_UNCALIBRATED = (
    " Gentle closures were not filmed, so that how far this eye shuts is guessed: eyes that stay "
    "shut may look as if they flickered, and one eye otherwise than the other. The marks are no "
    "count; what could be counted stands in the tables."
)


def _calibrated(arrays: Arrays) -> bool:
    """Tell whether gentle closures are among what was filmed."""
    return any(str(n).startswith("closures") for n in arrays["span_names"])


def _raster(name: str, arrays: Arrays) -> Figure | None:
    """Return when each eye was closed."""
    if "lid.x" not in arrays:
        return None
    x, t = _of(arrays, "lid")
    rows = _chosen(arrays, "lid", TRACED["lid"])
    if not rows:
        return None
    closed = np.nan_to_num(x[rows]) > SHUT
    labels = [label(str(arrays["lid.labels"][i]), 30) for i in rows]

    def draw(canvas: Canvas) -> None:
        ax = canvas.subplots()
        plot.raster(t, closed, labels, spans=_spans(arrays), ax=ax)
        if ax.get_legend_handles_labels()[0]:
            canvas.legend(loc="outside upper left", ncols=2, borderaxespad=0.2)

    shares = " ".join(f"{n}: {100 * c.mean():.1f} %." for n, c in zip(labels, closed, strict=True))
    unsure = "" if _calibrated(arrays) else _UNCALIBRATED
    return _figure(
        name,
        "blinks",
        title="When the eyes were closed",
        alt=f"Each closure of each eye, a minute a line. Share of the time: {shares}",
        caption=f"Closed: closure above {SHUT:g}. A thin mark is a blink, a wide one a closure."
        + unsure,
        draw=draw,
        height_in=0.9 + plot.video.MINUTE_IN * (int((t[-1] - t[0]) // 60) + 1),
    )


def _of(arrays: Arrays, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.asarray(arrays[f"{kind}.x"], dtype=np.float64)
    return x, np.arange(x.shape[1]) / float(arrays[f"{kind}.rate_hz"])


def _spans(arrays: Arrays) -> list[tuple[float, float, str]]:
    names = [label(str(n), 24) for n in arrays["span_names"]]
    if len(names) == 1:
        return []
    return [
        (float(a), float(b), n)
        for (a, b), n in zip(np.asarray(arrays["span_s"]), names, strict=True)
    ]


def _during(arrays: Arrays, t: float) -> str:
    spans = zip(np.asarray(arrays["span_s"]), arrays["span_names"], strict=True)
    return next((f"({n})" for (a, b), n in spans if a <= t < b), "")


def _range(row: NDArray[np.float64], name: str) -> str:
    seen = row[np.isfinite(row)]
    lo, mid, hi = (float(v) for v in np.percentile(seen, (5, 50, 95)))
    return f"{name}: median {mid:.2g}, 90 % between {lo:.2g} and {hi:.2g}."


def _unit(unit: str) -> str:
    return {"deg": "degrees", "1": "share"}.get(unit, unit)


def _signs(kind: str, against: str) -> str:
    if kind == "head":
        return (
            f"Angles against the {against}. Positive: chin to the person's right, chin up, ear to "
            "the right shoulder."
        )
    if kind == "mouth":
        return (
            "As seen, each line against its own middle (median). Positive: jaw open, chin to the "
            "person's right, lips apart, corner away from the midline."
        )
    return ""


def _figure(name: str, what: str, **parts: Any) -> Figure:
    """Return a figure of a video; its name is unique in the report."""
    unique = f"figure-filmed-{_id(name)}-{what}"
    draw, height_in = parts.pop("draw"), parts.pop("height_in")
    caption = f"{parts['title']}: {name}. {parts.pop('caption')}".strip()
    return Figure(
        name=unique,
        caption=caption,
        draw=partial(svg, draw, name=unique, height_in=height_in),
        **parts,
    )


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name)

"""Blocks as a tagged PDF (PDF/UA-1), set with typst."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any

from eutonia.report.block import Block, Figure, Heading, Ref, Title
from eutonia.report.glyphs import font_folder, printable

#: Letters after which a word without spaces, such as a path, may be broken.
_BREAK_AFTER = 18
_LONG_WORD = re.compile(rf"(\S{{{_BREAK_AFTER}}})(?=\S)")


def pdf(blocks: tuple[Block, ...], drawn: Mapping[str, str]) -> bytes:
    """Return the document.

    Parameters
    ----------
    blocks : tuple of Block
        The first is the `Title`.
    drawn : mapping of str to str
        SVG of each figure, by name.
    """
    import typst

    title = blocks[0]
    if not isinstance(title, Title):
        raise TypeError("the first block of a report is its Title")
    report = {"title": _block(title, drawn), "blocks": [_block(b, drawn) for b in blocks]}
    template = files(__package__).joinpath("report.typ").read_bytes()
    compiler = typst.Compiler(
        template,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[font_folder()]),
        sys_inputs={"report": json.dumps(report)},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise TypeError("typst returned no document")
    return made


def _block(block: Block, drawn: Mapping[str, str]) -> dict[str, Any]:
    """Return a block as JSON: its kind and its fields."""
    told = {f.name: _plain(getattr(block, f.name)) for f in fields(block) if f.name != "draw"}
    if isinstance(block, Heading):
        told["anchor"] = block.anchor  # a label, which must stay as references name it
    if isinstance(block, Figure):
        told["svg"] = drawn[block.name]
    return told | {"type": type(block).__name__}


def _plain(value: Any) -> Any:
    """Return texts as they can be set; anchors stay as they are."""
    if isinstance(value, str):
        return _LONG_WORD.sub("\\1\u200b", printable(value))
    if isinstance(value, Ref):
        return {"words": _plain(value.words), "anchor": value.anchor}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value

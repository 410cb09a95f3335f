"""Blocks as one self-contained HTML file: no script, no network, no font to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import singledispatch
from html import escape
from importlib.resources import files

from eutonia.report.block import (
    Block,
    Bullets,
    Figure,
    Heading,
    KeyValues,
    Note,
    PageBreak,
    Paragraph,
    Ref,
    Table,
    Text,
    Title,
)

#: Nothing is loaded; pictures may stand in the file itself, as maps do inside a drawing.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def html(blocks: tuple[Block, ...], drawn: Mapping[str, str]) -> str:
    """Return the document.

    Parameters
    ----------
    blocks : tuple of Block
        The first is the `Title`.
    drawn : mapping of str to str
        SVG of each figure, by name.
    """
    title = blocks[0]
    if not isinstance(title, Title):
        raise TypeError("the first block of a report is its Title")
    css = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    body = "\n".join(_body(blocks, title, drawn))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title.text)}</title>
<style>
{css}{_page_css(title)}</style>
</head>
<body>
<a class="skip" href="#glance">Skip to the report</a>
{_banner(title)}<main>
{body}
</main>
</body>
</html>
"""


def _body(blocks: tuple[Block, ...], title: Title, drawn: Mapping[str, str]) -> Iterator[str]:
    chips = "".join(f'<span class="chip">{escape(label)}</span>' for label in title.labels)
    breaks = False
    for block in blocks:
        if isinstance(block, PageBreak):
            breaks = True
        elif isinstance(block, Figure):
            yield _figure(block, drawn[block.name])
        elif isinstance(block, Heading):
            yield _heading(block, chips=chips if block.level == 2 else "", breaks=breaks)
            breaks = False
        else:
            yield _written(block)


@singledispatch
def _written(block: object) -> str:
    raise TypeError(f"no HTML is known for {type(block).__name__}")


@_written.register
def _title(block: Title) -> str:
    return (
        f'<header class="title"><h1>{escape(block.text)}</h1>'
        f'<span class="aside">{escape(block.aside)}</span></header>'
    )


@_written.register
def _paragraph(block: Paragraph) -> str:
    return f"<p{_class(block.style)}>{_text(block.text)}</p>"


@_written.register
def _bullets(block: Bullets) -> str:
    items = "".join(f"<li>{_text(item)}</li>" for item in block.items)
    return f"<ul{_class(block.style)}>{items}</ul>"


@_written.register
def _note(block: Note) -> str:
    role = ' role="alert"' if block.kind == "danger" else ' role="note"'
    return f'<p class="{block.kind}"{role}>{_text(block.text)}</p>'


@_written.register
def _key_values(block: KeyValues) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td>{_text(text)}</td></tr>'
        for key, text in block.rows
    )
    return (
        f'<table class="rows"><caption>{escape(block.caption)}</caption><tbody>{rows}</tbody>'
        "</table>"
    )


@_written.register
def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.header)
    share = 100 / sum(block.widths)
    columns = "".join(f'<col style="width:{w * share:.1f}%">' for w in block.widths)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in block.rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(block.caption)}">'
        f"<table><caption>{escape(block.caption)}</caption><colgroup>{columns}</colgroup>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _heading(block: Heading, *, chips: str, breaks: bool) -> str:
    anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
    new_page = ' class="break"' if breaks else ""
    return f"<h{block.level}{anchor}{new_page}>{escape(block.text)}{chips}</h{block.level}>"


def _figure(block: Figure, svg: str) -> str:
    """Return the SVG with its title and description inside, as screen readers want them."""
    told = (
        f'<title id="{block.name}-title">{escape(block.title)}</title>'
        f'<desc id="{block.name}-desc">{escape(block.alt)}</desc>'
    )
    described = f'role="img" aria-labelledby="{block.name}-title {block.name}-desc"'
    start = svg.index(">") + 1
    opening = svg[: start - 1].replace("<svg", f"<svg {described}", 1)
    return (
        f'<figure id="{block.name}">{opening}>{told}{svg[start:]}'
        f"<figcaption>{escape(block.caption)}</figcaption></figure>"
    )


def _text(text: Text) -> str:
    if isinstance(text, str):
        return escape(text)
    return "".join(
        f'<a href="#{escape(part.anchor)}">{escape(part.words)}</a>'
        if isinstance(part, Ref)
        else escape(part)
        for part in text
    )


def _class(style: str) -> str:
    return "" if style == "body" else f' class="{style}"'


def _banner(title: Title) -> str:
    if not title.labels:
        return ""
    words = " ".join(escape(w) for w in title.label_words)
    names = escape(" · ".join(title.labels))
    said = words or f"<strong>{names}</strong>"
    return f'<div class="label" role="note">{said}</div>\n'


def _page_css(title: Title) -> str:
    """Put the labels and the running words on every printed page."""
    head = _css_string(" · ".join((*title.labels, title.running)))
    return (
        "@page { size: A4; margin: 18mm 16mm; "
        f"@top-left {{ content: {head}; font: 8pt sans-serif; color: #55595e; }} "
        '@bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }\n'
    )


def _css_string(text: str) -> str:
    """Quote a text for CSS inside HTML: everything but plain letters and spaces by its number."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in text) + '"'

"""A document as HTML: a fragment for notebooks, or a whole page. Everything is escaped; no links and no scripts."""

from __future__ import annotations

import base64
from html import escape
from itertools import groupby

from modelpick.document import Block, Cell, Document, Heading, Quote, Table, Text, Tone
from modelpick.render.sanitise import clean, clean_line

_COLOURS = {Tone.GOOD: "#1a7f37", Tone.BAD: "#b42318", Tone.WARN: "#9a6700", Tone.MUTED: "#6b7280"}


def render_html(document: Document) -> str:
    """The document's blocks as one `<div>`."""
    parts = []
    for items, blocks in groupby(document.blocks, key=lambda block: isinstance(block, Text) and block.item):
        html = "\n".join(map(_html, blocks))
        parts.append(f"<ul>{html}</ul>" if items else html)
    return '<div class="modelpick">' + "\n".join(parts) + "</div>"


_PAGE_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1f2328; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { padding: 0.25rem 0.9rem 0.25rem 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #999; font-weight: 600; }
td { font-variant-numeric: tabular-nums; border-bottom: 1px solid #eee; }
caption { text-align: left; font-weight: 600; }
blockquote { border-left: 3px solid #ccc; margin-left: 0; padding-left: 1rem; font-style: italic; }
img { max-width: 100%; }
"""


def render_page(document: Document) -> str:
    """The document as one page that needs nothing else: pictures are in it, and it loads nothing."""
    title = next((clean_line(block.text) for block in document.blocks if isinstance(block, Heading)), "modelpick")
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_PAGE_STYLE}</style>\n</head>\n<body>\n"
        f"{render_html(document)}\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        level = min(block.level + 2, 6)
        return f"<h{level}>{escape(clean_line(block.text))}</h{level}>"
    if isinstance(block, Text):
        tag = "li" if block.item else "p"
        return f"<{tag}{_style(block.tone)}>{_multiline(block.text)}</{tag}>"
    if isinstance(block, Quote):
        place = f"<br><small>{escape(clean_line(block.place))}</small>" if block.place else ""
        return f"<blockquote>{_multiline(block.text)}{place}</blockquote>"
    if isinstance(block, Table):
        return _table(block)
    from modelpick.render.plot import chart_image

    picture = base64.b64encode(chart_image(block)).decode("ascii")
    return f'<img alt="{escape(clean_line(block.title))}" src="data:image/png;base64,{picture}">'


def _multiline(text: str) -> str:
    return "<br>".join(escape(line) for line in clean(text).split("\n"))


def _style(tone: Tone, *, right: bool = False) -> str:
    rules = [f"color:{_COLOURS[tone]}"] if tone in _COLOURS else []
    if tone is Tone.STRONG:
        rules.append("font-weight:bold")
    if right:
        rules.append("text-align:right")
    return f' style="{";".join(rules)}"' if rules else ""


def _table(block: Table) -> str:
    caption = f"<caption>{escape(clean_line(block.title))}</caption>" if block.title else ""
    head = "".join(
        f"<th{_style(Tone.PLAIN, right=column in block.right)}>{escape(clean_line(column))}</th>"
        for column in block.columns
    )
    rows = []
    for row in block.rows:
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
        tds = (
            f"<td{_style(cell.tone, right=column in block.right)}>{escape(clean_line(cell.text))}</td>"
            for column, cell in zip(block.columns, cells, strict=True)
        )
        rows.append("<tr>" + "".join(tds) + "</tr>")
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"

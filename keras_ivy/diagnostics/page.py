"""The page of a diagnosis: one file, findings first, then pictures, then the table that sorts.

Nothing is fetched: style, pictures (SVG) and the few lines of script stand in the file.
"""

import html
import math
import os
from collections.abc import Sequence

from keras_ivy.diagnostics.finding import Finding, grouped
from keras_ivy.diagnostics.rows import LEGEND, Row
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["check_page", "page"]

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#5c5c5c;--ground:#fff;--line:#d5d5d5;
--error:#b3261e;--warning:#8a5300;--note:#22568f;--one:#0072b2;--two:#d55e00}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#a9a9a9;--ground:#161616;
--line:#3c3c3c;--error:#ff8a80;--warning:#ffb74d;--note:#90caf9;--one:#56b4e9;--two:#ff9d5c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
p{margin:.3rem 0}.soft{color:var(--soft)}
article{border-left:.3rem solid var(--line);padding:.2rem .8rem;margin:.8rem 0}
article.error{border-color:var(--error)}article.warning{border-color:var(--warning)}
article.note{border-color:var(--note)}
.error b{color:var(--error)}.warning b{color:var(--warning)}.note b{color:var(--note)}
details{margin:.3rem 0}summary{cursor:pointer}ul{margin:.2rem 0;padding-left:1.2rem}
pre{margin:.4rem 0;padding:.5rem;border:1px solid var(--line);white-space:pre-wrap}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
figure{margin:0}figcaption{font-size:.9rem}svg{width:100%;height:auto;display:block}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.8rem;white-space:nowrap}
th,td{padding:.2rem .35rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child,th.text,td.text{text-align:left}
th:first-child,td:first-child{position:sticky;left:0;background:var(--ground)}
td.text{white-space:normal}td.text:first-child{min-width:7rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;font-size:.85rem}dd{margin:0}
th button{all:unset;cursor:pointer;font-weight:600}
th button:focus-visible{outline:2px solid var(--note)}
"""

_SCRIPT = """
for(const b of document.querySelectorAll("th button"))b.onclick=()=>{
const th=b.closest("th"),body=th.closest("table").tBodies[0],i=th.cellIndex,
up=th.ariaSort!=="ascending",of=r=>r.cells[i].dataset.value??"";
for(const t of th.parentNode.cells)t.removeAttribute("aria-sort");
th.ariaSort=up?"ascending":"descending";
body.append(...[...body.rows].sort((a,b)=>{let x=of(a),y=of(b);
if(x===""||y==="")return (x==="")-(y==="");
const d=isNaN(x)||isNaN(y)?x.localeCompare(y,undefined,{numeric:true}):x-y;return up?d:-d}))}
"""

#: The pictures: title, what is drawn, and lines that mark bounds.
_PICTURES: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    ("Signal: rms of what a layer puts out", "rms", ()),
    ("Gradient of the loss by it: rms", "grad_rms", ()),
    ("Step of the optimizer by the norm of the kernel (1e-3 is usual)", "update_ratio", (1e-3,)),
    ("Kernel by what its true fans ask for (1 is right)", "weight_ratio", (1.0,)),
)
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 400, 220, 50, 12, 34
#: So many letters of the first and of the last name fit below a picture side by side.
_LETTERS = 22


def check_page(path: str | os.PathLike) -> None:
    """Refuse the name of a file that no browser would take for a page.

    Raises:
        ValueError: If it does not end in `.html` or `.htm`.
    """
    if not os.fsdecode(path).lower().endswith((".html", ".htm")):
        raise IvyValueError(
            "A report is saved as a page, `.html`. Numbers are had by `to_json()`, and pictures "
            f"by `figure, axes = report.plot()`. {received('path', path)}"
        )


def page(
    title: str,
    verdict: str,
    findings: Sequence[Finding],
    rows: Sequence[Row],
    columns: Sequence[tuple[str, str]],
    cells: Sequence[Sequence[str]],
    summary: Sequence[str],
) -> str:
    """Return the page as HTML.

    Args:
        title: Name of the model.
        verdict: One line.
        findings: The findings, worst first.
        rows: The rows.
        columns: Headings and attributes of the table.
        cells: The texts of the table, headings first.
        summary: Lines about the whole model.
    """
    pictures = "".join(
        picture
        for caption, name, marks in _PICTURES
        if (picture := _picture(caption, rows, name, marks))
    )
    parts = [
        f"<h1>{html.escape(title)}</h1><p>{html.escape(verdict)}</p>",
        *(f'<p class="soft">{html.escape(line)}</p>' for line in summary if line),
        "<h2>Findings</h2>",
        "".join(map(_finding, grouped(findings))) or "<p>None.</p>",
        f'<h2>By depth</h2><div class="pictures">{pictures}</div>' if pictures else "",
        "<h2>Layers, in the order of calls</h2>",
        f'<div class="wide">{_table(rows, columns, cells)}</div>',
        f"<details><summary>What columns and numbers mean</summary>{_legend()}</details>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}: diagnosis</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}<script>{_SCRIPT}</script></body></html>"
    )


def _finding(group: Sequence[Finding]) -> str:
    """One fault, with the layers that it is the same in folded away."""
    first, *others = group
    where = f" {html.escape(first.layer)}" if first.layer else ""
    more = ""
    if others:
        items = "".join(
            f"<li>{html.escape(each.layer)}: {html.escape(each.evidence)}</li>" for each in others
        )
        more = (
            f"<details><summary>the same in {len(others)} more</summary><ul>{items}</ul></details>"
        )
    return (
        f'<article class="{first.severity}"><p><b>{first.severity} {first.kind}</b>{where}'
        f"</p><p>{html.escape(first.evidence)}</p>{more}<pre>{html.escape(first.remedy)}</pre>"
        f'<p class="soft">{html.escape(first.reference)}</p></article>'
    )


def _legend() -> str:
    """What the headings say."""
    pairs = (
        f"<dt>{html.escape(heading)}</dt><dd>{html.escape(meaning.replace('`', ''))}</dd>"
        for heading, meaning in LEGEND.items()
    )
    return f"<dl>{''.join(pairs)}</dl>"


def _table(
    rows: Sequence[Row], columns: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]]
) -> str:
    texts = {
        i
        for i, (_, name) in enumerate(columns)
        if any(isinstance(getattr(row, name), str | tuple) for row in rows)
    }
    mark = [' class="text"' if i in texts else "" for i in range(len(columns))]
    head = "".join(
        f"<th{mark[i]}><button>{html.escape(text)}</button></th>" for i, text in enumerate(cells[0])
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{mark[i]} data-value="{html.escape(_sort_value(getattr(row, name)))}">'
            f"{html.escape(text)}</td>"
            for i, ((_, name), text) in enumerate(zip(columns, line, strict=True))
        )
        + "</tr>"
        for row, line in zip(rows, cells[1:], strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _sort_value(value: object) -> str:
    if value is None:
        return ""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _picture(caption: str, rows: Sequence[Row], name: str, marks: Sequence[float]) -> str:
    """A number by depth on a logarithmic axis, as SVG; empty without numbers above zero."""
    points = [
        (i, math.log10(value), row.name)
        for i, row in enumerate(rows)
        if (value := getattr(row, name)) is not None and 0 < value < math.inf
    ]
    if not points:
        return ""
    logs = [log for _, log, _ in points] + [math.log10(mark) for mark in marks]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    low, high = (low, low + 1) if low == high else (low, high)
    last = max(len(rows) - 1, 1)

    def x(i: float) -> float:
        return _LEFT + 8 + i / last * (_WIDTH - _LEFT - 24)

    def y(log: float) -> float:
        return _TOP + (high - log) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    step = max(1, math.ceil((high - low) / 6))
    parts = []
    for log in range(low, high + 1, step):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y(log):.1f}" y2="{y(log):.1f}" '
            'stroke="var(--line)"/>'
            f'<text x="{_LEFT - 6}" y="{y(log) + 4:.1f}" text-anchor="end">1e{log}</text>'
        )
    for mark in marks:
        at = y(math.log10(mark))
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{at:.1f}" y2="{at:.1f}" '
            'stroke="var(--two)" stroke-dasharray="5 4"/>'
        )
    line = " ".join(f"{x(i):.1f},{y(log):.1f}" for i, log, _ in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="var(--one)" stroke-width="1.5"/>')
    parts += [
        f'<circle cx="{x(i):.1f}" cy="{y(log):.1f}" r="2.6" fill="var(--one)">'
        f"<title>{html.escape(label)}: {10**log:.3g}</title></circle>"
        for i, log, label in points
    ]
    first, end = html.escape(_cut(rows[0].name)), html.escape(_cut(rows[-1].name))
    parts.append(
        f'<text x="{_LEFT}" y="{_HEIGHT - 10}">{first}</text>'
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 10}" text-anchor="end">{end}</text>'
    )
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{html.escape(caption)}">{"".join(parts)}</svg>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _cut(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"

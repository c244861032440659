"""A digest as one HTML page: one column, light and dark, no script, nothing to be fetched; under 100 kB, where mail programs cut."""

import html
from collections.abc import Callable, Iterator, Sequence

from tracker.forms import charts
from tracker.forms.numbering import Numbers
from tracker.forms.outside import address, detail, figures, paragraphs, plain, series, sparkline, where
from tracker.models import Line
from tracker.pages import Digest, DigestEntry, Sentence

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--paper:#fff;--rule:#d1d9e0;--link:#0550ae;--papers:#0969da;--people:#bc4c00;
--c0:#0969da;--c1:#bc4c00;--c2:#1a7f37;--c3:#8250df;--c4:#9a6700;--c5:#bf3989}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--paper:#0d1117;--rule:#3d444d;--link:#79c0ff;--papers:#58a6ff;--people:#f0883e;
--c0:#58a6ff;--c1:#f0883e;--c2:#3fb950;--c3:#bc8cff;--c4:#d29922;--c5:#f778ba}}
body{max-width:44em;margin:1.5em auto;padding:0 1em;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1{font-size:1.5em;line-height:1.25}h2{font-size:1.2em;margin:1.8em 0 .4em;border-bottom:1px solid var(--rule)}
h3{font-size:1.05em;margin:1.3em 0 .2em}h3 small{font-weight:normal;color:var(--dim)}
p{margin:.4em 0}ul{margin:.4em 0;padding-left:1.2em}li{margin:.2em 0}.dim,li small{color:var(--dim);font-size:.875em}
.bars{font-family:ui-monospace,monospace;margin:.2em 0}svg{display:block;max-width:100%;height:auto;margin:.4em 0}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .tick{font-size:10px;fill:var(--dim);text-anchor:middle}
.axis{stroke:var(--rule);fill:none}.curve,.track{fill:none;stroke-width:2}.people.curve{stroke-dasharray:5 3}.band{stroke:none;fill-opacity:.14}
.papers{stroke:var(--papers);fill:var(--papers)}.people{stroke:var(--people);fill:var(--people)}.papers.curve,.people.curve{fill:none}.papers.band,.people.band{stroke:none}
.c0{stroke:var(--c0);fill:var(--c0)}.c1{stroke:var(--c1);fill:var(--c1)}.c2{stroke:var(--c2);fill:var(--c2)}.c3{stroke:var(--c3);fill:var(--c3)}
.c4{stroke:var(--c4);fill:var(--c4)}.c5{stroke:var(--c5);fill:var(--c5)}.track{fill:none}
"""
_LEGEND = (
    "Curves: papers (solid) and people who post (dashed), each as a share of its week on a scale of its own, "
    "with the 95 % interval."
)

Say = Callable[[Sequence[Sentence]], str]


def to_html(digest: Digest, *, drawn: bool = True) -> str:
    """Return a digest as an HTML page.

    Args:
        digest: what is written.
        drawn: with SVG charts; mail programs drop these, so a mail has the curves in characters.
    """
    numbers = Numbers(digest)

    def say(sentences: Sequence[Sentence]) -> str:
        told = [
            safe(one.text) + "".join(f' <a href="#r{number}">[{number}]</a>' for number in numbers.of(one))
            for one in sentences
        ]
        return f"<p>{' '.join(told)}</p>" if told else ""

    body = [f"<h1>{safe(digest.title)}</h1>"]
    for section in digest.sections:
        body += [f"<h2>{safe(section.heading)}</h2>", say(section.lead)]
        if drawn and section.key == "rising":
            body += _overview(digest)
        for entry in section.entries:
            body.extend(_entry(entry, digest, say, drawn=drawn))
    if digest.how:
        body.append(f'<h2>How this was made</h2><div class="dim">{say(digest.how)}</div>')
    if cited := list(numbers.cited()):
        listed = "".join(f'<li id="r{number}">{_line(line, digest)}</li>' for number, line in cited)
        body.append(f"<h2>References</h2><ol>{listed}</ol>")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{safe(digest.title)}</title>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head><body>\n'
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _overview(digest: Digest) -> list[str]:
    """Return the places of the risers over the weeks, and what the curves below mean."""
    chart = charts.bump(digest.rankings, digest.weeks)
    span = f"{digest.weeks[0]} to {digest.weeks[-1]}" if digest.weeks else ""
    said = (
        f"Places by how far the share of the last four weeks stands above a topic's own mean, {span}." if chart else ""
    )
    return [chart, f'<p class="dim">{said} {_LEGEND}</p>'] if digest.weeks else []


def _entry(entry: DigestEntry, digest: Digest, say: Say, *, drawn: bool) -> Iterator[str]:
    leads = address(entry.item, entry.url) if entry.item else ""
    change = f" <small>{safe(figures(entry.topic))}</small>" if entry.topic and figures(entry.topic) else ""
    yield f"<h3>{anchor(entry.title, leads)}{change}</h3>"
    if entry.topic:
        chart = charts.curves(entry.topic, digest.weeks) if drawn else ""
        yield chart or "".join(
            f'<p class="bars">{name} {sparkline(values)}</p>' for name, values in series(entry.topic)
        )
    yield from map(say, paragraphs(entry.sentences))
    if entry.papers:
        yield "<ul>" + "".join(f"<li>{_line(line, digest)}</li>" for line in entry.papers) + "</ul>"


def safe(text: str) -> str:
    """Return outside text so that HTML shows it as it is."""
    return html.escape(plain(text))


def anchor(text: str, leads: str) -> str:
    """Return a text as a link, or as it is where it leads nowhere."""
    return f'<a href="{html.escape(leads)}">{safe(text)}</a>' if leads else safe(text)


def _line(line: Line, digest: Digest) -> str:
    words = safe(detail(line, digest.shared.get(line.id)))
    return anchor(line.title, where(line, digest)) + (f" <small>{words}</small>" if words else "")

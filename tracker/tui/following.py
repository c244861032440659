"""Following from the screen: what was named is tried once, shown, and written only when the user says so."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import TrackerError
from tracker.text import plural
from tracker.tui.blocks import Block, Document
from tracker.tui.cells import fit, steady

if TYPE_CHECKING:
    from tracker.following import Find, Following, ListReport, Trial

LIST_ENDINGS = (".opml", ".opml.xml")
SHOWN = 12
LONGEST = 200
"""Of a title so much is shown before it is followed."""
EXAMPLES = "an address, a handle, arxiv:cs.LG, neurips:2025, or an OPML file"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found, ready to be written.

    Attributes:
        document: what it is, for the eye.
        name: what the source would be called; empty for a list, and where there is nothing to write.
        write: takes the name, writes `feeds.toml`, returns what to tell; None where it is followed already.
    """

    document: Document
    name: str = ""
    write: Callable[[str], str] | None = None


def propose(following: "Following", text: str, *, attempt: bool = True) -> Proposal:
    """Recognise what somebody wants to follow, and try it unless they say not to.

    Raises:
        NotFoundError: nothing recognises it, or no way to read it works.
        TrackerError: a list cannot be read, or `feeds.toml` is wrong.
    """
    text = text.strip()
    if is_list(text):
        return _propose_list(following, text)
    find = following.find(text, attempt=attempt)
    if find.existing is not None:
        name = find.existing.name
        if find.existing.enabled:
            return Proposal(_said(name, "It is followed already."))
        return Proposal(_said(name, "It is followed already, but switched off."), name, lambda _: _on(following, name))
    name = str(following.table(find)["name"])
    return Proposal(_find_document(find), name, lambda chosen: _add(following, find, chosen if chosen != name else ""))


def is_list(text: str) -> bool:
    """Tell whether a text names an OPML file."""
    return text.partition("?")[0].lower().endswith(LIST_ENDINGS)


def _on(following: "Following", name: str) -> str:
    following.switch_on(name)
    return f"{name} is on again; r fetches it."


def _add(following: "Following", find: "Find", name: str) -> str:
    table = following.table(find, name=name)
    following.add([table])
    return f"Followed as {table['name']}; r fetches it."


def _propose_list(following: "Following", place: str) -> Proposal:
    body = following.download(place) if "://" in place else _read(Path(place).expanduser())
    report = following.add_list(body, write=False)
    if not report.added:
        return Proposal(_list_document(place, report))

    def write(_: str) -> str:
        return f"{plural(len(following.add_list(body).added), 'source')} added; R fetches them."

    return Proposal(_list_document(place, report), "", write)


def _read(path: Path) -> bytes:
    from tracker.following.opml import BYTE_LIMIT

    try:
        with path.open("rb") as file:
            return file.read(BYTE_LIMIT + 1)
    except OSError as error:
        raise TrackerError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error


def _said(name: str, words: str) -> Document:
    return Document((Block([(steady(name), "heading")]), Block([(words, "")], gap=True)))


def _find_document(find: "Find") -> Document:
    options = "  ".join(f"{name} = {steady(str(value), 200)}" for name, value in find.options.items())
    blocks = [Block([(steady(find.kind), "heading"), (f"  {options}", "dim")])]
    if find.price is not None:
        blocks.append(Block([(f"Reading it costs money: up to ${find.price:.2f} a sync.", "warm")], gap=True))
    if find.trial is not None:
        blocks += _trial_blocks(find.trial)
    blocks += [Block([("not ", "dim"), (steady(reason, 500), "dim")]) for reason in find.refused]
    return Document(tuple(blocks))


def _trial_blocks(trial: "Trial") -> list[Block]:
    whose = f"{steady(trial.title)}: " if trial.title else ""
    count = plural(trial.entries, "entry", "entries") if trial.entries else "it answers, with no entries just now"
    blocks = [Block([(whose, "strong"), (count, "good" if trial.entries else "warm")], gap=True)]
    blocks += [
        Block([(f"{fit(date[:10] or 'no date', 10)}  ", "dim"), (steady(title, LONGEST), "")], hanging=12)
        for date, title in trial.newest
    ]
    return blocks + [Block([(steady(problem, 300), "warm")]) for problem in trial.problems[:3]]


def _list_document(place: str, report: "ListReport") -> Document:
    blocks = [
        Block([(steady(place), "heading")]),
        Block([(f"{plural(len(report.added), 'new source')}, {report.known:,} followed already", "good")], gap=True),
        *(Block([(steady(name), "")]) for name in report.added[:SHOWN]),
    ]
    if len(report.added) > SHOWN:
        blocks.append(Block([(f"and {len(report.added) - SHOWN:,} more", "dim")]))
    blocks += [Block([("left out: ", "dim"), (steady(problem, 300), "warm")]) for problem in report.problems[:SHOWN]]
    return Document(tuple(blocks))

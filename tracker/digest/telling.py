"""What papers and people say, chosen for one digest: each paper has its say once, what the reader does not know yet first."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tracker.digest import words
from tracker.digest.shelf import Shelf
from tracker.models import Line
from tracker.pages import Sentence, Shared, Voice
from tracker.summarize.extractive import contribution, leans, says_something
from tracker.text import clean_line, shorten, title_key

CANDIDATES = 8
EVIDENCE = 200
"""So many items stand behind a sentence that counts: all of them but for the largest topics."""
_LIMIT = 280
_SAYING = ("arxiv:", "openreview:", "doi:")
_QUOTE = 200
_LEAST_QUOTE = 40


class Library:
    """What was read from the shelf, once for all tries to make a digest fit its reading time."""

    def __init__(self, shelf: Shelf, before: str) -> None:
        """Read as of the day before `before`."""
        self._shelf, self._before = shelf, before
        self._lines: dict[str, Line | None] = {}
        self._said: dict[str, str] = {}
        self._shared: dict[str, Shared | None] = {}
        self._urls: dict[str, str] = {}

    def lines(self, ids: Sequence[str]) -> list[Line]:
        """Return lines in the order asked."""
        missing = [name for name in dict.fromkeys(ids) if name not in self._lines]
        if missing:
            self._lines.update(dict.fromkeys(missing))
            self._lines.update((line.id, line) for line in self._shelf.lines(missing))
        return [line for name in ids if (line := self._lines[name])]

    def know(self, line: Line) -> None:
        """Take in a line that came another way."""
        self._lines[line.id] = line

    def contribution(self, name: str) -> str:
        """Return the sentence in which a paper says what it brings; empty when none says anything."""
        if name not in self._said:
            item = self._shelf.item(name)
            text = contribution(item.title, item.text, item.tldr, _LIMIT)
            self._said[name] = text if text and says_something(text, item.title) else ""
            self._urls[name] = item.url
        return self._said[name]

    def url(self, name: str) -> str:
        """Return where an item is."""
        if name not in self._urls:
            self._urls[name] = self._shelf.item(name).url
        return self._urls[name]

    def urls(self, lines: Iterable[Line]) -> Mapping[str, str]:
        """Return where items are whose id says nothing of it."""
        unsaid = [line.id for line in lines if not line.id.startswith(_SAYING)]
        return {name: where for name in unsaid if (where := self.url(name))}

    def shared(self, ids: Sequence[str]) -> Mapping[str, Shared]:
        """Return who shared papers."""
        missing = [name for name in dict.fromkeys(ids) if name not in self._shared]
        if missing:
            self._shared.update(dict.fromkeys(missing))
            self._shared.update(self._shelf.shared(missing, self._before))
        return {name: found for name in ids if (found := self._shared[name])}


class Teller:
    """Chooses for one try; remembers who had their say."""

    def __init__(self, library: Library, seen: AbstractSet[str]) -> None:
        self.library, self._seen = library, seen
        self._told: set[str] = set()
        self.shown: dict[str, None] = {}
        """Papers that are listed, in order."""

    def contributions(self, ids: Sequence[str], count: int) -> tuple[Sentence, ...]:
        """Return what papers say of themselves: those not known yet, and sentences that can be read alone, first."""
        able = [name for name in ids[:CANDIDATES] if name not in self._told and self.library.contribution(name)]
        able.sort(key=lambda name: (name in self._seen, leans(self.library.contribution(name))))
        chosen = able[:count]
        self._told.update(chosen)
        return tuple(Sentence(text=self.library.contribution(name), items=(name,), kind="quoted") for name in chosen)

    def papers(self, ids: Sequence[str], count: int) -> tuple[Line, ...]:
        """Return papers to read: those not known yet, then those that most people shared."""
        lines = self.library.lines(ids[:CANDIDATES])
        shared = self.library.shared([line.id for line in lines])
        people = {name: one.people for name, one in shared.items()}
        lines.sort(key=lambda line: (line.is_read or line.id in self._seen, -people.get(line.id, 0)))
        self.shown.update((line.id, None) for line in lines[:count])
        return tuple(lines[:count])

    def is_known(self, name: str) -> bool:
        """Tell whether a paper had its say, or is listed."""
        return name in self._told or name in self.shown

    def quote(self, name: str) -> tuple[Sentence, ...]:
        """Return what one person said of a paper, the one who said most; none where nobody said more than its title."""
        found = self.library.shared([name]).get(name)
        title = title_key(next((line.title for line in self.library.lines([name])), ""))
        voices = [one for one in found.voices if _says_more(one, title)] if found else []
        if not voices:
            return ()
        best = max(voices, key=lambda one: (min(len(one.text), _QUOTE), one.id))
        return (quoted(best),)


def quoted(voice: Voice) -> Sentence:
    """Return what somebody said, between quotation marks."""
    said = shorten(clean_line(voice.text, 2_000), _QUOTE).replace("“", "‘").replace("”", "’")
    who = clean_line(voice.author, 80)
    where = words.network(voice.network)
    name = f"{who} on {where}" if who and where not in ("", "blogs") else who or f"Somebody on {where}"
    return Sentence(text=f"{name}: “{said}”", items=(voice.id,), kind="quoted")


def _says_more(voice: Voice, title: str) -> bool:
    """Tell whether a post holds words of its own beside the title of the paper."""
    said = title_key(voice.text)
    return len(said.replace(title, "", 1) if title else said) >= _LEAST_QUOTE

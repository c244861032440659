"""The commands that ask for words: tags, a note, a filter."""

from collections.abc import Iterable, Mapping, Sequence

from tracker.models import Item
from tracker.text import plural
from tracker.tui.cells import steady
from tracker.tui.jobs import completer
from tracker.tui.marks import Change, Step
from tracker.tui.screens.marking import Marking

FILTER_EXAMPLE = "words, or venue:NeurIPS  since:7d  is:unread  has:code  author:Name"


class Noting(Marking):
    """What is typed goes to the items that were chosen when it was asked for."""

    async def action_tag(self) -> None:
        """Ask for the tags of an item, or for those that all selected ones get."""
        rows = self.chosen()
        if len(rows) > 1:
            label = f"tags that {len(rows):,} items get; -tag takes one away"
            await self.ask_once(label, "", lambda text: self.with_items(rows, lambda items: self._tag_all(items, text)))
        elif rows and (item := self.item_of(rows[0])) is not None:
            before = item.marks.tags
            await self.ask_once(
                "tags of this item, spaces between",
                " ".join(before),
                lambda text: self._tag([(item.row, before, tags_in(text))]),
            )

    async def action_note(self) -> None:
        """Ask for a note on an item."""
        if self.is_selecting and len(self.view.listing.selected) > 1:
            self.say("A note belongs to one item; t tags all that are selected.")
            return
        rows = self.chosen()
        item = self.item_of(rows[0]) if rows else None
        if item is not None:
            row, before = item.row, {"note": item.marks.note}
            await self.ask_once(
                "note",
                item.marks.note,
                lambda text: self._note(row, before, text.strip()),
            )

    def _note(self, row: int, before: Mapping[str, str], text: str) -> None:
        if text != before["note"]:
            self.do(Step("note", (Change((row,), dict(before), {"note": text}),)))
            self.say("Noted; z undoes it." if text else "The note is gone; z undoes it.")

    def _tag_all(self, items: Sequence[Item], text: str) -> None:
        self._tag([(item.row, item.marks.tags, with_tags(item.marks.tags, text)) for item in items])

    def _tag(self, found: Iterable[tuple[int, tuple[str, ...], tuple[str, ...]]]) -> None:
        """Give items other tags: row, tags before, tags after."""
        changes = tuple(_grouped(found))
        if changes:
            step = Step("tags", changes)
            self.do(step)
            after = changes[0].after["tags"]
            words = ", ".join(after) if len(changes) == 1 else ""
            told = f"Tagged {words}" if words else f"Tags of {plural(len(step.rows), 'item')} changed"
            self.say(f"{told}; z undoes it.")

    async def action_filter(self) -> None:
        """Ask for the filters of a list."""
        view = self.view
        if not view.can_filter:
            self.say("Filters narrow Papers (2) and Posts (3); in the search line they stand among the words.")
            return

        from tracker.tui.widgets.prompt import FilterSuggester  # brings Input: 10 ms that the first frame need not pay

        def done(text: str) -> None:
            view.filter_by(text)
            self.close_prompt()
            self.refresh_nav()

        await self.ask(
            "filter",
            view.filter_line + (" " if view.filter_line else ""),
            done,
            FilterSuggester(completer(self)),
            FILTER_EXAMPLE,
        )


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that are typed, each once; a `#` before them is taken off."""
    return tuple(dict.fromkeys(tag.lstrip("#").rstrip(",") for tag in steady(text).split() if tag.strip("#,")))


def with_tags(tags: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the tags of an item with those that are typed, and without those that have a `-` before them."""
    typed = tags_in(text)
    gone = {tag.lstrip("-#") for tag in typed if tag.startswith("-")}
    added = [tag for tag in typed if not tag.startswith("-")]
    return tuple(sorted(dict.fromkeys([*(tag for tag in tags if tag not in gone), *added])))


def _grouped(found: Iterable[tuple[int, tuple[str, ...], tuple[str, ...]]]) -> Iterable[Change]:
    """Return a change for all rows whose tags are and become the same; none for those that stay as they are."""
    rows: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for row, before, after in found:
        if before != after:
            rows.setdefault((before, after), []).append(row)
    for (before, after), alike in rows.items():
        yield Change(tuple(alike), {"tags": before}, {"tags": after})

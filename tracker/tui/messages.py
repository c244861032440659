"""What widgets and workers tell each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tracker.findings import Topic
from tracker.models import SourceState, SyncEvent

if TYPE_CHECKING:
    from tracker.tui.blocks import Document


@dataclass(frozen=True, slots=True)
class ItemTarget:
    """A stored item, by its row or any of its names."""

    name: str | int


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """A web address."""

    url: str


@dataclass(frozen=True, slots=True)
class TopicTarget:
    """The page of a topic, by its name or id; `topic` is its trend, where it has one."""

    name: str
    topic: Topic | None = None

    @classmethod
    def of(cls, topic: Topic) -> "TopicTarget":
        """Return where a trend leads."""
        return cls(topic.label, topic)


@dataclass(frozen=True, slots=True)
class SourceTarget:
    """A followed source."""

    state: SourceState


@dataclass(frozen=True, slots=True)
class ItemsTarget:
    """Several items under a heading: what a sentence rests on."""

    heading: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedTarget:
    """Sentences of a digest, each with the ids of the items it rests on and their numbers, where they have any."""

    said: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class ReadyTarget:
    """A document that is there already."""

    document: "Document"


@dataclass(frozen=True, slots=True)
class ViewTarget:
    """Another view, with a query line for it."""

    number: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class TextTarget:
    """Lines under a heading: what a command said."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class EditionTarget:
    """The digest of an ISO week."""

    week: str


@dataclass(frozen=True, slots=True)
class ChoiceTarget:
    """An answer to a question, by its name."""

    value: str


Readable = ItemTarget | TopicTarget | SourceTarget | ItemsTarget | CitedTarget | ReadyTarget | TextTarget
"""What the reading pane shows."""
Target = Readable | UrlTarget | ViewTarget | ChoiceTarget | EditionTarget


class Pointed(Message):
    """The cursor of a list rests on something else."""

    def __init__(self, target: Target | None) -> None:
        super().__init__()
        self.target = target

    def can_replace(self, message: Message) -> bool:
        """Only where the cursor ended is worth showing."""
        return isinstance(message, Pointed)


class Selected(Message):
    """The lines that are selected in a list have changed; `count` of them are."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def can_replace(self, message: Message) -> bool:
        """Only the newest selection is worth showing."""
        return isinstance(message, Selected)


class Opened(Message):
    """The user pressed enter on something."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target


class Said(Message):
    """One line for the user; `tone` is `info` or `bad`."""

    def __init__(self, text: str, tone: str = "info") -> None:
        super().__init__()
        self.text = text
        self.tone = tone


class Counted(Message):
    """What is stored has been counted."""


class SyncStepped(Message):
    """A sync made a step."""

    def __init__(self, event: SyncEvent) -> None:
        super().__init__()
        self.event = event


class SyncEnded(Message):
    """A sync is over; `problem` says why it could not run."""

    def __init__(self, problem: str = "") -> None:
        super().__init__()
        self.problem = problem


class DocumentReady(Message):
    """A worker has gathered what the reading pane shows for a target."""

    def __init__(self, target: Target, document: "Document") -> None:
        super().__init__()
        self.target = target
        self.document = document

"""What is remembered of the models of a home: which one answers, and by what setting each can be opened again."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tracker.files import replace_file


@dataclass(frozen=True, slots=True)
class KnownModels:
    """A note beside the store. Without it, which model answers is found by counting, and folders of earlier models are not.

    Attributes:
        answering: name of the model that had embedded everything when it was last looked at.
        settings: by the name of a model, the setting that opens it: vectors are kept under a name, and that of a folder is
            made from its content.
    """

    answering: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file remembers; one that cannot be read remembers nothing."""
        try:
            table = json.loads(path.read_bytes())
            settings = {str(name): str(setting) for name, setting in table["settings"].items()}
            return cls(str(table["answering"]), settings)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return cls()

    def write(self, path: Path) -> None:
        """Replace the file where it says something else; one that cannot be written costs a count at the next start."""
        if KnownModels.read(path) != self:
            with suppress(OSError):
                replace_file(path, json.dumps(asdict(self), ensure_ascii=False, indent=1))

"""What a digest is called where it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.pages import Digest


def file_name(digest: Digest) -> str:
    """Return the name of a digest's file, without its ending; no role can lead out of the folder.

    It begins with a word, since `2026-W20` is what note programs call a week's own note.
    """
    words = "-".join(word for word in ("research", digest.edition, digest.role) if word)
    return re.sub(r"[^\w-]+", "-", words)

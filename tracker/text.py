"""Text from outside made harmless, and text made comparable.

Everything that comes in passes through `clean_line` or `clean_text`, and everything that is printed passes through them
again: no control characters (C0, C1), no bidirectional overrides, bounded length, bounded combining marks.
"""

import re
import unicodedata

TITLE_LIMIT = 1_000
TEXT_LIMIT = 60_000
LINE_LIMIT = 4_000

# C0 but tab and line feed, DEL, C1, soft hyphen, bidi marks and overrides, line separators, byte order mark, tags, surrogates
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_COMBINING_RUN = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_SPACE = re.compile(r"[\s\u00a0]+")


def clean_line(text: object, limit: int = TITLE_LIMIT) -> str:
    """Return text as one line without control characters, at most `limit` characters long."""
    if not isinstance(text, str) or not text:
        return ""
    text = text[: limit * 4]
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()[:limit]
    text = _CONTROL.sub(
        "",
        text.replace("\r", " ").replace("\x0b", " ").replace("\x0c", " ").replace("\x85", " ").replace("\u2028", " "),
    )
    return _COMBINING_RUN.sub(r"\1", _SPACE.sub(" ", text)).strip()[:limit]


def clean_text(text: object, limit: int = TEXT_LIMIT) -> str:
    """Return text with its paragraphs kept, without control characters, at most `limit` characters long."""
    if not isinstance(text, str) or not text:
        return ""
    text = text[: limit * 2]
    if text.isascii() and text.isprintable():
        return text.strip()[:limit]
    text = _CONTROL.sub(
        "",
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\t", " ")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n"),
    )
    text = re.sub(r"[ \u00a0]+", " ", re.sub(r"\n\s*\n\s*", "\n\n", text))
    return _COMBINING_RUN.sub(r"\1", text).strip()[:limit]


_ACCENT = re.compile(r"""\\(?:["'`^~=.]|[uvHtcdbkr](?![a-zA-Z]))\s*\{?\s*\\?([A-Za-z])\s*\}?""")
_LIGATURES = {r"\ss": "ss", r"\ae": "ae", r"\oe": "oe", r"\o": "o", r"\l": "l", r"\aa": "a", r"\i": "i", r"\j": "j"}
_FORMATTING = re.compile(
    r"\\(?:textit|textbf|textsc|texttt|textrm|textsf|emph|mathbf|mathrm|mathit|mathcal|mathbb|mathsf|mathtt|boldsymbol|operatorname|text|ensuremath|mbox|bf|it|rm|sc|tt|em|left|right|displaystyle|big|Big)(?![a-zA-Z])"
)
_GREEK: dict[int, str] = {}


def _greek_names() -> dict[int, str]:
    """Map Greek letters to their LaTeX names, so that `π` and `\\pi` compare equal."""
    if not _GREEK:
        for code in range(0x391, 0x3CA):
            name = unicodedata.name(chr(code), "")
            if name.startswith("GREEK") and "LETTER" in name:
                word = name.split("LETTER ")[1].split()[-1].lower()
                _GREEK[code] = {"lamda": "lambda"}.get(word, word)
    return _GREEK


def fold(text: str) -> str:
    """Return text in lower case without accents, LaTeX commands reduced to their words, Greek letters to their names."""
    if "\\" in text:
        text = _FORMATTING.sub(" ", _ACCENT.sub(r"\1", text))
        for command, plain in _LIGATURES.items():
            text = re.sub(re.escape(command) + r"(?![a-zA-Z])\s*", plain, text)
    text = text.lower()
    return text if text.isascii() else _NOT_ASCII.sub(_folded, text)


def _folded(found: re.Match[str]) -> str:
    """Return letters beyond ASCII folded: those between them, which are most, cost nothing."""
    plain = found[0].translate(_greek_names()).replace("ø", "o").replace("ł", "l").replace("ı", "i").replace("đ", "d")
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def title_key(title: str) -> str:
    """Return the letters and digits of a title, folded: what two spellings of one title have in common."""
    return _NOT_ALPHANUMERIC.sub("", fold(title))


def digest(*parts: str) -> int:
    """Return a stable signed 64-bit hash of texts (BLAKE2b), fit for an INTEGER column."""
    from hashlib import blake2b  # brings OpenSSL: only where something is stored

    hashed = blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big", signed=True)


def shorten(text: str, width: int) -> str:
    """Return text cut at a word with an ellipsis, at most `width` characters."""
    if len(text) <= width:
        return text
    cut = text[: max(width - 1, 0)]
    space = cut.rfind(" ")
    return (cut[:space] if space > width // 2 else cut).rstrip(" ,;:-") + "…"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return a count with its noun in the right number: `1 paper`, `2,233 papers`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def article(noun: str) -> str:
    """Return a noun after `a` or `an`, by how it begins when it is read: `an ML engineer`."""
    first = noun.split(" ", maxsplit=1)[0]
    spelt = first.isupper() and first[:1] in "AEFHILMNORSX"
    return f"{'an' if spelt or (not first.isupper() and first[:1].lower() in 'aeiou') else 'a'} {noun}"


def embedding_text(title: str, text: str) -> str:
    """Return the words of an item that are embedded; the title is not said twice where the text begins with it."""
    return text if text.startswith(title.rstrip("…")) else f"{title}\n{text}"

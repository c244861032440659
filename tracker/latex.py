"""LaTeX in titles and abstracts made readable: common commands, Greek letters, scripts. Never fails, never a full parser."""

import re
import unicodedata

_GREEK = {unicodedata.name(chr(code)).split()[-1].lower(): chr(code) for code in range(0x3B1, 0x3CA) if code != 0x3C2}
_SYMBOLS = {
    **_GREEK,
    **{name.capitalize(): letter.upper() for name, letter in _GREEK.items()},
    **dict(
        pair.split("=", 1)
        for pair in (
            "lambda=λ Lambda=Λ varepsilon=ε vartheta=θ varphi=φ ell=ℓ infty=∞ times=× cdot=· pm=± leq=≤ le=≤ geq=≥ ge=≥ neq=≠ ne=≠ approx=≈ "
            "sim=~ equiv=≡ propto=∝ to=→ rightarrow=→ Rightarrow=⇒ leftarrow=← leftrightarrow=↔ mapsto=↦ in=∈ notin=∉ subset=⊂ subseteq=⊆ cup=∪ "
            "cap=∩ forall=∀ exists=∃ nabla=∇ partial=∂ sum=∑ prod=∏ int=∫ sqrt=√ ldots=… dots=… cdots=… langle=⟨ rangle=⟩ Vert=‖ lVert=‖ rVert=‖ "
            "mid=| star=⋆ ast=* circ=∘ oplus=⊕ otimes=⊗ ll=≪ gg=≫ lesssim=≲ gtrsim=≳ perp=⊥ lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ S=§ prime=′ hbar=ħ "
            "checkmark=✓ ss=ß ae=æ oe=œ o=ø l=ł aa=å AE=Æ O=Ø L=Ł AA=Å i=ı textendash=– textemdash=— textregistered=® copyright=© degree=° bullet=•"
        ).split()
    ),
}
_SILENT = frozenset(
    "textit textbf textsc texttt textrm textsf textnormal emph underline mathbf mathrm mathit mathcal mathbb mathsf mathtt mathfrak mathscr boldsymbol bm operatorname "
    "text ensuremath mbox hbox bf it rm sc tt em sl sf left right bigl bigr big Big bigg Bigg displaystyle textstyle limits nolimits xspace url quad qquad hspace "
    "vspace noindent par item begin end hat tilde bar widetilde widehat overline vec dot ddot mathop protect small footnotesize textcolor ".split()
)
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "c": "\u0327",
    "k": "\u0328",
}
_SUPERSCRIPT = str.maketrans("0123456789+-=()niT*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ*")
_SUBSCRIPT = str.maketrans("0123456789+-=()aeijmnoptx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₘₙₒₚₜₓ")
_ESCAPED = {
    "\\$": "\ue000",
    "\\%": "\ue001",
    "\\&": "\ue002",
    "\\#": "\ue003",
    "\\_": "\ue004",
    "\\{": "\ue005",
    "\\}": "\ue006",
    "\\\\": " ",
}
_PLAIN = str.maketrans(
    {"\ue000": "$", "\ue001": "%", "\ue002": "&", "\ue003": "#", "\ue004": "_", "\ue005": "{", "\ue006": "}"}
)
_ESCAPE = re.compile(r"\\[$%&#_{}\\]")
_ACCENT = re.compile(
    r"""\\(?:([`'^~="])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))|([uvHrck.])\s*\{\s*\\?([A-Za-z])\s*\})"""
)
_DROPPED = re.compile(
    r"[~\s]*\\(?:cite[a-z]*|ref|eqref|label|footnote|thanks|vspace|hspace|textcolor|color)\*?(?:\[[^\]]{0,80}\])?\{[^{}]{0,300}\}"
)
_LINK = re.compile(r"\\href\s*\{[^{}]{0,500}\}\s*\{([^{}]{0,300})\}")
_FRACTION = re.compile(r"\\[td]?frac\s*\{([^{}]{0,80})\}\s*\{([^{}]{0,80})\}")
# as in pandoc: no space inside the signs, no digit after the second one; so prices stay prices
_MATH = re.compile(
    r"\$\$([^$]{1,400})\$\$|\$(?!\s)([^$]{1,400})(?<!\s)\$(?!\d)|\$(\^[^$\s]{1,20})\$|\\\((.{1,400}?)\\\)|\\\[(.{1,400}?)\\\]",
    re.DOTALL,
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(\s?)|\\[,;:!>/ -]|\\")
_SCRIPT = re.compile(r"([\^_])\s*(?:\{([^{}]{0,80})\}|([^\s{}\\]))")
_GROUP = re.compile(r"\{([^{}]{0,1000})\}")
_RESERVED = re.compile("[\ue000-\ue006]")
_ASCII_SIGNS = ("\\", "$", "{", "``", "''")
_DASH = re.compile(r"(?<=\s)---?(?=\s)|(?<=[^\W\d])---(?=[^\W\d])")
_SIGNS = re.compile(r"[\\$\ue000-\ue006]|``|''|\{[A-Za-z]")


def _accent(found: re.Match[str]) -> str:
    mark = _ACCENTS[found[1] or found[4]]
    return unicodedata.normalize("NFC", (found[2] or found[3] or found[5]) + mark)


def _command(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return " " if found[0] not in ("\\!", "\\-", "\\/", "\\") else ""
    if name in _SYMBOLS:
        return _SYMBOLS[name] + found[2]
    return "" if name in _SILENT else name + found[2]


def _script(found: re.Match[str]) -> str:
    body = (found[2] if found[2] is not None else found[3]).strip()
    raised = found[1] == "^"
    small = body.translate(_SUPERSCRIPT if raised else _SUBSCRIPT)
    if all(a != b or a == "*" for a, b in zip(body, small, strict=True)):
        return small
    return found[1] + (body if len(body) == 1 else f"({body})" if raised else body)


def _math(found: re.Match[str]) -> str:
    body = _FRACTION.sub(r"\1/\2", next(group for group in found.groups() if group is not None))
    body = _COMMAND.sub(_command, body)
    body = _GROUP.sub(r"\1", _SCRIPT.sub(_script, body))
    return " ".join(body.replace("~", " ").split())


def readable(text: str) -> str:
    """Return a text with its LaTeX as plain characters: `$O(n^2)$` as `O(n²)`, `\\textbf{BERT}` as `BERT`.

    Prices keep their dollar sign, unknown commands leave their name, unbalanced markup stays as it is.
    """
    if "--" in text:
        text = _DASH.sub("–", text)
    if text.isascii() and not any(sign in text for sign in _ASCII_SIGNS):  # most texts, at a third of the cost
        return text
    if not _SIGNS.search(text):
        return text
    text = _ESCAPE.sub(lambda found: _ESCAPED[found[0]], _RESERVED.sub("", text))
    if "\\" in text:
        text = _LINK.sub(r"\1", _DROPPED.sub("", _ACCENT.sub(_accent, text)))
    text = _MATH.sub(_math, text)
    if "\\" in text:
        text = _COMMAND.sub(_command, _FRACTION.sub(r"\1/\2", text))
    for _ in range(3):
        if "{" not in text:
            break
        text = _GROUP.sub(r"\1", text)
    text = text.replace("``", "“").replace("''", "”") if "``" in text else text
    return text.translate(_PLAIN) if _RESERVED.search(text) else text

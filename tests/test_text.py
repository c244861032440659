from __future__ import annotations

import unicodedata

import pytest
from conftest import HOSTILE_CONTROLS
from hypothesis import given
from hypothesis import strategies as st

from tracker import markup, text


def is_harmless(value: str) -> bool:
    return not any(
        (unicodedata.category(c) in {"Cc", "Cs"} and c != "\n")
        or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        for c in value
    )


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_cleaned_text_is_harmless_and_stays_so(value: str) -> None:
    line, whole = text.clean_line(value), text.clean_text(value)
    assert is_harmless(line)
    assert is_harmless(whole)
    assert "\n" not in line
    assert text.clean_line(line) == line
    assert text.clean_text(whole) == whole


def test_controls_go_and_words_stay() -> None:
    assert text.clean_line(HOSTILE_CONTROLS) == "Esc[31mape nul bell csi override mark feff end"


def test_combining_marks_are_bounded() -> None:
    assert len(text.clean_line("Z" + "\u0301" * 500)) == 4
    assert text.clean_line("Pólya e\u0301") == "Pólya e\u0301"


def test_length_is_bounded_before_anything_is_done() -> None:
    assert len(text.clean_line("x " * 1_000_000)) <= text.TITLE_LIMIT
    assert len(text.clean_text("é" * 10_000_000)) <= text.TEXT_LIMIT


@pytest.mark.parametrize("value", [None, 5, ["x"], {"a": 1}, b"x"])
def test_what_is_no_text_is_empty(value: object) -> None:
    assert text.clean_line(value) == text.clean_text(value) == ""


def test_html_becomes_words_and_links() -> None:
    words, links = markup.html_to_text(
        "<p>One <a href='https://a.org'>two</a></p><script>evil()</script><p>three &amp; four</p>"
    )
    assert words == "One two\n\nthree & four"
    assert links == ("https://a.org",)


@given(st.text(max_size=300))
def test_no_html_is_too_broken(value: str) -> None:
    words, _ = markup.html_to_text(f"<div {value}<p>{value}</b>")
    assert is_harmless(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"Two-Sample Schr\"{o}dinger Bridge", "Two-sample Schrödinger bridge"),
        (r"Partial $q^{\pi}$-Realizability", "Partial $q^π$-Realizability"),
        (r"$\textit{HiMaCon:}$ Discovering", "HiMaCon: Discovering"),
        ("Variational Pólya Tree", "Variational Polya Tree"),
        (r"Erd\H{o}s and \L{}ukasz", "Erdős and Łukasz"),
        ("Naïve  Bayes — revisited!", "Naive Bayes: Revisited"),
    ],
)
def test_spellings_of_one_title_are_equal(one: str, other: str) -> None:
    assert text.title_key(one) == text.title_key(other)


def test_hashes_are_the_same_in_every_process() -> None:
    assert text.digest("title", "text") == 6785095598422767271
    assert text.digest("a", "b") != text.digest("ab", "")


def test_shorten_cuts_at_words() -> None:
    assert text.shorten("one two three", 9) == "one two…"
    assert text.shorten("short", 9) == "short"


@pytest.mark.parametrize("piece", ["<a ", "<!--x>", "<!", "<![x", "&", "<a x='", "</a ", "<script>x>"])
def test_html_that_ends_nothing_takes_no_more_than_its_share(piece: str) -> None:
    assert len(markup.html_to_text(f"<p>{piece * 100_000}")[0]) <= text.TEXT_LIMIT


@pytest.mark.parametrize("section", ["<![xyz[ a <b>", "<![CDATA[ a ]]>", "<![endif]-->", "<!DOCTYPE [<!x"])
def test_sections_of_no_known_keyword_are_passed_over(section: str) -> None:
    words, _ = markup.html_to_text(f"<p>before</p>{section}<p>after</p>")
    assert words.startswith("before")
    assert words.endswith("after")


def test_links_of_unwanted_classes_are_left_out() -> None:
    links = '<a class="u-url mention" href="https://a.example">a</a><a class href="https://b.example">b</a>'
    assert markup.html_to_text(links, unwanted=frozenset({"mention"})) == ("ab", ("https://b.example",))

"""What several fetchers share: counts, addresses in words, addresses that people paste."""

from __future__ import annotations

import pytest

from tracker.errors import FetchError
from tracker.fetch.answers import LINK_LIMIT, counts, decoded, links_in
from tracker.fetch.pasted import Address, address


def test_a_count_that_is_missing_or_no_number_is_left_out() -> None:
    said = {
        "a": 3,
        "b": 0,
        "c": None,
        "d": "7",
        "e": True,
        "f": float("nan"),
        "g": float("inf"),
        "h": 10**400,
        "i": 2.5,
        "j": [1],
    }
    assert counts(said, {name: name for name in "abcdefghijk"}) == {"a": 3.0, "b": 0.0, "i": 2.5}
    assert counts({"num_comments": 4}, {"comments": "num_comments"}) == {"comments": 4.0}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"[" * 200_000, b"\xff\xfe\x00"])
def test_what_is_not_json_is_told(body: bytes) -> None:
    with pytest.raises(FetchError, match="The service sent something that is not JSON"):
        decoded(body, "The service")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.org/a.", ("https://example.org/a",)),
        ("(https://example.org/a), twice https://example.org/a!", ("https://example.org/a",)),
        ("https://example.org/Gate_(logic)", ("https://example.org/Gate_(logic)",)),
        ("<https://example.org/?a=1&b=2>", ("https://example.org/?a=1&b=2",)),
        ("HTTP://EXAMPLE.ORG/x…", ("HTTP://EXAMPLE.ORG/x",)),
        ("https://[broken https:// ftp://example.org javascript:alert(1) example.org", ()),
        ("", ()),
    ],
)
def test_addresses_in_words(text: str, links: tuple[str, ...]) -> None:
    assert links_in(text) == links


def test_addresses_in_words_are_bounded() -> None:
    assert len(links_in(" ".join(f"https://example.org/{n}" for n in range(1_000)))) == LINK_LIMIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.Example.org/a%20b//c/?x=1#y", Address("example.org", ("a b", "c"), {"x": "1"})),
        ("  m.example.org ", Address("example.org", (), {})),
        ("www.org", Address("www.org", (), {})),
        ("example.org:8080/a", Address("example.org", ("a",), {})),
        ("https://user@example.org/", None),
        ("ftp://example.org/", None),
        ("https://127.0.0.1/", None),
        ("localhost", None),
        ("two words.org", None),
        ("https://[", None),
        ("-.org", None),
        ("", None),
    ],
)
def test_pasted_addresses(text: str, expected: Address | None) -> None:
    assert address(text) == expected

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import identity


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("2401.01234", "2401.01234"),
        ("arXiv:2401.01234v3", "2401.01234"),
        ("oai:arXiv.org:2203.01250v3", "2203.01250"),
        ("cs.LG/0701001v2", "cs/0701001"),
        ("astro-ph/0601001", "astro-ph/0601001"),
        ("2401.01234.pdf", "2401.01234"),
        ("2413.01234", None),
        ("10.1145/12345", None),
        ("hello", None),
    ],
)
def test_arxiv_ids_in_every_spelling(spelling: str, expected: str | None) -> None:
    assert identity.arxiv_id(spelling) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arxiv.org/abs/2405.21060v2", "arxiv:2405.21060"),
        ("http://www.arxiv.org/pdf/2405.21060.pdf#page=3", "arxiv:2405.21060"),
        ("https://export.arxiv.org/html/2405.21060v1", "arxiv:2405.21060"),
        ("https://www.alphaxiv.org/abs/2405.21060", "arxiv:2405.21060"),
        ("https://huggingface.co/papers/2412.04062", "arxiv:2412.04062"),
        ("https://huggingface.co/models", None),
        ("https://papers.cool/arxiv/2412.04062", "arxiv:2412.04062"),
        ("https://doi.org/10.48550/arXiv.2401.00001", "arxiv:2401.00001"),
        ("https://doi.org/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("https://openreview.net/forum?id=S1q_Cz-Cb&noteId=x", "openreview:S1q_Cz-Cb"),
        ("https://openreview.net/pdf?id=S1q_Cz-Cb", "openreview:S1q_Cz-Cb"),
        ("https://proceedings.mlr.press/v202/chen23a.html", "pmlr:v202/chen23a"),
        ("https://proceedings.mlr.press/v202/chen23a/chen23a.pdf", "pmlr:v202/chen23a"),
        ("https://proceedings.mlr.press/v267/liu25bm.html", "pmlr:v267/liu25bm"),
        ("https://aclanthology.org/2023.acl-long.1/", "acl:2023.acl-long.1"),
        ("https://arxiv.org/list/cs.LG/recent", None),
        ("https://example.org/abs/2405.21060", None),
        ("not a url", None),
        ("https://[broken", None),
    ],
)
def test_links_lead_to_papers(url: str, expected: str | None) -> None:
    assert identity.paper_of_link(url) == expected


def test_the_hash_of_the_proceedings_is_reused_by_every_year() -> None:
    one = "https://proceedings.neurips.cc/paper_files/paper/2022/hash/4620a66570e554a3ff0e39dc59bcb07a-Abstract.html"
    other = one.replace("2022", "2024")
    pdf = "https://proceedings.neurips.cc/paper_files/paper/2022/file/4620a66570e554a3ff0e39dc59bcb07a-Paper.pdf"
    assert identity.paper_of_link(one) == identity.paper_of_link(pdf) != identity.paper_of_link(other)


def test_papers_named_in_words() -> None:
    text = "See arXiv:2401.00001v2, https://arxiv.org/abs/2402.00002). and alphaxiv.org/abs/2403.00003; not 2404.00004 alone."
    assert dict(identity.papers_in_text(text)) == {
        "arxiv:2402.00002": "link",
        "arxiv:2403.00003": "link",
        "arxiv:2401.00001": "id",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.example.org/a/", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&b=1", "https://example.org/a?b=1#part"),
        ("https://EXAMPLE.org:443/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ],
)
def test_addresses_of_one_page_are_equal(one: str, other: str) -> None:
    assert identity.canonical_url(one) == identity.canonical_url(other)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x.org/a", "", "https://", "http://a b.org"]
)
def test_only_web_addresses_may_be_opened(url: str) -> None:
    assert not identity.is_web_address(url)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["Clément Bénard"], ["Clement Benard"], True),
        (["Isai Daniel Chacón", "P. Arbeláez"], ["Isai Chacón Silva", "Pablo Arbelaez"], True),
        (["Zekun Wang", "A. Bo"], ["Zekun Moore Wang", "Anna Bo"], True),
        (["Vaswani, Ashish"], ["Ashish Vaswani"], True),
        (["Ada One", "Bo Two", "Cy Three"], ["Di Four", "Ed Five", "Cy Three"], False),
        ([], ["Ada One"], False),
        ([], [], False),
    ],
)
def test_half_of_the_last_names_must_agree(one: list[str], other: list[str], expected: bool) -> None:
    assert identity.same_people(one, other) is identity.same_people(other, one) is expected


@given(st.text(max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    identity.papers_in_text(text)
    identity.identifier(text)
    identity.paper_of_link(text)
    canonical = identity.canonical_url(text)
    assert canonical is None or identity.canonical_url("https://" + canonical) == canonical

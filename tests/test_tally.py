"""The table of a window: the same counts as one gets by looking at each document in turn."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.topics import ENDS, FLAGS, Document, bare, extract
from tracker.trends import tally
from tracker.trends.tally import known, table

numbers = st.integers(-(2**61), 2**61 - 1) | st.integers(0, 40).map(lambda high: high << 40)


@given(st.lists(numbers, unique=True), st.lists(numbers), st.data())
def test_elements_are_found_among_keys_also_where_many_keys_share_their_low_bits(
    keys: list[int], others: list[int], data: st.DataObject
) -> None:
    ordered = np.array(sorted(4 * key for key in keys), dtype=np.int64)
    drawn = data.draw(st.lists(st.sampled_from(keys))) if keys else []
    elements = np.array([4 * one for one in data.draw(st.permutations([*others, *drawn]))], dtype=np.int64)
    kept, found = known(elements, ordered)
    assert kept.tolist() == [place for place, one in enumerate(elements) if one in set(ordered.tolist())]
    assert np.array_equal(ordered[found], elements[kept])


words = st.sampled_from(["graph", "Graphs", "networks", "of", "Sparse", "sparse", "learning", ":"])
documents = st.lists(st.tuples(st.lists(words, max_size=5), st.lists(words, max_size=9)), max_size=9)


@pytest.mark.parametrize("chunk", [2, 1_000])
@given(texts=documents)
def test_a_table_holds_what_each_document_says(chunk: int, texts: list[tuple[list[str], list[str]]]) -> None:
    source = [
        Document(row=row, id=str(row), stratum="", date="", phrases=extract(" ".join(title), " ".join(text)))
        for row, (title, text) in enumerate(texts)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tally, "CHUNK", chunk)
        made = table(source, 2)
    held, written = defaultdict[int, dict[int, int]](dict), defaultdict[int, Counter[str]](Counter)
    for one in source:
        for key in one.phrases.body.tolist():
            held[key & ~FLAGS][one.row] = key & FLAGS
        for key, surface in zip(bare(one.phrases.title).tolist(), one.phrases.surfaces, strict=True):
            written[key][surface] += 1
    assert made.keys.tolist() == sorted(key for key, surfaces in written.items() if surfaces.total() >= 2)
    everybody = np.ones(len(source), dtype=np.bool_)
    for phrase, key in enumerate(made.keys.tolist()):
        bits = list(held[key].values())
        titled = [one.row for one in source if key in bare(one.phrases.title)]
        first, last = made.starts[phrase], made.starts[phrase + 1]
        assert made.holders(phrase).tolist() == list(held[key])
        assert made.titled(phrase).tolist() == titled
        assert made.documents[first:last][made.in_title[first:last]].tolist() == titled
        assert made.surfaces(phrase) == written[key]
        shares = [one[phrase] for one in made.standing(everybody, by_title=False)]
        assert shares == [sum(one & ENDS for one in bits) / len(bits), bits.count(FLAGS) / len(bits)]

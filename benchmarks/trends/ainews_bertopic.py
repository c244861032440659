#!/usr/bin/env python3
"""Topics of BERTopic for ainews.py: ainews_bertopic.py DIR OUT; needs bertopic, and no module of this repository.

DIR holds for each week the texts (WEEK.json) and their vectors (WEEK.npy), as `ainews.py --texts` writes them. BERTopic runs as it
comes, with a seed; its topics are in its order, the largest first. A label is the four words by which BERTopic names a topic; the
lines are its ten words and the beginnings of the three texts that it calls representative.
"""

import argparse
import json
import pathlib

import numpy as np
from bertopic import BERTopic
from sklearn.feature_extraction.text import CountVectorizer
from umap import UMAP

MOST = 60
LABEL = 4
SHOWN = 160


def main() -> None:
    """Write the topics of each week."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    found = {}
    for path in sorted(options.folder.glob("*.json")):
        texts, vectors = json.loads(path.read_text("utf-8")), np.load(path.with_suffix(".npy")).astype(np.float32)
        # its defaults, but for the seed and English stop words, without which labels are `the_of_and_to`
        reduced = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=1)
        model = BERTopic(umap_model=reduced, vectorizer_model=CountVectorizer(stop_words="english"))
        model.fit(texts, vectors)
        topics = []
        for number in [one for one in model.get_topic_info()["Topic"] if one >= 0][:MOST]:
            words = [word for word, _ in model.get_topic(number)]
            shown = [text[:SHOWN] for text in model.get_representative_docs(number)]
            topics.append({"label": " ".join(words[:LABEL]), "lines": [" ".join(words), *shown]})
        found[path.stem] = topics
        print(f"{path.stem}: {len(texts)} texts, {len(topics)} topics", flush=True)
    options.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()

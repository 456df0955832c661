"""TF-IDF against scikit-learn's, and what becomes of unknown terms."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from transferkit import terms
from transferkit.table.rows import Rows
from transferkit.terms import Terms, characters, overlap, words

TEXTS = ["The cat sat on the mat, the cat", "a dog sat", "cat and dog and cat", "nothing here sat"]
MOST = 10_000


def rows(texts: list[str], pair: list[str] | None = None) -> Rows:
    columns = {"text": texts} | ({} if pair is None else {"text_pair": pair})
    return Rows(columns, np.arange(len(texts)))


@pytest.mark.parametrize("pairs", [False, True])
def test_words_are_weighted_as_by_scikit_learn(pairs: bool) -> None:
    made, inputs = words.fitted(rows(TEXTS), "text", MOST, pairs)
    theirs = TfidfVectorizer(ngram_range=(1, 1 + pairs), sublinear_tf=True, token_pattern=r"\w+").fit(TEXTS)
    expected = theirs.transform(TEXTS)
    assert np.allclose((inputs @ inputs.T).toarray(), (expected @ expected.T).toarray(), atol=1e-6)
    assert made.size == len(theirs.vocabulary_)
    asked = ["the mat sat on a dog", "unheard of", ""]
    found, expected = made.vectors(rows(asked)), theirs.transform(asked)
    assert np.allclose((found @ inputs.T).toarray(), (expected @ theirs.transform(TEXTS).T).toarray(), atol=1e-6)


def test_characters_are_weighted_as_by_scikit_learn() -> None:
    made, inputs = characters.fitted(rows(TEXTS), "text", MOST)
    theirs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).fit(TEXTS)
    longer = [text for text in theirs.vocabulary_ if len(text) >= 2]
    expected = theirs.transform(TEXTS)
    assert made.size == pytest.approx(len(longer), abs=3)
    assert np.allclose((inputs @ inputs.T).toarray(), (expected @ expected.T).toarray(), atol=0.02)
    assert np.allclose(made.vectors(rows(TEXTS)).toarray(), inputs.toarray(), atol=1e-6)


def test_characters_of_scripts_without_blanks_are_one_to_three_signs() -> None:
    made, inputs = characters.fitted(rows(["很好看", "不好"]), "text", MOST)
    assert (made.shortest, made.longest) == (1, 3)
    # 很 好 看 不, 很好 好看 不好 and 很好看, and those with a blank at an end.
    assert made.size == 4 + 7 + 5 and inputs.shape == (2, 16)


def test_only_the_most_frequent_are_kept() -> None:
    made, inputs = words.fitted(rows(TEXTS), "text", 3, True)
    assert "sat" in made.vocabulary and len(made.vocabulary) <= 3 and len(made.pairs) <= 3
    assert np.allclose(made.vectors(rows(TEXTS)).toarray(), inputs.toarray(), atol=1e-6)
    assert characters.fitted(rows(TEXTS), "text", 5)[0].size <= 5


def test_what_two_texts_share() -> None:
    pair = rows(["a man is running", "a man is running"], ["a man is not running", "a man is running"])
    made, inputs = overlap.fitted(pair, MOST)
    found = inputs.toarray()
    assert found[0, :8].tolist() == pytest.approx([1, 0.8, 0.8, 0.5, 0.2, np.tanh(np.log(6 / 5)), 0, 0], abs=1e-6)
    assert found[1, :8].tolist() == pytest.approx([1, 1, 1, 1, 0, 0, 1, 1])
    number = made.vocabulary["not"]
    column = 8 + int(np.searchsorted(made.kept, len(made.vocabulary) + number))
    assert made.kept[column - 8] == len(made.vocabulary) + number and found[0, column] > 0 == found[1, column]


@pytest.mark.parametrize("kind", ["words", "characters", "overlap"])
def test_the_same_from_facts_and_tensors(kind: str) -> None:
    pair = rows(TEXTS, TEXTS[::-1])
    made: Terms = {
        "words": words.fitted(pair, "text_pair", MOST, True)[0],
        "characters": characters.fitted(pair, "text", MOST)[0],
        "overlap": overlap.fitted(pair, MOST)[0],
    }[kind]
    again = terms.load(made.kind, made.facts(), made.tensors())
    assert (again.vectors(pair) != made.vectors(pair)).nnz == 0 and again.size == made.size
    with pytest.raises(ValueError, match="expected"):
        terms.load(made.kind, made.facts(), {**made.tensors(), "idf": np.ones(1, dtype=np.float32)})


@pytest.mark.parametrize("texts", [[], [""], ["\ud800 odd", "  \u3000 "]])
def test_odd_texts(texts: list[str]) -> None:
    for made in (words.fitted(rows(TEXTS), "text", MOST, True)[0], characters.fitted(rows(TEXTS), "text", MOST)[0]):
        assert made.vectors(rows(texts)).shape == (len(texts), made.size)

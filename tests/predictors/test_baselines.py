"""Baselines in scripts with and without blanks, words not seen, and what earlier versions saved."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.numpy import save_file
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from transferkit import predictors, sums
from transferkit.encoding.word_numbers import UNKNOWN, WordNumbers, number
from transferkit.predictors import span_matcher
from transferkit.predictors.plain_copy import PlainCopy
from transferkit.predictors.static import Sizes, Static, StaticModel
from transferkit.predictors.tag_dictionary import counted, form_of
from transferkit.table.rows import Rows


def rows(texts: Sequence[str], pair: Sequence[str] | None = None) -> Rows:
    columns = {"text": list(texts)} | ({} if pair is None else {"text_pair": list(pair)})
    return Rows(columns, np.arange(len(texts)))


def write_version_1(folder: Path, kind: str, facts: dict[str, Any]) -> None:
    """What the first version wrote."""
    said = {"kind": kind, "version": 1, **facts, "task": "a task", "columns": {"text": "body"}}
    (folder / predictors.FACTS).write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")


# Texts with labels


def test_a_bag_of_words_of_version_1_answers_as_it_did(tmp_path: Path) -> None:
    """A clause without blanks was one word to it."""
    given = rows(["the cat sat", "a dog, a dog sat", "很好看 好"], ["the mat", "很好看 yes", "no cat"])
    made = [TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b") for _ in range(2)]
    inputs = [each.fit_transform(given[name]) for each, name in zip(made, ("text", "text_pair"), strict=True)]
    terms = [sorted(each.vocabulary_, key=each.vocabulary_.__getitem__) for each in made]
    weights = np.random.default_rng(0).standard_normal((sum(map(len, terms)), 3)).astype(np.float32)
    bias = np.array([0.1, 0.2, 0.3], dtype=np.float32)
    facts = {"labels": ["a", "b", "c"], "shape": "LABEL", "vocabularies": terms}
    write_version_1(tmp_path, "bag_of_words", facts)
    idf = {f"idf_{i}": each.idf_.astype(np.float32) for i, each in enumerate(made)}
    save_file({"weights": weights, "bias": bias, **idf}, tmp_path / "model.safetensors")
    scores = np.hstack([each.toarray() for each in inputs]) @ weights + bias
    loaded = predictors.load(tmp_path)
    assert np.allclose(loaded.predict(given).outputs, softmax(scores, axis=1), atol=1e-5)
    loaded.save(tmp_path / "again")
    again = predictors.load(tmp_path / "again").predict(given).outputs
    assert np.array_equal(again, loaded.predict(given).outputs)


def test_a_static_student_reads_the_pairs_of_signs_that_it_knows() -> None:
    known = number(["很", "好", "看", "好看"])
    assert numbers_of("很好看", WordNumbers(known)) == [3, 4, 6, 5]
    assert numbers_of("看看", WordNumbers(known)) == [5, 5]
    assert numbers_of("新书", WordNumbers(known)) == [UNKNOWN, UNKNOWN]
    assert numbers_of("很好看", WordNumbers(known, by_pairs=False)) == [3, 4, 5]


def numbers_of(text: str, words: WordNumbers) -> list[int]:
    return words.of([(text, None)])[0].tolist()


def test_a_static_student_of_version_1_parts_words_as_it_did(tmp_path: Path) -> None:
    """A clause without blanks was one word to it."""
    words = ["很好看", "很", "好", "看", "!"]
    torch.manual_seed(0)
    model = StaticModel(Sizes(len(words), 8, 4, 2, 8, 2)).fold()
    given = rows(["很好看 ! 好"])
    Static(model, number(words), ("a", "b"), by_script=False).save(tmp_path / "old")
    facts = json.loads((tmp_path / "old" / predictors.FACTS).read_text(encoding="utf-8"))
    del facts["by_script"]
    (tmp_path / "old" / predictors.FACTS).write_text(json.dumps(facts), encoding="utf-8")
    (tmp_path / "old" / sums.NAME).unlink()
    old, new = predictors.load(tmp_path / "old"), Static(model, number(words), ("a", "b"))
    assert numbers_of(given["text"][0], WordNumbers(number(words), by_script=False)) == [3, 7, 5]
    assert numbers_of(given["text"][0], WordNumbers(number(words))) == [4, 5, 6, 7, 5]
    assert np.allclose(old.predict(given).outputs, outputs_of(model, [3, 7, 5]), atol=1e-6)
    assert np.allclose(new.predict(given).outputs, outputs_of(model, [4, 5, 6, 7, 5]), atol=1e-6)


def test_a_static_student_answers_many_rows_as_it_does_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of any length, in batches and portions, as the model that was trained says of each alone."""
    words = number([*"abcdefgh"])
    torch.manual_seed(0)
    model = StaticModel(Sizes(len(words), 8, 4, 3, 8, 2)).fold()
    torch.nn.init.normal_(model.bias)
    drawn = np.random.default_rng(0)
    texts = [" ".join(drawn.choice([*"abcdefghxyz"], size)) for size in (*drawn.integers(0, 30, 60), 900, 1, 2, 3)]
    monkeypatch.setattr("transferkit.predictors.static._SIGNS_AT_ONCE", 200)
    monkeypatch.setattr("transferkit.networks.ngram_tables.batch_tokens", lambda: 64)
    found = Static(model, words, ("a", "b")).predict(rows(texts)).outputs
    each = [outputs_of(model, numbers_of(text, WordNumbers(words)))[0] for text in texts]
    assert np.allclose(found, each, atol=1e-6)


def outputs_of(model: StaticModel, ids: Sequence[int]) -> npt.NDArray[np.float32]:
    with torch.no_grad():
        return np.asarray(softmax(model(torch.tensor([list(ids)])).numpy(), axis=1))


# Words with tags


def tagged(texts: Sequence[str], tags: Sequence[str], labels: tuple[str, ...]) -> predictors.Predictor:
    numbers = [[labels.index(tag) for tag in row.split()] for row in tags]
    return counted(texts, numbers, labels)


def likeliest(made: predictors.Predictor, text: str) -> list[str]:
    shares: npt.NDArray[np.float32] = made.predict(rows([text])).outputs[0]
    return [made.labels[i] for i in shares.argmax(axis=1)]


def test_a_word_not_seen_is_given_what_words_of_its_form_and_ending_have() -> None:
    """Words seen once are nearly all versions here, but an ordinary word is none."""
    texts = [f"we install the package {i}.{i + 1} now" for i in range(20)] + ["it came from Norway"]
    made = tagged(texts, ["O O O O VERSION O"] * 20 + ["O O O PLACE"], ("O", "VERSION", "PLACE"))
    assert likeliest(made, "they update some libraries 77.3 today in Galway") == [*"OOOO", "VERSION", "O", "O", "PLACE"]


def test_neighbours_tell_apart_what_a_sign_alone_does_not() -> None:
    texts = ["江 泽 民 说", "江 泽 民 说", "长 江 说 水", "长 江 说 水", "江 水"]
    tags = ["B I I O", "B I I O", "O O O O", "O O O O", "O O"]
    made = tagged(texts, tags, ("O", "B", "I"))
    assert likeliest(made, "江 泽 民 水") == ["B", "I", "I", "O"]
    assert likeliest(made, "长 江 水")[1] == "O"


def test_shares_sum_to_one() -> None:
    made = tagged(["Paris is big", "Paris fell", "a 5-6 x"], ["P O O", "P O", "O O O"], ("O", "P"))
    shares = made.predict(rows(["paris Paris unheard-of 12 漢字", "is big"])).outputs
    assert np.allclose(shares[0].sum(axis=1), 1, atol=1e-5) and np.isnan(shares[1, 2:]).all()


@pytest.mark.parametrize(
    ("word", "form"), [("Paris", "X x"), ("3.25", "0 . 0"), ("漢字", "CJK"), ("カナ", "KATAKANA"), ("", "")]
)
def test_forms(word: str, form: str) -> None:
    assert form_of(word) == form.replace(" ", "_")


def test_a_dictionary_of_version_1_answers_as_it_did(tmp_path: Path) -> None:
    facts = {"labels": ["O", "P"], "vocabulary": ["Paris", "is"]}
    write_version_1(tmp_path, "tag_dictionary", facts)
    shares = np.array([[0, 1], [1, 0], [0.25, 0.75]], dtype=np.float32)
    save_file({"shares": shares}, tmp_path / "model.safetensors")
    found = predictors.load(tmp_path).predict(rows(["Paris IS here"])).outputs
    assert found[0].tolist() == [[0, 1], [1, 0], [0.25, 0.75]]


# Questions


def test_a_matcher_looks_signs_up_where_words_are_not_marked(tmp_path: Path) -> None:
    told = "红楼梦的作者是曹雪芹。西游记写于一五九二年。长城在中国北方。"
    contexts = [told, *["的是于在一写者作"] * 9]
    made = span_matcher.counted(contexts, 1.0)
    asked = rows(["红楼梦的作者是谁", "西游记写于哪年"], [told] * 2)
    found = made.predict(asked).outputs
    assert found["answer"].tolist()[0] == "曹雪芹" and "五九二" in found["answer"].tolist()[1]
    made.save(tmp_path)
    assert predictors.load(tmp_path).predict(asked).outputs.tolist() == found.tolist()


def test_what_kind_of_answer_is_asked_for_is_learned() -> None:
    """In Spanish: cuándo asks for a year."""
    questions = ["cuándo fue eso", "quién fue eso"] * 10
    learned = span_matcher.kinds(questions, [["en 1931"], ["Ana"]] * 10)
    when, who = (learned.wanted(question) for question in questions[:2])
    assert when("el 1950") > 0.8 > 0.2 > when("Pedro") and who("Pedro") > 0.8
    assert span_matcher.kinds([], []).wanted("x")("y") == pytest.approx(1 / 3)


def test_a_matcher_of_version_1_answers_as_it_did(tmp_path: Path) -> None:
    told = "Anna wrote the old book in 1931. 很好 说。"
    made = span_matcher.counted([told, *["The one in the other is here."] * 9], 1.0)
    facts = {"vocabulary": list(made.vocabulary), "bonus": 1.0, "threshold": None}
    write_version_1(tmp_path, "span_matcher", facts)
    save_file({"rarity": made.rarity}, tmp_path / "model.safetensors")
    loaded = predictors.load(tmp_path)
    assert loaded.predict(rows(["When was the book written?"], [told])).outputs["answer"].tolist() == ["1931"]
    assert [stem for stem, _, _ in span_matcher.words_of_version_1("很好 说")] == ["很好", "说"]


# Texts


def test_the_first_signs_of_a_text(tmp_path: Path) -> None:
    made = PlainCopy(4, signs=True)
    made.save(tmp_path)
    for each in (made, predictors.load(tmp_path)):
        assert each.predict(rows(["这本 书很好看", "短"])).outputs.tolist() == ["这本 书很", "短"]


def test_a_copy_of_version_1_counts_words(tmp_path: Path) -> None:
    write_version_1(tmp_path, "plain_copy", {"words": 1, "constant": None})
    assert predictors.load(tmp_path).predict(rows(["这本 书"])).outputs.tolist() == ["这本"]

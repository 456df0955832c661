"""Answers to texts of words: tags, and the entities among them."""

import numpy as np

from transferkit.language.parting import BLANKS, learned
from transferkit.tagging.sentences import given, written
from transferkit.tagging.tagged import tagged, unparted

SURE = np.array([[[0.1, 0.9], [0.3, 0.7], [0.6, 0.4], [np.nan, np.nan]]])


def test_entities_of_a_text() -> None:
    text = "(王小明,\u3000Ada Lovelace)"
    parting = learned(["王 小 明 来 。", "是 Ada 。"])
    tags = ["O", "B-P", "I-P", "I-P", "O", "B-P", "I-P", "O"]
    [answer] = tagged(given([text], parting), [tags], np.full((1, 8, 2), 0.75))
    assert answer.words == ["(", "王", "小", "明", ",", "Ada", "Lovelace", ")"]
    first, second = answer.entities
    assert (first["text"], first["start"], first["end"]) == ("王小明", 1, 4)
    assert (second["text"], second["start"], second["end"]) == ("Ada Lovelace", 6, 18)
    assert (second["word_start"], second["word_end"], second["score"]) == (5, 7, 0.75)


def test_entities_of_words_as_they_were_given() -> None:
    [answer] = tagged(given([["10 000", "Euro", "\u3000"]], BLANKS), [["B-SUM", "I-SUM", "O"]], SURE)
    assert answer == ["B-SUM", "I-SUM", "O"] and answer.words == ["10 000", "Euro", "\u3000"]
    assert answer.entities == [
        {"text": "10 000 Euro", "type": "SUM", "start": 0, "end": 2, "score": 0.8, "word_start": 0, "word_end": 2}
    ]


def test_texts_without_blanks_for_a_model_of_words_of_several_signs() -> None:
    segmented, signs = learned(["他们 在 北京 工作 。"] * 3), learned(["他 们 在 北 京 。"] * 3)
    texts = ["他们在北京。", "Ada met him .", ["他们", "在", "北京"]]
    assert unparted(given(texts, segmented), segmented) == (1,)
    assert unparted(given(texts, signs), signs) == () == unparted(given(texts, BLANKS), BLANKS)


def test_a_blank_in_a_word_makes_no_two_of_it() -> None:
    assert written(["a b", ""]) == "a_b _" and written(["a", "\u3000", "b"]) == "a _ b" and written(["a", "b"]) == "a b"

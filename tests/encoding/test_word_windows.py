"""Words in windows of tokens: where they begin, which window answers for them, and what of words without a token."""

from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from transferkit import tasks
from transferkit.encoding.encoded import NO_TOKEN, Encoded, Sentences
from transferkit.encoding.ragged import ragged
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading, of_task
from transferkit.encoding.word_windows import as_read, encode_words, filled, merged, of_windows
from transferkit.errors import ConfigError
from transferkit.table.rows import Rows

PIECES = ["\u2581", "\u2581Ada", "\u2581in", "在中国", "在", "中国", "人", "民", "民大", "会", "。", "x", "会中国"]


@pytest.fixture(scope="module")
def unigram() -> Any:
    """A tokenizer in the manner of sentencepiece, whose pieces may hold several signs."""
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -3.0) for piece in PIECES)]
    made = Tokenizer(models.Unigram(pieces, unk_id=3))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    kind: Any = PreTrainedTokenizerFast
    return kind(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>")


def rows(*texts: str) -> Rows:
    return Rows({"text": list(texts)}, np.arange(1, len(texts) + 1))


def begun(encoded: Encoded, tokenizer: Any, line: int = 0) -> list[str | None]:
    """The pieces in which words begin."""
    assert encoded.words is not None
    ids = encoded.ids[line]
    return [None if at == NO_TOKEN else tokenizer.convert_ids_to_tokens(int(ids[at])) for at in encoded.words[line]]


def test_signs_are_read_without_blanks(unigram: Any) -> None:
    encoded = encode_words(rows("中 国 人 民 大 会 。", "Ada in 中 国"), unigram, 32)
    assert unigram.convert_ids_to_tokens(encoded.ids[0].tolist()) == [
        *("<s>", "\u2581", "中国", "人", "民大", "会", "。", "</s>")
    ]
    assert begun(encoded, unigram) == ["中国", None, "人", "民大", None, "会", "。"]
    assert begun(encoded, unigram, 1) == ["\u2581Ada", "\u2581in", "中国", None]
    assert encoded.sentences is not None
    assert encoded.sentences.goes_on[0].tolist() == [False, True, False, False, True, False, False]
    assert as_read(rows("中 国 人 民", "Ada in 中 国"))["text"] == ["中国人民", "Ada in 中国"]


def test_earlier_models_read_the_blanks(unigram: Any) -> None:
    encoded = encode_words(rows("中 国 人"), unigram, 32, reading=WordReading(spaced=True))
    assert unigram.convert_ids_to_tokens(encoded.ids[0].tolist())[1:-1] == [
        *("\u2581", "<unk>", "\u2581", "<unk>", "\u2581", "人")
    ]
    assert begun(encoded, unigram) == ["<unk>", "<unk>", "人"]


def test_pieces_in_which_entities_end_are_read_in_parts(unigram: Any) -> None:
    texts, tags = ["在 中 国 人", "会 中 国", "Ada in 中 国"], ["O B-L I-L O", "O O O", "B-P O B-L I-L"]
    given = Rows({"text": texts, "tags": [each.split() for each in tags]}, np.arange(1, 4))
    task = tasks.get("ner").bound(given)
    reading = of_task(given, task, unigram, "x ")
    assert reading.borders == {"在中国": (1,)}
    encoded = encode_words(rows("人 在 中 国 会"), unigram, 32, "x ", reading)
    assert begun(encoded, unigram) == ["人", "在", "中国", None, "会"]
    assert begun(encode_words(rows("人 在 中 国 会"), unigram, 32), unigram) == ["人", "在中国", None, None, "会"]
    ended = Rows({"text": ["会 民 大"], "tags": [["B-P", "I-P", "O"]]}, np.arange(1, 2))
    whole = of_task(ended, tasks.get("ner").bound(ended), unigram)
    assert whole.borders == {"民大": (1,)}  # 大 is not in the vocabulary
    assert begun(encode_words(rows("会 民 大"), unigram, 32, reading=whole), unigram) == ["会", "民大", None]
    assert of_task(given, tasks.get("text-classification"), unigram) == AS_WRITTEN


def test_a_prompt_is_no_word(unigram: Any) -> None:
    encoded = encode_words(rows("中 国 人"), unigram, 32, "x ")
    assert begun(encoded, unigram) == ["中国", None, "人"]
    assert unigram.convert_ids_to_tokens(encoded.ids[0].tolist())[:3] == ["<s>", "\u2581", "x"]


def test_a_sign_in_several_tokens_begins_with_the_first() -> None:
    alphabet = {sign: i for i, sign in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = Tokenizer(models.BPE(alphabet, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    kind: Any = PreTrainedTokenizerFast
    encoded = encode_words(rows("中 国 x y"), kind(tokenizer_object=made, pad_token="!"), 32)
    assert encoded.words is not None and encoded.words[0].tolist() == [0, 3, 7, 9]  # a sign has three bytes


@pytest.mark.parametrize("prompt", ["", "x "])
def test_every_word_is_answered_once_where_it_has_most_around_it(unigram: Any, prompt: str) -> None:
    words = ["人", "会"] * 30
    encoded = encode_words(rows("Ada", " ".join(words)), unigram, 16, prompt)
    sentences = encoded.sentences
    assert sentences is not None and encoded.words is not None
    assert max(map(len, encoded.ids)) == 16 and sentences.owner.tolist() == [0, *[1] * (len(encoded) - 1)]
    times = np.zeros(60, dtype=int)
    for line in range(1, len(encoded)):
        first, here = int(sentences.first[line]), begun(encoded, unigram, line)
        assert here == words[first : first + len(here)]
        answered = np.flatnonzero(sentences.answers[line])
        times[first + answered] += 1
        if 1 < line < len(encoded) - 1:
            assert answered[0] > 0 and answered[-1] < len(here) - 1  # not at the edges, where there is a neighbour
    assert times.tolist() == [1] * 60
    ids = [encoded.ids[line][1:3].tolist() for line in range(len(encoded))]
    assert not prompt or all(unigram.convert_ids_to_tokens(each) == ["\u2581", "x"] for each in ids)


def test_there_and_back_again(unigram: Any) -> None:
    encoded = encode_words(rows("人 会 。", " ".join(["人", "会"] * 30)), unigram, 16)
    values = np.arange(2 * 60 * 2, dtype=np.float32).reshape(2, 60, 2)
    values[0, 3:] = np.nan
    assert np.array_equal(merged(of_windows(values, encoded, np.nan), encoded), values, equal_nan=True)
    tags = of_windows(np.ones((2, 60), dtype=np.int64), encoded, -100)
    assert (tags == 1).sum() == sum(map(len, encoded.words or ()))


def test_no_room_is_refused(unigram: Any) -> None:
    with pytest.raises(ConfigError, match="max_length 8: special tokens and the prompt leave 0 tokens"):
        encode_words(rows("人 会 " * 20), unigram, 8, "x x x ")


LABELS = ("O", "B-P", "I-P", "B-L")


def probable(*tags: str | None) -> Any:
    """Probabilities of a row, NaN for words without a token."""
    return np.array(
        [[np.nan] * 4 if tag is None else [0.85 if tag == each else 0.05 for each in LABELS] for tag in tags],
        dtype=np.float32,
    )[None]


@pytest.mark.parametrize(
    ("given", "goes_on", "tags"),
    [
        (("B-P", None, "O"), (0, 1, 0), "B-P I-P O"),
        (("B-P", None, None, "O"), (0, 1, 1, 0), "B-P I-P I-P O"),
        (("O", None, "O"), (0, 1, 0), "O O O"),
        (("B-L", None, "O"), (0, 1, 0), "B-L O O"),
        (("B-P", None, "I-P"), (0, 0, 0), "B-P I-P I-P"),
        (("B-P", None, "O"), (0, 0, 0), "B-P O O"),
        (("B-P", None, "B-P"), (0, 0, 0), "B-P O B-P"),
        (("B-L", None, "I-P"), (0, 0, 0), "B-L O I-P"),
        ((None, "I-P", None), (0, 0, 0), "O I-P O"),
    ],
)
def test_words_without_a_token(given: tuple[str | None, ...], goes_on: tuple[int, ...], tags: str) -> None:
    one = np.zeros(1, dtype=np.int64)
    sentences = Sentences(one, one, (np.ones(len(given), dtype=bool),), (np.array(goes_on, dtype=bool),))
    encoded = Encoded(ragged([one]), None, 0, False, one, (one,), sentences=sentences)
    found = filled(probable(*given), encoded, LABELS)
    assert " ".join(LABELS[i] for i in found[0].argmax(axis=-1)) == tags
    assert np.allclose(found.sum(axis=-1), 1)

"""Every token says where it stands in its text, however rows are read."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from tiny_models import Tiny
from transferkit import answerers
from transferkit.encoding.readers import Manner, Read
from transferkit.encoding.span_windows import Reading
from transferkit.encoding.word_reading import WordReading
from transferkit.errors import ConfigError
from transferkit.shapes import Shape
from transferkit.table.rows import Rows

CHINESE = "\u6211\u7231\u5317\u4eac, \u5317\u4eac\u7231\u6211\u3002 \u5929\u5b89\u95e8 the old cat was here"
LONG = " ".join(["the old cat", CHINESE, "my new hammer was seen at home"] * 4)
PROMPT = "query: the "


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """Wordpieces as BERT has them: signs of Chinese alone, other words in pieces of at most two letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), ",", ".", ":"]
    pieces += [*sorted({sign for sign in CHINESE if sign > "\u2e80"}), "the", "cat", "##ammer", "\u00e9"]
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )


def rows(texts: list[str], pairs: list[str] | None = None) -> Rows:
    columns = {"text": texts} if pairs is None else {"text": texts, "text_pair": pairs}
    return Rows(columns, np.arange(1, len(texts) + 1))


def tokens_of(read: Read, tokenizer: PreTrainedTokenizerFast) -> Iterator[tuple[str, str]]:
    """(a token of a text as the model reads it, what stands at its place in the text), of all lines."""
    for line, ids in enumerate(read.examples.encoded.ids):
        places = read.places(line)
        assert len(places.owners) == len(ids) == len(places.offsets)
        assert ((places.owners < 0) == (places.offsets[:, 0] < 0)).all()
        for token, number in enumerate(ids.tolist()):
            if places.owners[token] >= 0:
                yield tokenizer.convert_ids_to_tokens(number).removeprefix("##"), places.written(token)


def same_tokens(read: Read, tokenizer: PreTrainedTokenizerFast) -> int:
    """How many tokens have a place; every one of them is what stands there."""
    pairs = list(tokens_of(read, tokenizer))
    assert [piece for piece, _ in pairs if piece != "[UNK]"] == [
        text.lower() for piece, text in pairs if piece != "[UNK]"
    ]
    assert all(text.strip() == text != "" for _, text in pairs)
    return len(pairs)


TEXTS = [CHINESE, "The CAT", LONG, "", "A hammer!"]


@pytest.mark.parametrize("prompt", ["", PROMPT])
@pytest.mark.parametrize("shape", [Shape.LABEL, Shape.LABELS, Shape.VALUE])
def test_of_texts(tokenizer: PreTrainedTokenizerFast, shape: Shape, prompt: str) -> None:
    read = answerers.read(shape, rows(TEXTS), Manner(tokenizer, 500, prompt))
    whole = sum(len(tokenizer.tokenize(text)) for text in TEXTS)
    assert same_tokens(read, tokenizer) == whole
    cut = answerers.read(shape, rows(TEXTS), Manner(tokenizer, 20, prompt))
    assert 20 < same_tokens(cut, tokenizer) < whole


@pytest.mark.parametrize("prompt", ["", PROMPT])
def test_of_texts_in_windows(tokenizer: PreTrainedTokenizerFast, prompt: str) -> None:
    read = answerers.read(Shape.LABEL, rows(TEXTS), Manner(tokenizer, 30, prompt, windows=True))
    assert len(read.examples) > len(read.rows) and same_tokens(read, tokenizer)
    # Together the windows of a text have every token of it.
    lines = np.flatnonzero(read.owner == 2)
    begins = {start for line in lines for start in read.places(line).offsets[:, 0].tolist() if start >= 0}
    assert len(begins) == len(tokenizer.tokenize(LONG))


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("long_first", [False, True])
def test_of_pairs(tokenizer: PreTrainedTokenizerFast, windows: bool, long_first: bool) -> None:
    texts, pairs = [CHINESE, "the cat"], [LONG, "A hammer"]
    asked = rows(pairs, texts) if long_first else rows(texts, pairs)
    read = answerers.read(Shape.LABEL, asked, Manner(tokenizer, 64, PROMPT, windows=windows))
    assert same_tokens(read, tokenizer)
    assert {owner for line in range(len(read.examples)) for owner in read.places(line).owners.tolist()} == {-1, 0, 1}
    assert read.places(0).texts == asked.inputs()[0]


@pytest.mark.parametrize("prompt", ["", PROMPT])
@pytest.mark.parametrize("length", [24, 500])
def test_of_words(tokenizer: PreTrainedTokenizerFast, prompt: str, length: int) -> None:
    words = ["\u6211 \u7231 \u5317\u4eac , the old cat", " ".join(LONG.split()), "The CAT"]
    read = answerers.read(Shape.TAGS, rows(words), Manner(tokenizer, length, prompt))
    assert (len(read.examples) > 3) is (length == 24)
    assert same_tokens(read, tokenizer)
    assert read.places(0).texts[0].startswith("\u6211\u7231\u5317\u4eac")
    spaced = Manner(tokenizer, length, prompt, of_words=WordReading(spaced=True))
    assert answerers.read(Shape.TAGS, rows(words), spaced).places(0).texts == (words[0],)


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("prompt", ["", PROMPT])
def test_of_contexts(tokenizer: PreTrainedTokenizerFast, prompt: str, closed: bool) -> None:
    asked = rows(["Where is the CAT?", CHINESE * 4], [LONG, CHINESE])
    read = answerers.read(Shape.SPAN, asked, Manner(tokenizer, 60, prompt, of_contexts=Reading(closed)))
    assert len(read.examples) > 2 and read.cut == (1,) and same_tokens(read, tokenizer)
    passages = read.examples.encoded.passages
    assert passages is not None
    for line, offsets in enumerate(passages.offsets):
        places = read.places(line)
        assert (np.where((places.owners == 1)[:, None], places.offsets, -1) == offsets).all()
        assert places.texts == asked.inputs()[read.owner[line]]


def test_of_a_real_family(tiny: Tiny) -> None:
    tokenizer = tiny("gpt2").tokenizer()
    read = answerers.read(Shape.LABEL, rows(["the old cat was here"]), Manner(tokenizer, 16, "a "))
    assert [text for _, text in tokens_of(read, tokenizer)] == ["the", "old", "cat", "was", "here"]


def test_a_slow_tokenizer_knows_no_places(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    class Slow:
        is_fast = False
        truncation_side, pad_token_id, padding_side = "right", 0, "right"

        def __call__(self, texts: list[str], *_: object, **__: object) -> dict[str, list[list[int]]]:
            return {"input_ids": [[1] for _ in texts]}

    read = answerers.read(Shape.LABEL, rows(["the cat"]), Manner(Slow(), 16))
    with pytest.raises(ConfigError, match="fast tokenizer"):
        read.places(0)


def test_places_are_worked_out_when_asked(tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    plain = PreTrainedTokenizerFast.__call__
    monkeypatch.setattr(
        PreTrainedTokenizerFast, "__call__", lambda self, *args, **how: asked.append(1) or plain(self, *args, **how)
    )
    read = answerers.read(Shape.LABEL, rows(TEXTS), Manner(tokenizer, 500))
    assert len(asked) == 0
    read.places(0)
    assert len(asked) == 1

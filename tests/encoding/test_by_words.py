"""Texts put together from their words have the tokens that reading them whole gives."""

from typing import Any

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from transferkit.encoding import by_words, tokenizing
from transferkit.encoding.encoded import encode
from transferkit.table.rows import Rows

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PIECES = (
    *SPECIAL,
    *"abeEx.,'",
    "##a",
    "##b",
    "##e",
    "##x",
    "ab",
    "##ab",
    "\u00e9",
    "\u4e2d",
    "\u6587",
    "\u1112",
    "##\u1161",
)
ODD = (*"ab eE. x,'", "ab", "e\u0301", "\u0301", "\u00e9", "\u0130", "\u4e2d", "\u6587", "\ud55c", "x" * 101)
ODD += (" ", "  ", "\t", "\n", "\u00a0", "\u3000", "\x85", "\x1c", "\x00", "\ufffd", "\u200b", "\U0001f600")
ODD += ("[SEP]", "[MASK]", "[sep]", "##a", "\u00a8", "\u2028")


def tokenizer(framed: bool = True, **normalizing: Any) -> Any:
    """One as BERT's are, with few pieces, `framed` by special tokens or not."""
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(**normalizing)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if framed:
        ends = [("[CLS]", 2), ("[SEP]", 3)]
        made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair=None, special_tokens=ends)
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def texts(count: int = 400) -> list[str]:
    random = np.random.default_rng(0)
    return ["", " ", *("".join(random.choice(ODD, random.integers(1, 12))) for _ in range(count))]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """It pays for two texts, blocks do not divide them, and words are forgotten meanwhile."""
    monkeypatch.setattr(by_words, "_WORTH_IT", 2)
    monkeypatch.setattr(by_words, "_MOST_KEPT", 50)
    monkeypatch.setattr(by_words, "BLOCK", 37)
    monkeypatch.setattr(tokenizing, "BLOCK", 11)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    ("framed", "normalizing"),
    [
        (True, {}),
        (False, {}),
        (True, {"lowercase": False}),
        (True, {"lowercase": False, "strip_accents": True}),
        (True, {"clean_text": False, "handle_chinese_chars": False}),
    ],
)
@pytest.mark.parametrize("prompt", ["", "ab ", "ab"])
def test_the_tokens_are_the_same(side: str, split: bool, framed: bool, normalizing: Any, prompt: str) -> None:
    made = tokenizer(framed, **normalizing)
    made.truncation_side, made.split_special_tokens = side, split
    given = texts()
    assert by_words.pays(made, given)
    behind = [prompt + text for text in given]
    whole = made(behind)["input_ids"]
    for most in (1, 2, 3, 7, 400):
        read = encode(Rows({"text": given}, np.arange(len(given))), made, most, prompt)
        expected = made(behind, truncation=True, max_length=max(most, 2) if framed else most)["input_ids"]
        assert [ids.tolist() for ids in read.ids] == [ids or [0] for ids in expected]
        assert read.full_lengths.tolist() == [len(ids) for ids in whole]


def test_it_is_left_to_others_where_words_do_not_stand_alone() -> None:
    assert by_words.pays(tokenizer(), texts())
    assert not by_words.pays(tokenizer(), ["a"]), "of few texts"
    over_a_blank, normalized = tokenizer(), tokenizer()
    over_a_blank.add_tokens([AddedToken("a b", normalized=False)])
    normalized.add_tokens(["ba"])
    by_bytes = tokenizer()
    by_bytes.backend_tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    composed = tokenizer()
    composed.backend_tokenizer.normalizer = normalizers.NFKC()
    for made in (over_a_blank, normalized, by_bytes, composed):
        assert not by_words.pays(made, texts())
    rows = Rows({"text": ["a b", "ba", "x a b x"]}, np.arange(3))
    for made in (over_a_blank, normalized):
        assert [ids.tolist() for ids in encode(rows, made, 9).ids] == made(rows["text"])["input_ids"]


def test_every_word_is_tokenised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_words, "_MOST_KEPT", 10_000)
    given: list[str] = []

    def noted(tokenizer: Any, texts: Any, special: bool = True) -> Any:
        given.extend(texts if not special else ())
        return tokenizing.encodings(tokenizer, texts, special=special)

    monkeypatch.setattr(by_words, "encodings", noted)
    rows = [" ".join(np.random.default_rng(i).choice(["a", "b", "ab", "x."], 9)) for i in range(100)]
    encode(Rows({"text": rows}, np.arange(100)), tokenizer(), 20)
    assert sorted(given) == ["a", "ab", "b", "x."]

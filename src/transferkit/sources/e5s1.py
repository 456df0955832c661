"""`.bin` files that begin with E5S1: a BERT and its Unigram tokenizer in blocks of four bits, unpacked once.

Little endian: the sizes of the model, the pieces of the tokenizer with their log probabilities, a normalisation map
that is passed over, and tensors in fp32 or as Q4_0 (an fp16 scale and 32 weights of four bits).
"""

import json
import logging
import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from transferkit.errors import SourceError
from transferkit.sources import fingerprint, store
from transferkit.sources.hush import hushed
from transferkit.sources.one_sentence import explaining
from transferkit.sources.source import Found, Request

log = logging.getLogger("transferkit")

_MAGIC = b"E5S1"
_GROWTH = 8  # float32 over four bits and a scale
_Q4_0, _BLOCK, _BYTES = 1, 32, 18
_PROMPT = "query: "  # of symmetric tasks, to which classification counts (Wang et al. 2024, Multilingual E5)
_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_OF_LAYER = re.compile(r"l(\d+)\.(\w+)\.([wb])")
_MEAN = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
_FURTHER: dict[str, Any] = {
    "modules.json": [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate([("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])
    ],
    "config_sentence_transformers.json": {"prompts": {"query": _PROMPT}, "default_prompt_name": "query"},
}


@dataclass
class _File:
    """The bytes of a file, read from front to back."""

    content: bytes
    at: int = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def bytes(self, count: int) -> bytes:
        part = self.content[self.at : self.at + count]
        if len(part) < count:
            raise ValueError("it is too short")
        self.at += count
        return part


def claims(name: str) -> bool:
    if not name.endswith(".bin") or not Path(name).is_file():
        return False
    with Path(name).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def fetch(name: str, request: Request) -> Found:
    """The model in the file `name`, as float32 safetensors with its tokenizer, mean pooling and prompt.

    Raises `SourceError` where the file is damaged.
    """
    file = Path(name).resolve()
    key = f"{re.sub(r'[^A-Za-z0-9.-]', '_', file.stem)}-{fingerprint.remembered(file, request.cache_dir)[:12]}"
    needed = _GROWTH * file.stat().st_size
    return Found(store.publish(request.cache_dir, key, needed, lambda scratch: _convert(file, scratch)))


def _convert(file: Path, scratch: Path) -> Path:
    log.info("unpacking %s (once)", file.name)
    into = scratch / "model"
    with explaining(f"{file} is damaged", SourceError):
        stream = _File(file.read_bytes(), len(_MAGIC))
        config = _configuration(stream)
        tokenizer = _tokenizer(stream, config)
        model = _model(stream, config)
    with hushed():
        model.save_pretrained(into)
        tokenizer.save_pretrained(into)
    of_size = {
        "sentence_bert_config.json": {"max_seq_length": config.max_position_embeddings, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": config.hidden_size, **_MEAN},
    }
    for name, content in (_FURTHER | of_size).items():
        (into / name).parent.mkdir(exist_ok=True)
        (into / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
    return into


def _configuration(stream: _File) -> BertConfig:
    version, width, layers, heads, inner, vocabulary, positions, types, epsilon, block = stream.take("I7ifi")
    if (version, block) != (1, _BLOCK):
        raise ValueError(f"expected version 1 with blocks of {_BLOCK}, found version {version} with blocks of {block}")
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=float(np.float32(epsilon)),
    )


def _tokenizer(stream: _File, config: BertConfig) -> Any:
    """XLM-RoBERTa's: a blank is put before a text and is part of the piece behind it."""
    (count,) = stream.take("i")
    first, last, padding, unknown = stream.take("4i")
    (size,) = stream.take("Q")
    bounds, scores = stream.take(f"{count + 1}I"), stream.take(f"{count}f")
    text = stream.bytes(size)
    pieces = [text[a:b].decode() for a, b in pairwise(bounds)]
    stream.take("i")  # entries of the normalisation map
    stream.bytes(*stream.take("I"))
    made = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    begin, end = pieces[first], pieces[last]
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, first), (end, last)],
    )
    config.pad_token_id = padding
    kind: Any = PreTrainedTokenizerFast
    return kind(
        tokenizer_object=made,
        bos_token=begin,
        eos_token=end,
        cls_token=begin,
        sep_token=end,
        unk_token=pieces[unknown],
        pad_token=pieces[padding],
        mask_token=pieces[-1],
        model_max_length=config.max_position_embeddings,
        model_input_names=["input_ids", "attention_mask"],
    )


def _model(stream: _File, config: BertConfig) -> Any:
    kind: Any = BertModel
    with torch.device("meta"):
        model = kind(config, add_pooling_layer=False)
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    tensors = {}
    for _ in range(*stream.take("i")):
        (length,) = stream.take("H")
        name = _name(stream.bytes(length).decode())
        kind, numbers, offset, size = stream.take("BIQQ")
        values = _unpacked(stream.content[offset : offset + size], kind)[:numbers]
        tensors[name] = torch.from_numpy(values.reshape(shapes[name]).copy())
    model.load_state_dict(tensors, assign=True)
    return model.eval()


def _name(stated: str) -> str:
    """What BERT calls the tensor `stated`."""
    if stated in _PARTS:
        return _PARTS[stated]
    kind = {"w": "weight", "b": "bias"}[stated[-1]]
    if layer := _OF_LAYER.fullmatch(stated):
        return f"encoder.layer.{layer[1]}.{_PARTS[layer[2]]}.{kind}"
    return f"{_PARTS[stated[:-2]]}.{kind}"


def _unpacked(content: bytes, kind: int) -> npt.NDArray[np.float32]:
    if kind != _Q4_0:
        return np.frombuffer(content, dtype="<f4")
    blocks = np.frombuffer(content, dtype=np.uint8).reshape(-1, _BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    found: npt.NDArray[np.float32] = ((halves - 8) * scales).reshape(-1)
    return found

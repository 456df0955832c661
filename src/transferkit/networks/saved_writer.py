"""What has to be known of a model that writes besides its own files, and reading it back from them."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from transferkit.config import FP32, GenerationConfig, Precision
from transferkit.encoding.templating import Frame
from transferkit.networks.writer import Writer
from transferkit.record import Record
from transferkit.sources import load_model, precision, wholeness

_Token = Annotated[int, Field(ge=0)]


class FrameFacts(Record):
    """A `Frame`."""

    before: tuple[_Token, ...]
    after: tuple[_Token, ...]
    end: _Token
    again: tuple[_Token, ...]
    start: _Token | None
    talks: bool


class WriterFacts(Record):
    """How a model is asked and writes."""

    frame: FrameFacts
    max_length: int = Field(ge=1)
    generation: GenerationConfig
    precision: Precision = FP32


def facts_of(writer: Writer) -> dict[str, Any]:
    """What `load` needs besides the model, the fields of `WriterFacts`, and whether it brings code of its own."""
    return {
        "frame": asdict(writer.frame),
        "max_length": writer.max_length,
        "generation": writer.generation,
        "own_code": load_model.brings_code(writer.model),
        "precision": precision.of(writer.model),
    }


def load(folder: Path, facts: WriterFacts, trust_remote_code: bool = False) -> Writer:
    """What `Writer.save` wrote."""
    config: Any = load_model.configuration(folder, trust_remote_code)
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model = load_model.saved(kind, folder, trust_remote_code, facts.precision)
    tokenizer = load_model.saved_tokenizer(folder, trust_remote_code)
    wholeness.require_room(tokenizer, model, folder)
    said = facts.frame
    frame = Frame(said.before, said.after, said.end, said.again, said.start, said.talks)
    rows = int(model.get_input_embeddings().weight.shape[0])
    if max(*said.before, *said.after, *said.again, said.end, said.start or 0) >= rows:
        raise ValueError(f"transferkit.json has tokens that the model does not know: it has {rows}")
    if (said.start is not None) != bool(config.is_encoder_decoder):
        raise ValueError("transferkit.json and config.json disagree on whether it has an encoder and a decoder")
    if facts.generation.max_new_tokens is None:
        raise ValueError("transferkit.json does not say how long an answer may be (max_new_tokens)")
    return Writer(model, tokenizer, frame, facts.max_length, facts.generation)

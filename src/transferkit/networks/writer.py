"""A generative Transformers model that writes after prompts, many at once, the same for every thread."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import GenerationConfig as HFGenerationConfig
from transformers.generation.stopping_criteria import StoppingCriteriaList, StopStringCriteria

from transferkit.arrays import Floats, Ints
from transferkit.config import GenerationConfig
from transferkit.encoding.templating import Frame
from transferkit.encoding.tokenizing import alone_with, as_learned
from transferkit.networks.drawing import drawing_from
from transferkit.networks.inference import device_of, if_it_fits
from transferkit.networks.layers import captured_along
from transferkit.networks.replica import runnable, to_save, write
from transferkit.progress import progress
from transferkit.sources.hush import log_hushed
from transferkit.sources.precision import lowered

# Tokens that a model must never write, or must begin or end with.
_KEPT = ("bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id")


@dataclass(frozen=True)
class _Most:
    """Tokens and rows that are answered at once, and tokens of padding, from which on a batch more is faster."""

    tokens: int
    rows: int
    padding: int


# Transformers keeps what it has worked out about texts that end an answer in a table of its own.
_stop_strings = threading.Lock()

_ON_CPU, _ON_GPU = _Most(8_192, 64, 2_048), _Most(32_768, 256, 32_768)


def _listed(tokens: int | Sequence[int] | None) -> Sequence[int]:
    return () if tokens is None else (tokens,) if isinstance(tokens, int) else tokens


@dataclass(frozen=True)
class Written:
    """A text, and whether it was `ended` rather than stopped at the most tokens; and where its writer's states were
    asked for, the tokens that were read on the way, the prompt's first, (tokens,), and the states there, side by
    side, (tokens, depths * width)."""

    text: str
    ended: bool = True
    tokens: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    states: Floats = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))


@dataclass(frozen=True)
class Writer:
    """`model` is an AutoModelForCausalLM or AutoModelForSeq2SeqLM; `max_length` is that of prompts, in tokens.

    `generation.max_new_tokens` is a number here.
    """

    model: Any
    tokenizer: Any
    frame: Frame
    max_length: int
    generation: GenerationConfig

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    @property
    def window(self) -> int:
        """The most tokens that it reads of one text: of a decoder that is the prompt with its answer."""
        return self.max_length + (0 if self.frame.start is not None else self.generation.max_new_tokens or 0)

    def written(self, prompts: Sequence[Ints]) -> tuple[list[str], tuple[int, ...]]:
        """What the model writes after prompts, (prompts,), and which of these answers stopped at the most tokens.
        Prompts of like length are answered together, the longest first."""
        texts, unfinished = [""] * len(prompts), []
        with progress("writing", len(prompts)) as advance:
            for i, written in self.told(prompts, advance):
                texts[i] = written.text
                unfinished += [] if written.ended else [i]
        return texts, tuple(sorted(unfinished))

    def told(
        self, prompts: Sequence[Ints], advance: Callable[[int], None], depths: Sequence[int] = ()
    ) -> Iterator[tuple[int, Written]]:
        """(position, what the model writes after that prompt), in any order, with its states at `depths`; `advance`
        hears of every batch."""
        for group in self._groups([len(ids) for ids in prompts]):
            answers = self._answers([prompts[i] for i in group], 0, depths)
            advance(len(group))
            yield from zip(group, answers, strict=True)

    def _groups(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        most = _ON_CPU if device_of(self.model).type == "cpu" else _ON_GPU
        order = np.argsort(-np.asarray(lengths), kind="stable").tolist()
        start = 0
        while start < len(order):
            longest = lengths[order[start]]
            tokens_per_row = longest + (self.generation.max_new_tokens or 0)
            rows = min(most.rows, max(1, most.tokens // (tokens_per_row * self.generation.num_beams)))
            padding = np.cumsum([longest - lengths[i] for i in order[start : start + rows]])
            rows = int(np.searchsorted(padding, most.padding, side="right"))
            yield order[start : start + rows]
            start += rows

    def answers(self, prompts: Sequence[Ints], seed: int = 0) -> list[str]:
        """What the model writes after prompts, all at once; halved where memory runs out. `seed` is for sampling."""
        return [answer.text for answer in self._answers(prompts, seed)]

    def _answers(self, prompts: Sequence[Ints], seed: int, depths: Sequence[int] = ()) -> list[Written]:
        answers = if_it_fits(lambda: self._generated(prompts, seed, depths), [len(ids) for ids in prompts])
        if answers is not None:
            return answers
        half = len(prompts) // 2
        return [*self._answers(prompts[:half], seed, depths), *self._answers(prompts[half:], seed, depths)]

    def _generated(self, prompts: Sequence[Ints], seed: int, depths: Sequence[int]) -> list[Written]:
        model, where, decoder = runnable(self.model), device_of(self.model), self.frame.start is None
        ids, mask = padded(prompts, self.tokenizer.pad_token_id or 0, left=decoder)
        # All that counts is what is saved; what else the pretrained model's own settings say is not.
        model.generation_config = self._settings(())
        with (
            torch.inference_mode(),
            lowered(model),
            drawing_from(seed, where) if self.generation.do_sample else nullcontext(),
            log_hushed(),
            captured_along(model, depths) as seen,
        ):
            out = model.generate(
                input_ids=ids.to(where),
                attention_mask=mask.to(where),
                generation_config=model.generation_config,
                stopping_criteria=self._stopping(),
            )
        width = ids.shape[1] if decoder else 0
        texts = self.tokenizer.batch_decode(out[:, width:], skip_special_tokens=True)
        ended = self._ended(out[:, width or 1 :].cpu().numpy())
        written = [self._written(text, bool(at_an_end)) for text, at_an_end in zip(texts, ended, strict=True)]
        passes = [states.shape[1] for states in seen]
        if passes != [width, *[1] * (out.shape[1] - width - 1)]:  # some read more at a time than what is new
            return written
        return self._with_states(written, prompts, out.cpu().numpy(), torch.cat(seen, dim=1).float())

    def _with_states(
        self, written: Sequence[Written], prompts: Sequence[Ints], out: Ints, states: Tensor
    ) -> list[Written]:
        """`written` with what was read, out of `out` (rows, tokens), and its `states` (rows, tokens - 1, width): the
        last token of all was written, but not read."""
        width = max(map(len, prompts))
        ends = np.isin(out[:, width:], self.settings().eos_token_id)
        counts = np.where(ends.any(axis=1), ends.argmax(axis=1), out.shape[1] - width - 1)
        parts = [slice(width - len(row), width + int(count)) for row, count in zip(prompts, counts, strict=True)]
        return [
            replace(answer, tokens=out[i, part], states=states[i, part].cpu().numpy().copy())
            for i, (answer, part) in enumerate(zip(written, parts, strict=True))
        ]

    def _ended(self, new: Ints) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Whether the tokens of an answer, (answers, tokens), end by themselves, (answers,)."""
        if new.shape[1] < (self.generation.max_new_tokens or 0):
            return np.ones(len(new), dtype=bool)
        settings = self.settings()
        own = new if settings.forced_eos_token_id is None else new[:, :-1]  # the last one ends it in any case
        return np.asarray(np.isin(own, settings.eos_token_id).any(axis=1))

    def _written(self, text: str, ended: bool) -> Written:
        """`text` up to where it stops; of one cut short not the beginning of a character either."""
        before = self._before_stop(text)
        if ended or before != text:
            return Written(before.strip())
        return Written(text.rstrip("\ufffd").strip(), ended=False)

    def _before_stop(self, text: str) -> str:
        return min((text.partition(stop)[0] for stop in self.generation.stop), key=len, default=text)

    def _stopping(self) -> StoppingCriteriaList:
        """What ends an answer besides its own end. Transformers would make the same of `stop_strings`, but with a table
        that all threads share, and with the tokenizer set to its liking."""
        if not self.generation.stop:
            return StoppingCriteriaList()
        with _stop_strings, alone_with(self.tokenizer):
            return StoppingCriteriaList([StopStringCriteria(self.tokenizer, list(self.generation.stop))])

    def settings(self) -> HFGenerationConfig:
        """The generation settings as Transformers take them; what the model cannot do without is its own."""
        return self._settings(self.generation.stop)

    def _settings(self, stop: Sequence[str]) -> HFGenerationConfig:
        generation, own = self.generation, self.model.generation_config
        ends = dict.fromkeys((self.frame.end, self.tokenizer.eos_token_id, *_listed(own.eos_token_id)))
        more: dict[str, Any] = {name: value for name in _KEPT if (value := getattr(own, name, None)) is not None}
        more |= (
            {"temperature": generation.temperature, "top_p": generation.top_p, "top_k": 0}
            if generation.do_sample
            else {}
        )
        more |= {"length_penalty": generation.length_penalty} if generation.num_beams > 1 else {}
        more |= {"stop_strings": list(stop)} if stop else {}
        return HFGenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=generation.max_new_tokens,
            num_beams=generation.num_beams,
            do_sample=generation.do_sample,
            no_repeat_ngram_size=generation.no_repeat_ngram_size,
            repetition_penalty=generation.repetition_penalty,
            eos_token_id=[token for token in ends if token is not None],
            pad_token_id=self.tokenizer.pad_token_id,
            bos_token_id=self.tokenizer.bos_token_id,
            decoder_start_token_id=self.frame.start,
            use_cache=True,
            **more,
        )

    def save(self, folder: Path) -> None:
        """Write model and tokenizer, such that plain Transformers writes the same."""
        model = to_save(self.model)
        model.generation_config, model.config.use_cache = self.settings(), True
        write(model, folder)
        as_learned(self.tokenizer, self.window, right=False).save_pretrained(folder)


def padded(rows: Sequence[Ints], value: int, left: bool) -> tuple[Tensor, Tensor]:
    """Token ids (rows, longest), filled up with `value`, and their mask."""
    width = max(map(len, rows))
    ids = np.full((len(rows), width), value, dtype=np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        where = slice(width - len(row), None) if left else slice(len(row))
        ids[i, where], mask[i, where] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)

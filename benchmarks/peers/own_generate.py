"""This project's generator at the same work as `plain_generate.py`: same model, prompts, lengths and clock."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measure import Trained, answer, request
from plain_generate import INSTRUCTION, MAX_LENGTH, NEW_TOKENS

from transferkit import sources, tasks
from transferkit.config import GenerationConfig
from transferkit.encoding.prompting import frame
from transferkit.model import rows_of
from transferkit.predictors.generator import Generator


def main() -> None:
    asked = request(__doc__)
    backbone = sources.load(asked.model, cache_dir=Path("~/.cache/transferkit").expanduser(), offline=True)
    tokenizer: Any = backbone.tokenizer()
    how = frame(tokenizer, backbone.configuration(), tasks.get("summarization"), INSTRUCTION)
    generator = Generator(backbone.generator(), tokenizer, how, MAX_LENGTH, GenerationConfig(max_new_tokens=NEW_TOKENS))

    def predict(texts: Sequence[str]) -> list[str]:
        return [str(text) for text in generator.predict(rows_of(texts)).outputs]

    def counted(_true: Sequence[Any], found: Sequence[str]) -> dict[str, float]:
        return {"tokens": float(sum(map(len, tokenizer(list(found))["input_ids"])))}

    settings = {"max_length": MAX_LENGTH, "new_tokens": NEW_TOKENS}
    answer(asked, Trained(predict, 0.0, settings), ["transformers", "torch"], counted)


if __name__ == "__main__":
    main()

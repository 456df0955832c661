"""What is usually written to answer many prompts: `generate` over batches of 16 in the order of the file.

Prompts are in the model's chat template, padded on the left to the longest of their batch; texts are cut so that no
prompt is longer than 256 tokens. Answers are greedy, of 24 tokens at most.
"""

from collections.abc import Sequence
from typing import Any

import torch
from measure import Trained, answer, request
from transformers import AutoModelForCausalLM, AutoTokenizer

BATCH_SIZE = 16
MAX_LENGTH = 256
NEW_TOKENS = 24
INSTRUCTION = "Summarize the text."


def main() -> None:
    asked = request(__doc__)
    tokenizer = AutoTokenizer.from_pretrained(asked.model, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(asked.model).eval()

    def prompt(text: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": text}]

    around = len(tokenizer.apply_chat_template(prompt(""), add_generation_prompt=True, return_dict=True)["input_ids"])

    def cut(text: str) -> str:
        ids = tokenizer(text)["input_ids"]
        short: str = tokenizer.decode(ids[: MAX_LENGTH - around])
        return text if len(ids) <= MAX_LENGTH - around else short

    def predict(texts: Sequence[str]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(texts), BATCH_SIZE):
            inputs = tokenizer.apply_chat_template(
                [prompt(cut(text)) for text in texts[start : start + BATCH_SIZE]],
                add_generation_prompt=True,
                padding=True,
                return_tensors="pt",
                return_dict=True,
            )
            with torch.inference_mode():
                out = model.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False)
            found += tokenizer.batch_decode(out[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        return found

    def counted(_true: Sequence[Any], found: Sequence[str]) -> dict[str, float]:
        return {"tokens": float(sum(map(len, tokenizer(list(found))["input_ids"])))}

    settings = {"batch_size": BATCH_SIZE, "max_length": MAX_LENGTH, "new_tokens": NEW_TOKENS}
    answer(asked, Trained(predict, 0.0, settings), ["transformers", "torch"], counted)


if __name__ == "__main__":
    main()

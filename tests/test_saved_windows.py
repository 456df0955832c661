"""What is saved says how it was learned: the card's own lines give the answers of transferkit."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import transferkit
from tiny_models import FILLERS, KINDS, save_model, some_rows
from transferkit import predictors

WINDOW = 8
LONG = " ".join([*FILLERS, KINDS["animal"][0], *FILLERS])


def fit(place: Path, routes: Any, **settings: Any) -> Path:
    rows = some_rows(60)
    transferkit.fit(
        {"text": list(rows["text"]), "label": list(rows["label"])},
        routes=routes,
        folds=0,
        max_length=WINDOW,
        offline=True,
        output_dir=place / "run",
        cache_dir=place / "cache",
        **settings,
    )
    return place / "run" / "models"


def by_the_card(folder: Path, text: str) -> tuple[Any, Any]:
    """What the lines of the card answer when `text` stands twice where theirs does, and the logits of it."""
    card = (folder / "README.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", card, re.S) if "AutoTokenizer" in block)
    (name,) = re.findall(r"^# (.+)$", card, re.M)[:1]
    (shown,) = re.findall(r'model\.predict\(\["(.*)"\]\)', card)
    code = code.replace(f'"{name}"', repr(str(folder))).replace(shown, text)
    code = re.sub(r"tokenizer\(\[(.*?)\],", r"tokenizer([\1, \1],", code)
    code = code.partition("  # [")[0]
    *lines, last = code.strip().splitlines()
    names: dict[str, Any] = {}
    with torch.inference_mode():
        exec("\n".join(lines), names)
        return eval(last, names), names["logits"]


@pytest.mark.parametrize("prompt", ["", "the old one : "])
def test_of_every_route_that_loads_with_plain_transformers(tmp_path: Path, prompt: str) -> None:
    save_model(tmp_path / "model", "bert", 2)
    routes = [{"full": {"epochs": 2}}, {"top_layers": {"epochs": 1}}, {"lora": {"epochs": 1}}]
    routes += [{"fewer_layers": {"epochs": 1}}, {"pretrained": {"epochs": 1, "model": str(tmp_path / "model")}}]
    if prompt:
        routes = routes[:1]
    models = fit(tmp_path, routes, model=str(tmp_path / "model"), prompt=prompt)
    for route in (next(iter(each)) for each in routes):
        folder = models / route
        said = json.loads((folder / "tokenizer_config.json").read_text())
        assert said["model_max_length"] == WINDOW, route
        for text in (LONG, "the red cat"):
            model = transferkit.load(folder)
            answers, logits = by_the_card(folder, text)
            probabilities = torch.softmax(logits, dim=1).numpy()
            assert np.allclose(probabilities, model.predict_proba([text, text]), atol=1e-5), route
            assert answers == model.predict([text, text]), route
        facts: Any = predictors.read_facts(folder)
        assert facts.prompt == prompt


def test_texts_are_filled_up_where_they_were_in_training(tmp_path: Path) -> None:
    """Positions of a GPT-2 that is filled up on the left would be others."""
    save_model(tmp_path / "model", "gpt2", 2, left=True)
    folder = fit(tmp_path, [{"full": {"epochs": 1}}], model=str(tmp_path / "model")) / "full"
    assert json.loads((folder / "tokenizer_config.json").read_text())["padding_side"] == "right"

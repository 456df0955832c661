"""A tiny model whose class is Python code in its folder, which leaves a mark when it is run."""

import json
from pathlib import Path

from tiny_models import save_model

_CODE = """
from pathlib import Path

from transformers import BertConfig, BertForSequenceClassification, BertModel

Path({mark!r}).touch()


class OwnConfig(BertConfig):
    model_type = "own-of-a-test"


class OwnModel(BertModel):
    config_class = OwnConfig


class OwnClassifier(BertForSequenceClassification):
    config_class = OwnConfig
"""


def save_own(folder: Path, mark: Path) -> Path:
    """A model folder like those of `save_model`; running its code makes the file `mark`."""
    save_model(folder, "bert")
    (folder / "own_modeling.py").write_text(_CODE.format(mark=str(mark)), encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    classes = {"Config": "Config", "Model": "Model", "ModelForSequenceClassification": "Classifier"}
    code = {f"Auto{auto}": f"own_modeling.Own{name}" for auto, name in classes.items()}
    config |= {"model_type": "own-of-a-test", "auto_map": code}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder

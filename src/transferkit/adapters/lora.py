"""Low-rank updates beside frozen weights (Hu et al. 2022), by PEFT."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import nn

from transferkit.adapters import Adapted
from transferkit.errors import ConfigError
from transferkit.options.lora import Options
from transferkit.sources.backbone import Backbone
from transferkit.training.options import TrainingOptions
from transferkit.training.workload import Extent

_LEARNING = 0.03


def default_rate(parameters: int) -> float:
    """1e-3 at 22.7 M weights, falling slowly: 5e-4 at 110 M, 2e-4 at 1 B."""
    return float(1e-3 * (22.7e6 / max(parameters, 5_000_000)) ** 0.4)


def writing_rate(parameters: int) -> float:
    """1e-3 at 135 M weights, 5e-4 at half a billion."""
    return float(1e-3 * (135e6 / max(parameters, 5_000_000)) ** 0.5)


def default_epochs(rows: int) -> float:
    """6 from 5,000 rows on, up to 12 below: low-rank updates need more steps than full ones."""
    return float(min(12, max(4 if rows > 20_000 else 6, round(30_000 / max(rows, 1)))))


def extent(options: TrainingOptions, backbone: Backbone) -> Extent:
    """Gradients go through every layer; about 3 % of the weights learn."""
    return Extent(weights=_LEARNING)


def why_not(options: TrainingOptions, backbone: Backbone) -> str | None:
    """Needs the extra `lora`."""
    if find_spec("peft") is None:
        raise ConfigError("the lora route needs PEFT: pip install 'transferkit[lora]'")
    return None


def adapt(model: nn.Module, options: TrainingOptions) -> Adapted:
    """Add updates to every linear layer but the head, which is trained whole; merged on finish."""
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

    assert isinstance(options, Options)
    settings = LoraConfig(
        task_type=_task_type(model),
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        use_rslora=True,
        target_modules="all-linear",
        modules_to_save=_head(model),
    )
    peft_model: Any = get_peft_model(model, settings)

    kept: dict[str, Any] = {}

    def finish() -> nn.Module:
        # Merging dissolves the adapter, so its weights are set aside for `save_extra`.
        kept.update({k: v.detach().clone() for k, v in get_peft_model_state_dict(peft_model).items()})
        merged: nn.Module = peft_model.merge_and_unload()
        return merged

    def save_extra(folder: Path, base: str) -> None:
        target = folder / "adapter"
        target.mkdir(exist_ok=True)
        save_file(kept, target / "adapter_model.safetensors")
        # Only now: while there is a model, PEFT would look for one of that name on the hub.
        peft_model.peft_config["default"].base_model_name_or_path = base
        peft_model.peft_config["default"].save_pretrained(target)

    return Adapted(peft_model, finish, save_extra=save_extra)


def _task_type(model: Any) -> str:
    """PEFT's name for what `model` is for."""
    if model.get_output_embeddings() is not None:
        return "SEQ_2_SEQ_LM" if model.config.is_encoder_decoder else "CAUSAL_LM"
    kinds = {"Token": "TOKEN_CLS", "QuestionAnswering": "QUESTION_ANS"}
    return next((kind for name, kind in kinds.items() if name in type(model).__name__), "SEQ_CLS")


def _head(model: Any) -> list[str] | None:
    """The modules of a new head; all of it: DistilBERT's has two layers, of which PEFT knows the last."""
    if model.get_output_embeddings() is not None:
        return None  # it was pretrained
    return sorted({name.split(".")[0] for name, _ in model.named_parameters()} - {model.base_model_prefix})

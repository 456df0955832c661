"""The pretrained model as it is: what it writes when it is only told what to do."""

import time

from transferkit.config import Strict
from transferkit.context import Context
from transferkit.routes import Cost, Outcome
from transferkit.training.workload import BASE_BYTES, NUMBER_BYTES, Workload


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    if not context.task.shape.form.WRITTEN:
        return f"{context.task.name} wants {context.task.shape.value}, for which a pretrained model has no head yet"
    return context.why_no_text


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """Nothing but its answers, and a copy of the model."""
    weights = NUMBER_BYTES * context.backbone.parameters
    return Cost(0.0, 0.0, answering=workload.speed.forward, memory=BASE_BYTES + 2 * weights, disk=weights)


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Nothing is trained."""
    began = time.perf_counter()
    model, tokenizer = context.backbone.generator(), context.backbone.tokenizer()
    return Outcome(
        predictor=context.writer(model, tokenizer),
        method=f"{context.backbone.name} as pretrained, prompted with the instruction",
        trained_parameters=0,
        seconds=time.perf_counter() - began,
        settings={},
    )

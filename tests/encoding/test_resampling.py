"""Oversampling evens labels out and loses no row."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from jobs import examples_of, make_job
from tiny_models import Tiny
from transferkit.encoding.examples import UNLABELLED
from transferkit.encoding.resampling import oversampled
from transferkit.training.loop import train


def test_every_label_comes_as_often_as_the_most_frequent(tiny: Tiny) -> None:
    labels = np.array([0] * 11 + [1] * 7 + [2] * 2 + [UNLABELLED] * 4)
    source = replace(examples_of(tiny()), labels=labels)
    drawn = oversampled(source, 0)
    counts = {int(k): int(n) for k, n in zip(*np.unique(labels[drawn.positions], return_counts=True), strict=True)}
    assert counts == {UNLABELLED: 4, 0: 11, 1: 11, 2: 11}
    assert set(drawn.positions.tolist()) == set(range(24))
    assert np.unique(drawn.positions[labels[drawn.positions] == 1], return_counts=True)[1].max() == 2
    batch = drawn.batch([len(drawn.positions) - 1])
    assert batch["labels"].tolist() == [2] and len(drawn.lengths) == 37


def test_the_loop_takes_it(tiny: Tiny, tmp_path: Path) -> None:
    source = replace(examples_of(tiny()), labels=np.array([0] * 20 + [1] * 2 + [2] * 2))
    trained = train(make_job(tiny(), tmp_path / "job", source=oversampled(source, 0)))
    assert len(trained.history) == 2

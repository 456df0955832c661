"""What a training says after every epoch."""

import logging

import pytest

from transferkit.training import epoch_messages
from transferkit.training.epoch_messages import EpochMessages


def test_epoch_loss_validation_and_time_left(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = iter([0.0, 10.0, 30.0, 150.0])
    monkeypatch.setattr(epoch_messages.time, "monotonic", lambda: next(now))
    caplog.set_level(logging.INFO, "transferkit")
    said = EpochMessages("full: fine-tuning", 3.0, "accuracy")
    said.begin(20, 90)  # continued after 20 of 90 steps
    said.learned(2.0, 60, 0.4142)
    said.say({"eval_accuracy": 0.8571, "eval_log_loss": 0.5})
    said.learned(3.0, 90, 0.3)
    said.say()
    said.stopped(2.0)
    assert caplog.messages == [
        "full 2/3  loss 0.41  validation accuracy 0.86  0:15 left",  # 40 steps in 20 s, 30 are left
        "full 3/3  loss 0.30",
        "full: no better since epoch 2, whose weights are kept",
    ]

"""What libraries say that means nothing to who uses them through this one. All else they say is shown."""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ABOUT_THEIR_CODE = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
"""Whoever writes code for a library is meant."""
_KNOWN = (
    # Weights are compared with the model that config.json describes when a folder is examined.
    r"[^\n]*LOAD REPORT",
    # Texts are cut, or read in windows, to the length that the audit names.
    r"Token indices sequence length is longer than",
    r"Asking to (truncate|pad) to max_length but no maximum length is provided",
    r"Be aware, overflowing tokens are not returned",
    # How tokens are padded and answers end is set for every model.
    r"We strongly recommend passing in an `attention_mask`",
    r"Setting `pad_token_id` to `eos_token_id`",
    r"You're using a \w+ tokenizer\. Please note that with a fast tokenizer",
    r"This sequence already has ",
    # PEFT finds out by itself how the weights of a layer lie.
    r"fan_in_fan_out is set to ",
    # The loss is ours.
    r"`?loss_type",
    # What a machine without a GPU need not be told.
    r"'pin_memory' argument is set as true but",
    # Every label has its rows counted in the audit.
    r"The least populated class in y has only",
    r"The number of unique classes is greater than 50%",
    # Their bars are not shown, and ours need no ipywidgets.
    r"IProgress not found",
    # Nothing asked for here needs an account.
    r"You are sending unauthenticated requests to the HF Hub",
)


LOGGERS = ("transformers", "huggingface_hub", "datasets")
"""The libraries that log rather than warn."""

_all_shown = False


def show_all() -> None:
    """Hide nothing from now on."""
    global _all_shown
    _all_shown = True


def is_known(message: str) -> bool:
    """Whether it is one of those that are not shown."""
    return any(re.match(known, message) for known in _KNOWN)


def ignore_warnings() -> None:
    """Add Python's filters for them, before those that there are."""
    if _all_shown:
        return
    for category in _ABOUT_THEIR_CODE:
        warnings.filterwarnings("ignore", category=category)
    for known in _KNOWN:
        warnings.filterwarnings("ignore", message=known)


@contextmanager
def ignored() -> Iterator[None]:
    """Without them within."""
    with warnings.catch_warnings():
        ignore_warnings()
        yield


class Unknown(logging.Filter):
    """Lets through what is not known, and all that others than these libraries log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _all_shown or record.name.partition(".")[0] not in LOGGERS or not is_known(record.getMessage())

"""Ctrl-C between two steps of a training instead of in the midst of one, so that it can be saved first."""

import logging
import signal
import threading
from typing import Any

log = logging.getLogger("transferkit")


class Interruption:
    """Notes a Ctrl-C for later; a second one is not kept waiting."""

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def watch(self) -> None:
        """Take Ctrl-C over. Only the main thread may, and where the program ignores it, it stays ignored."""
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)

    def unwatch(self) -> None:
        """Give Ctrl-C back."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def happen(self) -> None:
        """Raise `KeyboardInterrupt` if one was asked for."""
        if self.asked:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: Any) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        log.info("stopping after this step; Ctrl-C again stops at once and loses up to a minute of training")

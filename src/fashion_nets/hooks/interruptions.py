"""What Ctrl+C and other requests to end do to a run."""

import logging
import multiprocessing
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from kedro.framework.hooks import hook_impl
from kedro.framework.session import KedroSession

from fashion_nets.tracking.runs import close_outbox, close_own_outbox, leave_active_run

SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
TO_END_RUNS = 2.0
"""Seconds within which runs are ended in MLflow, or else kept in a file."""
TO_REACT = 3.0
"""Seconds after which a process is left that still computes."""
STOP = 0

logger = logging.getLogger(__name__)


class InterruptionHook:
    """Ends what is tracked as killed when somebody asks a run to end, and sees to it that the process does.

    It works the same for the command line, scripts that call ``session.run`` and notebooks, as long as the
    run is in the main thread, which alone is told of signals.

    Args:
        release: Gives back what the run in a thread has locked, which gets the number of that thread.

    Attributes:
        owns_process: Whether the process is there for the run alone, as on the command line.
    """

    def __init__(self, release: Callable[[int], None]) -> None:
        self.owns_process = False
        self._release = release
        self._watch: Watch | None = None

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(self) -> Generator[None, None, None]:
        """Listen to signals from now on."""
        self._stop()  # a cell of a notebook was interrupted before
        if threading.current_thread() is threading.main_thread():
            self._watch = Watch(self.owns_process, self._release)
        try:
            yield
        except BaseException:  # Kedro calls no hook for what fails before the first node
            close_own_outbox("FAILED")
            self._stop()
            raise

    @hook_impl(wrapper=True, tryfirst=True)
    def after_pipeline_run(self) -> Generator[None, None, None]:
        """Leave signals to whom they were before, once the others have done their part."""
        try:
            yield
        finally:
            self._stop()

    @hook_impl(wrapper=True, tryfirst=True)
    def on_pipeline_error(self) -> Generator[None, None, None]:
        """Leave signals to whom they were before, once the others have done their part."""
        try:
            yield
        finally:
            self._stop()

    def _stop(self) -> None:
        """End the watch; it is the main thread's, whatever other threads run."""
        if self._watch is not None and threading.current_thread() is threading.main_thread():
            self._watch.stop()
            self._watch = None


class Watch:
    """Waits for signals during one run.

    Python calls a signal's handler when the main thread comes back from what it computes, which may take
    minutes in TensorFlow or SciPy. A thread is woken at once, by a pipe that is written to as the signal
    arrives; so it is this thread that ends the runs, and the process if need be. A second signal leaves the
    process at once.

    Args:
        owns_process: Whether the process is left even where the main thread has noticed the signal, but does
            not end.
        release: Gives back what the run in a thread has locked, as Kedro calls no hook after Ctrl+C. It is
            called once the main thread has left the run: until then, other threads of it may still save.
    """

    def __init__(self, owns_process: bool, release: Callable[[int], None]) -> None:
        self._owns_process = owns_process
        self._release = release
        self._is_interactive = _is_interactive()
        self._noticed, self._ended, self._stopped = (threading.Event() for _ in range(3))
        self._releasing: threading.Thread | None = None
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        self._is_installed = True
        self._fd_before = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in self._ours():
            signal.signal(number, self._handle)
        self._thread = threading.Thread(target=self._wait, name="interruptions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave signals to whom they were before."""
        self._uninstall()
        self._stopped.set()
        if self._releasing is not None:
            self._releasing.join(TO_END_RUNS)
        os.write(self._writing, bytes([STOP]))
        self._thread.join(TO_END_RUNS)
        if not self._thread.is_alive():
            os.close(self._reading)
            os.close(self._writing)

    def _ours(self) -> list[signal.Signals]:
        """The signals that nobody else has seen to: ignored ones and those with a handler are left alone."""
        free = (signal.SIG_DFL, signal.default_int_handler)
        return [number for number in SIGNALS if self._before[number] in free]

    def _uninstall(self) -> None:
        if not self._is_installed or threading.current_thread() is not threading.main_thread():
            return
        self._is_installed = False
        signal.set_wakeup_fd(self._fd_before)
        for number in self._ours():
            signal.signal(number, self._before[number])

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """In the main thread, when it comes to it: let the runs be ended, and end."""
        self._noticed.set()
        self._ended.wait(TO_END_RUNS + 0.5)
        leave_active_run()
        self._releasing = threading.Thread(target=self._release_after_the_run, name="locks", daemon=True)
        self._releasing.start()
        if not self._owns_process:  # else a second signal is still to leave at once
            self._uninstall()
        if number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        if self._is_interactive:  # a kernel would go on after SystemExit
            os.kill(os.getpid(), number)
        raise SystemExit(128 + number)

    def _release_after_the_run(self) -> None:
        main = threading.main_thread().ident
        while not self._stopped.wait(0.05):
            if main is not None and not _is_in_a_run(main):
                self._release(main)
                return

    def _wait(self) -> None:
        """In a thread of its own: see what comes through the pipe, and do what has to be done."""
        number = self._next_signal(None)
        if number is None:
            return
        try:
            close_outbox("KILLED", TO_END_RUNS)
        finally:
            self._ended.set()
        logger.warning(
            "Stopped by %s. The same command goes on from the last checkpoint.", signal.Signals(number).name
        )
        if self._is_interactive:
            return
        second = self._next_signal(TO_REACT)
        if second or self._owns_process or not self._noticed.is_set():
            _leave(second or number)

    def _next_signal(self, seconds: float | None) -> int | None:
        """Wait for the next signal that is ours; None if the run ends before, or time is up."""
        while select.select([self._reading], [], [], seconds)[0]:
            (number,) = os.read(self._reading, 1)
            if number == STOP:
                return None
            if self._fd_before != -1:
                with suppress(OSError):
                    os.write(self._fd_before, bytes([number]))
            if number in self._ours():
                return number
        return None


def _leave(number: int) -> NoReturn:
    """End the process, whatever its main thread computes, and those that it has started to compute for it."""
    for child in multiprocessing.active_children():
        child.terminate()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(128 + number)


def _is_in_a_run(thread: int) -> bool:
    """Whether a thread is within ``session.run``, which itself waits for the threads that it has started."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code is KedroSession.run.__code__:
            return True
        frame = frame.f_back
    return False


def _is_interactive() -> bool:
    """Whether a person goes on to work in this process: a notebook, or Python's own prompt."""
    ipython = sys.modules.get("IPython")
    return hasattr(sys, "ps1") or (ipython is not None and ipython.get_ipython() is not None)

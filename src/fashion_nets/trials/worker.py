"""A process that trains one trial after the other, ``python -m fashion_nets.trials.worker``.

It is no process of ``multiprocessing``, whose children import the program that their parent has begun with:
the command line of Kedro, a script, a test runner.
"""

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, NoReturn

SECONDS_BETWEEN_LOOKS = 0.5
"""So often it looks whether its parent is there, where the pipe does not say so."""


class Start(NamedTuple):
    """What the command line says.

    Attributes:
        pipe: The file descriptor of the pipe to the parent.
        parent: The number of its process.
    """

    pipe: int
    parent: int


def main(start: Start) -> None:
    """Do what the parent asks for until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all; the parent ends its workers
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    connection: Connection[Any, Any] = Connection(start.pipe)
    orders: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    listening = (connection, orders, start.parent)
    threading.Thread(target=_listen, args=listening, name="parent", daemon=True).start()
    _serve(connection, orders)


def _listen(connection: "Connection[Any, Any]", orders: "queue.SimpleQueue[bytes]", parent: int) -> None:
    """Take orders as they come, unread: reading them imports what the main thread may be importing.

    A parent that was killed is noticed here, whatever the main thread computes.
    """
    try:
        while True:
            while not connection.poll(SECONDS_BETWEEN_LOOKS):
                if os.getppid() != parent:  # another process may hold the other end of the pipe open
                    os._exit(1)
            orders.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)
    except Exception:  # noqa: BLE001  # or parent and worker would wait for each other
        traceback.print_exc()
        os._exit(1)


def _serve(connection: "Connection[Any, Any]", orders: "queue.SimpleQueue[bytes]") -> NoReturn:
    """Train one trial after the other."""
    import keras  # noqa: F401  # takes seconds, while the parent may still prepare the first order

    from fashion_nets.trials.work import failure, train_for

    lock = threading.Lock()

    def send(message: Any) -> None:
        try:
            with lock:
                connection.send(message)
        except OSError:  # the parent is gone
            os._exit(1)

    sets: Any = None
    bases: Any = None
    while True:
        order = pickle.loads(orders.get())
        try:
            if order.supplies is not None:
                sets, bases = order.supplies.take_up()
        except Exception as error:  # noqa: BLE001  # of the trial, as its parent sees it
            send(failure(error))
            continue
        train_for(order.job, sets, bases, send)


if __name__ == "__main__":
    main(Start(int(sys.argv[1]), int(sys.argv[2])))

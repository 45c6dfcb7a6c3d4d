"""What is asked for several times in a process, by several networks or sessions: computed once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Remembered(Generic[Result]):
    """The last results of a function, by all that they depend on.

    Nodes may be in threads: who asks for a result that another one is computing waits for it.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = RLock()  # parameters that name each other are an error, and do not wait for themselves

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Give what is remembered by a key, or make it.

        Args:
            key: All that it depends on; arrays as their digests.
            make: Computes it.
        """
        with self._lock:
            if key not in self._results:
                self._results[key] = make()
                if len(self._results) > self._most:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
            return self._results[key]

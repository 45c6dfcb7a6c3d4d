"""Whether what a page shows is what is stored now, and whether that is current."""

from collections.abc import Iterable, Iterator, Mapping

from fashion_nets.formatting import format_time
from fashion_nets.reporting.captions import caption_of
from fashion_nets.reporting.facts import UNKNOWN, DatasetFacts, RunFacts, is_changed, made_as_shown
from fashion_nets.reporting.names import part_dataset
from fashion_nets.reporting.parts import Item, Part, has_content


class Standing:
    """How a part stands.

    A part is a copy of what was stored as it was made. So it may be older than what is stored now, of which
    the states of these datasets tell nothing: its own state and its own time are looked at too.

    Args:
        part: What is shown.
        items: Its items that are shown, or said to be missing.
        facts: Of what is stored now.
    """

    def __init__(self, part: Part, items: Iterable[Item], facts: RunFacts) -> None:
        name = part["name"]
        self._started = facts.started
        self._name = part_dataset(name)
        self._part = facts.datasets.get(self._name, UNKNOWN)
        self._model = facts.datasets.get(f"{name}.model")
        known = [
            (item, found)
            for item in items
            if (found := facts.datasets.get(item["dataset"], None if item["type"] == "missing" else UNKNOWN))
        ]
        self._shown = {item["dataset"]: each for item, each in known if has_content(item)}
        self._never_made = {item["dataset"]: each for item, each in known if item["type"] == "missing"}

    def describe(self) -> str:
        """When what is shown was made, and whether it is current."""
        times = [time for each in self._shown.values() if (time := made_as_shown(each, self._part))]
        if not times:
            return f"Nothing says when it was made. {self._say_state()}"
        run = "in this run" if min(times) >= self._started else "by an earlier run"
        if max(times) >= self._started > min(times):
            run = "in part by an earlier run"
        return f"Made on {format_time(max(times))}, {run}. {self._say_state()}"

    def mark_of(self, dataset: str) -> str:
        """What is wrong with one of the items; "" if nothing is."""
        if dataset in self._part.replaced:
            return "This is not what is stored now."
        return "Out of date." if self._shown[dataset].state == "stale" else ""

    def marks(self) -> list[tuple[str, str]]:
        """What is wrong with the part, each with the command that mends it."""
        never_made = {name: each for name, each in self._never_made.items() if each.state == "missing"}
        damaged = {
            name: each
            for name, each in self._never_made.items()
            if each.state == "stale" and name not in self._part.replaced
        }
        gone = {name: each for name, each in self._shown.items() if each.state == "missing"}
        stale = {name: each for name, each in self._shown.items() if each.state == "stale"}
        return [
            *self._say_replaced(),
            *_say("Missing", never_made),
            *_say("No longer stored", gone),
            *self._say_model(),
            *_say("Missing", damaged, "To make it again"),
            *_say("Out of date", stale, "To make it again"),
        ]

    def _say_replaced(self) -> Iterator[tuple[str, str]]:
        if replaced := self._part.replaced:
            before = format_time(self._part.made)
            headings = _join_headings(sorted(replaced))
            yield (
                f"Shown as of {before}; by now there is another: {headings}. To renew it:",
                self._part.command,
            )
        elif is_changed(self._name, self._part):
            yield f"Out of date ({'; '.join(self._part.reasons)}). To renew it:", self._part.command

    def _say_model(self) -> Iterator[tuple[str, str]]:
        if self._model is not None and self._model.state == "missing":
            yield "The network itself is not stored. To make it:", self._model.command

    def _say_state(self) -> str:
        model = [self._model] if self._model else []
        states = {each.state for each in (self._part, *model, *self._shown.values())}
        if "stale" in states:
            return "Parts of it are out of date."
        if "missing" in states:
            return "Parts of what it is about are no longer stored."
        if "unknown" in states:
            return "Nothing says whether all of it is current."
        return "Current."


def _say(
    what: str, datasets: Mapping[str, DatasetFacts], way_out: str = "To make it"
) -> list[tuple[str, str]]:
    """What some datasets have in common, once for those with the same reasons and the same way out."""
    names: dict[tuple[str, str], list[str]] = {}
    for dataset, each in datasets.items():
        why = f" ({'; '.join(each.reasons)})" if each.reasons else ""
        names.setdefault((why, each.command), []).append(dataset)
    return [
        (f"{what}: {_join_headings(alike)}{why}. {way_out}:", command)
        for (why, command), alike in names.items()
    ]


def _join_headings(datasets: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(caption_of(dataset).heading for dataset in datasets)).lower()

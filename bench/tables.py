"""Write the tables of docs/ from what ``docs/results`` keep, so that no number in them is typed.

    python -m bench.tables            rewrites what stands between the marks of each page
    python -m bench.tables --check    says which pages would change, and ends with 1 if there are any

A mark names the experiment and what is shown of it: ``<!-- results: optimizers -->`` has the table of a
study, ``<!-- results: early_stopping epochs -->`` with a further column; ``<!-- results: studies -->`` is the
table of all studies, ``<!-- results: earlier -->`` that of those of which no results are kept,
``<!-- results: sample -->`` the verdicts of the sample; ``VIEWS`` lists what else there is. What stands
behind it, up to ``<!-- end of results -->``, is written anew.
"""

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from bench.experiments import KEPT, STUDIES, SWEEPS, Result, read_result
from bench.places import ROOT
from bench.sample import count, read_sample, rows_of
from bench.verdicts import read_earlier
from fashion_nets.formatting import begin_sentence, format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.ways import name_way

PAGES = (
    "README.md",
    *(f"docs/{name}.md" for name in ("studies", "autoencoders", "architectures", "sweeps", "sample")),
)
END = "<!-- end of results -->"
BLOCK = re.compile(rf"<!-- results: (?P<words>[\w ]+) -->\n.*?{END}", re.DOTALL)

NONE, MINUS = "–", "\N{MINUS SIGN}"
FURTHER_COLUMNS = {
    "parameters": ("parameters", "parameters", "{:,.0f}"),
    "multiplications": ("multiplications", "multiplications", "{:,.0f}"),
    "memory": ("MB of a batch, estimated", "training_memory_mb", "{:.1f}"),
    "epochs": ("epochs", "epochs_mean", "{:.1f}"),
    "seconds": ("seconds an epoch", "seconds_per_epoch_mean", "{:.2f}"),
}
OUTCOMES = {"holds": "yes", "reversed": "**no**", "open": "open"}
"""Of a claim: beyond noise for all variants that it is about, the other way round for one, or neither."""
LECTURE = {"mlp": "0.8772", "linear_autoencoder": "0.0469", "stacked_autoencoder": "0.2834"}
"""Validation results of the lecture's own log, where it gives one."""
ANCHORS = {"dropout_overfitting": "dropout"}
"""The section of a page that tells of a study, where it has not its name."""
SQUARED = {"linear_autoencoder"}
"""The autoencoders that are trained by squared error, all others by cross-entropy."""


def rewrite(page: str, folder: Path = KEPT) -> str:
    """The text of a page with what stands between its marks written anew."""
    return BLOCK.sub(lambda found: _block(found["words"], folder), page)


def _block(words: str, folder: Path) -> str:
    name, *shown = words.split()
    if name in OVERVIEWS:
        return "\n".join([f"<!-- results: {words} -->", *OVERVIEWS[name](folder), END])
    result = read_result(name, folder)
    if result is None:
        raise SystemExit(f"docs/results/{name} is not there, but a page shows it. Run first: bench.collect")
    if name in STUDIES:
        lines = [*_answer(result, "conclusion"), *_study_table(result, shown)]
    else:
        lines = list(VIEWS[name, *shown](result))
    return "\n".join([f"<!-- results: {words} -->", *lines, "", _tell_origin(result), END])


def _studies(folder: Path) -> Iterable[str]:
    """The claims of each study of which results are kept, with their outcomes, and the minutes of its run."""
    yield from _header("study", "claim", "held here?", "minutes")
    for name in STUDIES:
        if (result := read_result(name, folder)) is not None:
            yield from _outcomes(name, result.numbers["conclusion"]["claims"], result.about["minutes"])


def _earlier(folder: Path) -> Iterable[str]:
    """The claims of the other studies, as older tables tell them; nothing where there are none."""
    earlier = read_earlier(folder)
    names = [name for name in STUDIES if name in earlier and read_result(name, folder) is None]
    if names:
        yield (
            "These were measured on 2026-11-25, before each epoch had an order of its own; the same commands "
            "now give other numbers. Outcomes are told by their means and deviations."
        )
        yield ""
        yield from _header("study", "claim", "held then?", "minutes")
    for name in names:
        yield from _outcomes(name, earlier[name]["claims"], earlier[name]["minutes"])


def _outcomes(study: str, claims: Mapping[str, str], minutes: float) -> Iterable[str]:
    first = [f"[{study}](#{ANCHORS.get(study, study)})", f"{minutes:.0f}"]
    for claim, outcome in claims.items():
        yield _row(first[0], claim, OUTCOMES[outcome], first[1])
        first = ["", ""]


def _sample(folder: Path) -> Iterable[str]:
    """The verdicts of the sample, how many are the same, and what measured them."""
    compared, about = read_sample(folder)
    yield from _header("experiment", "claim", "full data", "sample", "the sample tells", "seconds")
    yield from (_row(*cells) for cells in rows_of(compared))
    yield from ("", *count(compared), "")
    cores = f"{about['machine']['cores']} cores of an {about['machine']['processor']}"
    yield f"`{about['command']}`, seed 42 and those after it, {cores}, {about['date']}."


OVERVIEWS: dict[str, Callable[[Path], Iterable[str]]] = {
    "studies": _studies,
    "earlier": _earlier,
    "sample": _sample,
}
"""The tables of more than one experiment, by the word of their mark."""


def _tell_origin(result: Result) -> str:
    about = result.about
    *others, last = map(str, about["seeds"])
    seeds = f"seeds {', '.join(others)} and {last}" if others else f"seed {last}"
    threads = about["machine"]["threads"]
    each = f"with {'one thread' if threads == 1 else f'{threads} threads'} each"
    told_after = f"; claims told after {about['told_after'][:7]}" if "told_after" in about else ""
    minutes = f"{about['minutes']:.0f} min" if about["minutes"] >= 1 else "under a minute"
    if earlier := about.get("finished_earlier", 0):
        minutes += f", but for {earlier} trials that an earlier run has trained,"
    return (
        f"`{about['command']}`, {seeds}, trained {each} in {minutes} on an {about['machine']['processor']}, "
        f"{about['date']}, commit {about['commit'][:7]}{told_after}."
    )


def _answer(result: Result, file: str) -> Iterable[str]:
    """The answer in the experiment's own words, and the outcome of each claim that it tests."""
    yield f"> {result.numbers[file]['sentence']}"
    yield ""
    claims = result.numbers[file].get("claims", {})
    yield from (f"- {begin_sentence(claim)}: {OUTCOMES[outcome]}." for claim, outcome in claims.items())
    yield from [""] * bool(claims)


def _study_table(result: Result, further: Sequence[str]) -> Iterable[str]:
    comparison = result.tables["comparison"]
    compared_with = comparison["compared_with"].dropna().iloc[0]
    columns = [FURTHER_COLUMNS[name] for name in further]
    yield from _header(
        "variant",
        "validation accuracy",
        f"difference from {compared_with}, 95 %",
        "on training images",
        *(title for title, _, _ in columns),
    )
    for _, row in comparison.iterrows():
        difference = _signed(row["difference"], row["difference_95"])
        yield _row(
            row["variant"],
            _mean(row, "val_accuracy", 4) if row["n_diverged"] < row["n_seeds"] else "diverged",
            NONE if row["variant"] == compared_with else difference,
            _number(row["train_accuracy_mean"], "{:.4f}"),
            *(_number(row[column], form) for _, column, form in columns),
        )


def _networks(result: Result) -> Iterable[str]:
    yield from _header(
        *("network", "parameters", "epochs", "validation, lecture", "validation, here", "test", "training")
    )
    for _, row in _in_order(result.tables["comparison"]).iterrows():
        measure, column = _measure_of(row)
        test = f"{row[f'test_{column}']:.4f}"
        if column == "accuracy":
            test += f" (95 %: {row['test_accuracy_low']:.4f} to {row['test_accuracy_high']:.4f})"
        lecture = LECTURE.get(row["network"])
        yield _row(
            display_name(row["network"]),
            f"{row['parameters']:,}",
            row["epochs"],
            f"{measure} {lecture}" if lecture else "",
            f"{measure} {row[f'val_{column}']:.4f}",
            f"{measure} {test}",
            _duration(row["training_seconds"]),
        )


def _reconstructions(result: Result) -> Iterable[str]:
    comparison = result.tables["comparison"]
    codings = result.tables["codings_comparison"].set_index("network")["codings_size"]
    yield from _header(
        *("autoencoder", "parameters", "codings", "epochs", "training", "test MSE", "test cross-entropy"),
        "PSNR",
    )
    for _, row in comparison.dropna(subset="test_mse").iterrows():
        yield _row(
            row["network"].removesuffix("_autoencoder"),
            f"{row['parameters']:,}",
            codings[row["network"]],
            row["epochs"],
            _duration(row["training_seconds"]),
            f"{row['test_mse']:.4f}",
            f"{row['test_binary_crossentropy']:.4f}",
            f"{row['test_psnr']:.1f} dB",
        )


def _codings(result: Result) -> Iterable[str]:
    measures = {"linear_probe_accuracy": "linear probe", "knn_accuracy": "10 nearest neighbours"}
    measures |= {"silhouette": "silhouette"}
    yield from _header("autoencoder", "codings", *measures.values())
    for _, row in result.tables["codings_comparison"].iterrows():
        cells = [_against(row[name], row[f"pca_{name}"]) for name in measures]
        yield _row(row["network"].removesuffix("_autoencoder"), row["codings_size"], *cells)


def _plane(result: Result) -> Iterable[str]:
    shown = {
        ("linear", "codings"): "linear autoencoder, its two codings",
        ("linear", "pixels_pca"): "PCA of the pixels",
        ("stacked", "pca"): "stacked autoencoder, PCA of the codings",
        ("stacked", "lda"): "stacked autoencoder, LDA of the codings",
    }
    yield from _header(
        "validation images in the plane", "explained variance", "10-NN accuracy", "trustworthiness"
    )
    for (network, method), title in shown.items():
        row = result.tables[f"{network}_projections"].set_index("method").loc[method]
        yield _row(
            title,
            *(f"{row[name]:.3f}" for name in ("explained_variance", "knn_accuracy", "trustworthiness")),
        )


def _ways(result: Result) -> Iterable[str]:
    comparison = result.tables["comparison"]
    ways = list(dict.fromkeys(comparison["way"]))
    yield from _header("labelled images", *map(name_way, ways))
    for n_images, rows in comparison.groupby("n_images"):
        by_way = rows.set_index("way")
        yield _row(f"{n_images:,}", *(_mean(by_way.loc[way], "test_accuracy", 4) for way in ways))


def _errors(result: Result) -> Iterable[str]:
    yield from _answer(result, "verdict")
    yield from _header("images", "training error", "validation error", "test error", "epochs")
    for _, row in result.tables["errors"].iterrows():
        errors = [
            f"{row[f'{part}_error_mean']:.1%} ± {row[f'{part}_error_std']:.1%}".replace("%", " %")
            for part in ("train", "val", "test")
        ]
        errors = [error.replace(" % ±", " ±") for error in errors]
        yield _row(f"{row['n_images']:,.0f}", *errors, f"{row['epochs_mean']:.0f}")
    law = result.numbers["verdict"]["power_law"]
    yield ""
    rest = f" + {law['c']:.3f}" if round(law["c"], 3) else ""
    yield f"The test error follows {law['a']:.2f} n^{MINUS}{law['b']:.2f}{rest}."


def _winner(result: Result) -> Iterable[str]:
    """What the winner of a sweep reaches, what was chosen for it, and how much each choice mattered."""
    yield from _answer(result, "verdict")
    shares = result.tables["importance"].set_index("parameter")["importance"]
    yield from _header("parameter", "chosen", "share of what is explained")
    for name, value in result.numbers["verdict"]["chosen"].items():
        yield _row(f"`{name}`", value, format_share(shares[name], 0) if name in shares else NONE)
    outcomes = result.tables["trials"]["outcome"].value_counts()
    yield ""
    yield f"{begin_sentence(', '.join(f'{count} {outcome}' for outcome, count in outcomes.items()))}."


VIEWS: dict[tuple[str, ...], Callable[[Result], Iterable[str]]] = {
    ("default", "networks"): _networks,
    ("default", "reconstructions"): _reconstructions,
    ("default", "codings"): _codings,
    ("default", "plane"): _plane,
    ("transfer",): _ways,
    ("gather_more_data",): _errors,
    **{(name,): _winner for name in SWEEPS},
}
"""What is shown of an experiment that is no study, by the words of its mark."""


def _header(*titles: str) -> Iterable[str]:
    yield _row(*titles)
    yield "|" + "---|" * len(titles)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _number(value: float, form: str) -> str:
    return NONE if pd.isna(value) else form.format(value).replace("-", MINUS)


def _mean(row: pd.Series, name: str, digits: int) -> str:
    mean, deviation = row[f"{name}_mean"], row[f"{name}_std"]
    return f"{mean:.{digits}f}" + ("" if pd.isna(deviation) else f" ± {deviation:.{digits}f}")


def _signed(value: float, half: float) -> str:
    return NONE if pd.isna(value) else f"{value:+.4f} ± {half:.4f}".replace("-", MINUS)


def _against(value: float, of_pca: float) -> str:
    """A value with that of PCA in brackets, in bold where it is higher."""
    written = _number(value, "{:.3f}")
    return f"{f'**{written}**' if value > of_pca else written} ({_number(of_pca, '{:.3f}')})"


def _measure_of(row: pd.Series) -> tuple[str, str]:
    """What a network is measured by: its name and its column."""
    if not pd.isna(row["test_accuracy"]):
        return "accuracy", "accuracy"
    return ("MSE", "mse") if row["network"] in SQUARED else ("cross-entropy", "binary_crossentropy")


def _in_order(comparison: pd.DataFrame) -> pd.DataFrame:
    """The networks as the lecture has them: classifiers, then autoencoders, the simple ones first."""
    order = ("mlp", "cnn", "linear_autoencoder", "stacked_autoencoder", "tied_autoencoder")
    place = comparison["network"].map({name: place for place, name in enumerate(order)})
    return comparison.iloc[place.fillna(len(order)).argsort(kind="stable")]


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def main(arguments: Sequence[str] | None = None) -> None:
    """Rewrite the pages, or say which of them would change."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.tables", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args(arguments).check
    different = []
    for name in PAGES:
        page = ROOT / name
        before = page.read_text(encoding="utf-8")
        if (after := rewrite(before)) != before:
            different.append(name)
            if not check:
                page.write_text(after, encoding="utf-8")
    told = f"{'Differ' if check else 'Rewritten'}: {', '.join(different)}" if different else "Nothing differs"
    print(told)
    if check and different:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

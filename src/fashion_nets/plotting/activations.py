"""Activation functions and their derivatives."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fashion_nets.plotting.drawing import add_panels, grid_of, name_lowest_panels
from fashion_nets.plotting.style import QUIET_COLOUR, new_figure, styled

FUNCTION_COLOUR = "#0b5f6b"
DERIVATIVE_COLOUR = "#d95f02"

_MAX_PANELS_IN_ROW = 4


@styled
def plot_activation_functions(curves: pd.DataFrame) -> Figure:
    """Draw activation functions with their derivatives, a panel per function, all on one scale.

    Backpropagation multiplies by the derivative in every layer: a panel's title says between which values it
    lies over the inputs drawn.

    Args:
        curves: A row for each ``activation`` and ``input``, with its ``output`` and ``derivative``, as by
            ``activation_curves``.
    """
    n_functions = curves["activation"].nunique()
    grid = grid_of(n_functions, _MAX_PANELS_IN_ROW)
    figure = new_figure(
        "Activation functions and their derivatives", width=2.7 * grid[1], height=2.6 * grid[0] + 1.0
    )
    panels = add_panels(figure, n_functions, grid, sharex=True, sharey=True)
    for panel, (name, rows) in zip(panels.flat, curves.groupby("activation", sort=False), strict=False):
        _draw_function(panel, rows)
        limits = f"{rows['derivative'].min():.2f} to {rows['derivative'].max():.2f}"
        panel.set_title(f"{name}\nderivative {limits.replace('-', '−')}", fontsize=9.5)
    name_lowest_panels(panels, n_functions, "input")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=2)
    return figure


def _draw_function(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axhline(0, color=QUIET_COLOUR, linewidth=0.6)
    axes.axvline(0, color=QUIET_COLOUR, linewidth=0.6)
    axes.plot(rows["input"], rows["output"], color=FUNCTION_COLOUR, label="function")
    axes.plot(rows["input"], rows["derivative"], color=DERIVATIVE_COLOUR, label="derivative")
    axes.grid(visible=True)

import numpy as np
import pandas as pd

from fashion_nets.plotting.activations import plot_activation_functions


def _curve(activation, outputs, derivatives):
    return pd.DataFrame(
        {"activation": activation, "input": [-1.0, 0.0, 1.0], "output": outputs, "derivative": derivatives}
    )


def test_a_panel_a_function_with_its_derivative():
    curves = pd.concat(
        [_curve("relu", [0, 0, 1], [0, 0, 1]), _curve("leaky_relu", [-0.2, 0, 1], [0.2, 1, 1])]
    )
    figure = plot_activation_functions(curves)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "relu\nderivative 0.00 to 1.00",
        "leaky_relu\nderivative 0.20 to 1.00",
    ]
    lines = {line.get_label(): line for line in figure.axes[1].lines}
    np.testing.assert_array_equal(lines["function"].get_xydata(), [[-1, -0.2], [0, 0], [1, 1]])
    np.testing.assert_array_equal(lines["derivative"].get_ydata(), [0.2, 1, 1])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["function", "derivative"]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_panels_without_a_function_are_hidden():
    curves = pd.concat([_curve(f"function {number}", [0, 0, 1], [0, 0, 1]) for number in range(7)])
    assert [axes.get_visible() for axes in plot_activation_functions(curves).axes] == [True] * 7 + [False]

"""Draw the history of convolutional networks.

python tools/draw_timeline.py [FILE]      # docs/images/history.png, unless another one is named
"""

import sys
from pathlib import Path

from fashion_nets.plotting.history import plot_history

FILE = Path(__file__).parents[1] / "docs" / "images" / "history.png"

if __name__ == "__main__":
    plot_history().savefig(sys.argv[1] if len(sys.argv) > 1 else FILE)

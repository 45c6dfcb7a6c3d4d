import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from tests.conftest import ROOT

from fashion_nets.pipelines.study import create_pipeline


def test_the_functions_of_conf_are_drawn_whatever_the_study():
    conf = yaml.safe_load((ROOT / "conf/base/parameters_study.yml").read_text())
    part = create_pipeline().to_outputs("activation_functions")
    assert part.inputs() == {"params:activation_functions"}
    functions = MemoryDataset(conf["activation_functions"])
    outputs = SequentialRunner().run(part, DataCatalog({"params:activation_functions": functions}))
    titles = [axes.get_title(loc="left") for axes in outputs["activation_functions"].load().axes]
    assert titles[0] == "sigmoid\nderivative 0.02 to 0.25"
    assert titles[-1] == "silu\nderivative −0.10 to 1.10"
    assert len(titles) == len(conf["activation_functions"]) == 8

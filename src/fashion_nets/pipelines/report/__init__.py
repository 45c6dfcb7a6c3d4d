"""Parts of what is stored, and the pages that show them."""

from fashion_nets.pipelines.report.pipeline import (
    create_data_part,
    create_experiment_page,
    create_network_part,
    create_pipeline,
)

__all__ = ["create_data_part", "create_experiment_page", "create_network_part", "create_pipeline"]

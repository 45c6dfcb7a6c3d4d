"""What looks into networks: their layers, costs, outputs and reasons. Nothing here builds one."""

"""The Kedro pipelines, a directory each: glue between the catalog and the library."""

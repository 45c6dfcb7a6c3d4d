"""Trainings stored one by one: what pipelines that compare many of them share, and no pipeline itself."""

"""How good a network, its codings or its images are: numbers and tables, from arrays and other tables."""

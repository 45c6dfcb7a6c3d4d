"""Arrays in, numbers and tables out."""

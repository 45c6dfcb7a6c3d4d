"""What happens around a run: checks before it, tracking within it, a summary after it."""

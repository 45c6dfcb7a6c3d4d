"""What happens around a run, a module a purpose: checks before it, tracking within it, a summary after it."""

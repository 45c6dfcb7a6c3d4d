"""A page on this machine to try networks in: what it shows, and Gradio, which shows it."""

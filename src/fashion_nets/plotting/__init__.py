"""Data in, matplotlib figures out; nothing here shows or saves one."""

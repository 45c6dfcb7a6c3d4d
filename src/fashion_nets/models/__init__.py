"""Networks: typed descriptions and the functions that build them, uncompiled."""

"""One page that shows what is stored: parts, captions and the page that joins them."""

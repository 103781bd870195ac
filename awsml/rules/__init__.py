"""One rule per file, by API; its docstring is its page."""

"""One file per command, or a package for a group of them."""

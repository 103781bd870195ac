"""One kind of job per file or folder: spec, numbers, calls."""

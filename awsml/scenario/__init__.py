"""The file format: places, merge, variables; knows no kind."""

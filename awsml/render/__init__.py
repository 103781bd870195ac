"""A report to each format."""

"""What an endpoint leaves open: machine, mode, and what starves it."""

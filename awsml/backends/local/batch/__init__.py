"""AWS Batch on this machine: queue, states, attempts, arrays and dependencies."""

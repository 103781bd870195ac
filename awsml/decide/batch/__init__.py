"""What batch jobs leave open: retries, architecture, machines, schedule."""

"""Where a plan runs: this machine or AWS."""

"""Load on an endpoint: arrivals, what came back, and what the machine did meanwhile."""

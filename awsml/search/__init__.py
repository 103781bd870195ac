"""Search strategies: what to try next, and what not to go on with. Pure; seeds are arguments."""

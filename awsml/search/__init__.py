"""Search strategies: random, grid, ASHA, TPE."""

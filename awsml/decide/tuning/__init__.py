"""What a search leaves open: trials at once, strategy, scales, budget."""

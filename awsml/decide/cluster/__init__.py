"""What a cluster leaves open: how many GPUs pay, and whether a claim holds."""

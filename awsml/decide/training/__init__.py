"""What a training job leaves open: input mode, machine, disk, Spot, and why a GPU is idle."""

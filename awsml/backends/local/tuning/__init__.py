"""CreateHyperParameterTuningJob on this machine: trials are runs of the training executor."""

"""Readers of outside text: templates, raw requests, nvidia-smi, CSV, metrics."""

"""Numbers from a workload and the catalogue; pure."""

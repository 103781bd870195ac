"""One module per question that a scenario leaves open."""

"""Parameters against the services' own models."""

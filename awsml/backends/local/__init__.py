"""Runs AWS requests on this machine: no account, no Docker, no network."""

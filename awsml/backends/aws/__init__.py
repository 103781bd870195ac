"""Runs a plan on AWS."""

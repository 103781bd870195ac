"""Tests of the door to AWS."""

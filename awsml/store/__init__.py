"""Runs on disk: asked, sent, predicted, happened."""

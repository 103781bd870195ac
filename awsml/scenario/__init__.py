"""The scenario language: text to documents with places, documents to specs and findings.

Knows the file format and nothing of kinds: what a field means is the model's business. Nothing is
gathered here, so that templates and requests, which need only its parser, load no more of it.
"""

"""The scenario language: text to documents with places, documents to specs and findings.

Knows the file format and nothing of kinds: what a field means is the model's business. What needs
pydantic (`validation`) is not loaded with the rest: templates and requests do without.
"""

from awsml.scenario.defaults import Defaults, check_defaults, read_defaults
from awsml.scenario.document import Document, Loaded
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override
from awsml.scenario.suppression import suppress

__all__ = [
    "Defaults",
    "Document",
    "Loaded",
    "Override",
    "check_defaults",
    "load",
    "read_defaults",
    "suppress",
]

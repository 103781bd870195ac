"""CloudFormation templates as plans: what each resource would ask of AWS, with every place."""

from awsml.readers.templates.reading import Reading, Variant, read_template
from awsml.readers.templates.template import looks_like_template

__all__ = ["Reading", "Variant", "looks_like_template", "read_template"]

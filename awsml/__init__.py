"""awsml: plan, check, price, rehearse and run machine learning jobs on AWS."""

__version__ = "0.1.0"

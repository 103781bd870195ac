"""The rule set: one rule per module, in folders by API; `check` runs it over a plan."""

from awsml.rules.discovery import slugs_for
from awsml.rules.engine import Outcome, check, check_each

__all__ = ["Outcome", "check", "check_each", "slugs_for"]

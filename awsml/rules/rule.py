'''The rule contract: one module, one rule.

A rule is a module in a folder of `awsml/rules/`; its file name with hyphens is its slug
(`max_wait_needs_spot.py` is `max-wait-needs-spot`). It costs two files: the module, and
`tests/rules/cases/SLUG.yaml`. Nothing is registered: the folder's `__init__.py` names in APIS every
API its rules may read (that is how rules load lazily), the modules are discovered.

    """A limit on waiting is given to a job that does not use Spot.

    What it does: one or more paragraphs, the first line is the title.

    ## Why
    What happens otherwise, in a sentence or two.

    ## Flagged
        StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}

    ## Preferred
        EnableManagedSpotTraining: true
        StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}

    ## AWS says
    Invalid MaxWaitTimeInSeconds. ...          (verbatim and short; left out when not known)
    """

    LEVEL = Level.ERROR                  # error, warning or advice
    ALSO = (Level.WARNING,)              # only where a problem has another `level`
    CONFIDENCE = Confidence.VERIFIED     # verified, documented or inferred
    APIS = (...)                         # see below
    SOURCE = "https://..."               # where the fact is written
    SCOPE = "plan"                       # only for rules over several calls
    PERSONA = "security"                 # only for advice that not everybody wants to hear
    LOCAL = True                         # only when a rehearsal on this machine breaks as well
    SINCE = "0.2"                        # only when newer than the first release

    def check(job: Part) -> Problems:
        wait = job["StoppingCondition.MaxWaitTimeInSeconds"]
        if wait.exists and not job["EnableManagedSpotTraining"].flag:
            yield Problem(wait, f"`{wait}` is given, and Spot is off", hint="...")

APIS holds strings `service:Operation` (boto3's service names) or `service:Operation/path`: check()
is handed the whole request, or each part at the path, where `[]` means every item of a list:
`sagemaker:CreateTrainingJob/InputDataConfig[]`. Prefer the path: one unknown channel then does not
silence the others. `awsml/rules/subjects.py` names such sets. `part.around` is the structure that
holds a part. With SCOPE = "plan", check() is handed a PlanView: `plan.region`, and
`plan.calls("sagemaker:CreateModel")`; it runs when the plan has a call of any API in APIS.

Reading: `part["A.B"]`, then `.text .number .flag .items .entries .exists`. An absent value or one
of the wrong type reads as None (or empty): the shape check complains about types, enums, patterns,
lengths and required members, so a rule need not. An Unknown (a template's parameter) stops the rule
and becomes "not checked: reason"; a Ref or Text (known when the plan runs) stops it silently. So
never catch those two and never look at `.raw`. `.written` is true for an Unknown too. A rule that
looks at many values (`.named()`) asks `.known` first, reports what it found, and ends
with `require_known(parts)`, so that one unknown value does not hide the others.

Messages: a fact in lower case without a full stop, hints an imperative. Write f"`{part}`": it
prints the scenario's field when there is one, the request path otherwise. Give two places when two
fields disagree: `at` is the one to change, `related=((other, "what it says"),)` the other. A place
is never a rule's business. A rule that is `inferred` is shown as a warning at most, unless the user
is strict.

Examples in Flagged and Preferred are run by a test: YAML, the parameters of the first API in APIS
(always the whole request's, also where check() is handed a part); `{api, region, params}` names the
API and the plan's region; a list of those is a plan of several calls. Text that starts with
`Resources:` is a CloudFormation template, for rules that only concern those (`plan.is_template`).
Facts about AWS come from `awsml.catalog`, never from the rule. Modules that start with an
underscore are no rules: what the rules of one folder share.
'''

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from types import ModuleType
from typing import Any, NamedTuple

from awsml.finding import Confidence, Level
from awsml.rules.part import Part, PlanView, require_known
from awsml.rules.problem import Problem, Problems

__all__ = [
    "Confidence",
    "Level",
    "Part",
    "PlanView",
    "Problem",
    "Problems",
    "Rule",
    "require_known",
    "rule_of",
]


class Rule(NamedTuple):
    """A rule module as a record; `places` are the (API, path) pairs that check() is handed."""

    slug: str
    level: Level
    confidence: Confidence
    places: tuple[tuple[str, str], ...]
    source: str
    doc: str
    check: Callable[[Any], Problems]
    over_plan: bool = False
    persona: str | None = None
    local: bool = False
    since: str = "0.1"
    also: tuple[Level, ...] = ()

    @property
    def page(self) -> str:
        return cleandoc(self.doc)

    @property
    def apis(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(api for api, _ in self.places))


def rule_of(module: ModuleType) -> Rule:
    """The rule that a module is."""
    constants = vars(module)
    return Rule(
        slug=module.__name__.rpartition(".")[2].replace("_", "-"),
        level=constants["LEVEL"],
        confidence=constants["CONFIDENCE"],
        places=tuple(_place(api) for api in constants["APIS"]),
        source=constants["SOURCE"],
        doc=module.__doc__ or "",
        check=constants["check"],
        over_plan=constants.get("SCOPE") == "plan",
        persona=constants.get("PERSONA"),
        local=constants.get("LOCAL", False),
        since=constants.get("SINCE", "0.1"),
        also=constants.get("ALSO", ()),
    )


def _place(api: str) -> tuple[str, str]:
    name, _, path = api.partition("/")
    return name, path

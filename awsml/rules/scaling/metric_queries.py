"""The queries of a customized metric contradict each other.

A metric is named, or made from `Metrics`, not both. Each query has a metric or an expression and a
name of its own that starts with a small letter, and one query returns data.

## Why
AWS refuses the request.

## Flagged
    PolicyType: TargetTrackingScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 5
      CustomizedMetricSpecification:
        Metrics:
          - {Id: backlog, MetricStat: {Metric: {MetricName: b, Namespace: n}, Stat: Average}}
          - {Id: each, Expression: backlog / 4}

## Preferred
    PolicyType: TargetTrackingScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 5
      CustomizedMetricSpecification:
        Metrics:
          - {Id: backlog, ReturnData: false,
              MetricStat: {Metric: {MetricName: b, Namespace: n}, Stat: Average}}
          - {Id: each, Expression: backlog / 4}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import POLICY

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{POLICY}/TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification",)
SOURCE = (
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/"
    "API_TargetTrackingMetricDataQuery.html"
)


def check(metric: Part) -> Problems:
    queries, named = metric["Metrics"], metric["MetricName"]
    if queries.exists and named.exists:
        message = "a metric is named, and made from queries"
        yield Problem(queries, message, "keep one of them", related=((named, "the name"),))
    seen: dict[str, Part] = {}
    for query in queries.items:
        name, both = query["Id"], (query["Expression"], query["MetricStat"])
        if all(part.exists for part in both):
            message = f"`{query}` has an expression and a metric"
            yield Problem(query, message, "keep one of them")
        elif not any(part.exists for part in both):
            yield Problem(query, f"`{query}` has neither expression nor metric", "add one")
        if name.text is None:
            continue
        if not name.text[:1].islower():
            message = f"`{name.text}` does not start with a small letter"
            yield Problem(name, message, f"write {name.text[:1].lower()}{name.text[1:]}")
        if name.text in seen:
            because = ((seen[name.text], "the first"),)
            yield Problem(name, f"two queries are named `{name.text}`", "rename one", because)
        seen.setdefault(name.text, name)
    returned = [one for one in queries.items if one["ReturnData"].flag is not False]
    if len(returned) > 1:
        message = f"{len(returned)} queries return data, and one may"
        yield Problem(returned[0], message, "set `ReturnData: false` for all but the last")

"""What is tuned, as the API takes it: bounds and values are texts, scales have its names."""

from __future__ import annotations

from typing import Any

from awsml.kinds.kind import Context
from awsml.kinds.request import Request
from awsml.kinds.training.code import toolkit_value
from awsml.kinds.tuning.spec import Definition, Parameter

SCALES = {
    "auto": "Auto",
    "linear": "Linear",
    "log": "Logarithmic",
    "reverse-log": "ReverseLogarithmic",
}

Item = tuple[dict[str, Any], dict[str, str]]


def put_ranges(
    request: Request, path: str, definition: Definition, at: str, context: Context
) -> None:
    """The three lists of ranges below `path`; `at` is the field of the definition."""
    lists: dict[str, list[Item]] = {}
    toolkit = definition.training.image.framework is not None
    for name, parameter in definition.parameters.items():
        field = f"{at}.parameters.{name}" if at else f"parameters.{name}"
        if parameter.choices:
            item = _choices(name, parameter, field, toolkit)
            lists.setdefault("CategoricalParameterRanges", []).append(item)
        else:
            kind = "Integer" if parameter.integer else "Continuous"
            item = _range(name, parameter, field, context)
            lists.setdefault(f"{kind}ParameterRanges", []).append(item)
    for kind, items in sorted(lists.items()):
        request.put_items(f"{path}.{kind}", items)


def scale_of(parameter: Parameter, field: str, context: Context) -> str:
    """The scale in force; `auto` stays where nobody has chosen."""
    choice = context.choices.get(f"{field}.scale")
    return str(choice.value) if parameter.scale == "auto" and choice else parameter.scale


def _range(name: str, parameter: Parameter, field: str, context: Context) -> Item:
    value = {
        "Name": name,
        "MinValue": parameter.low,
        "MaxValue": parameter.high,
        "ScalingType": SCALES[scale_of(parameter, field, context)],
    }
    fields = {
        "": field,
        "MinValue": f"{field}.low",
        "MaxValue": f"{field}.high",
        "ScalingType": f"{field}.scale",
    }
    return value, fields


def _choices(name: str, parameter: Parameter, field: str, toolkit: bool) -> Item:
    """The toolkit of framework images decodes each value as JSON, as it does static ones."""
    values = [toolkit_value(v) if toolkit else v for v in parameter.choices]
    fields = {"": field, "Values": f"{field}.choices"}
    return {"Name": name, "Values": values}, fields

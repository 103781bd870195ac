"""A plan as a shell script over the AWS CLI."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from awsml.errors import UsageError
from awsml.plan import Call, Plan, Ref, Text, resolved, walk
from awsml.render.export.openings import ROLE, Openings, openings_of, step_of, variable


def shell_text(plan: Plan) -> str:
    """A script that fills in what is open and sends the calls once."""
    opened = openings_of(plan)
    lines = ["#!/bin/sh", "set -eu", f"REGION={shlex.quote(plan.region or 'us-east-1')}"]
    lines += ["export AWS_MAX_ATTEMPTS=1  # a repeated create call could be a second paid job"]
    lines += _fill(opened)
    for call in plan.calls:
        lines += ["", *_call(call, _wanted_of(plan, step_of(call)))]
    return "\n".join(lines) + "\n"


def _fill(opened: Openings) -> Iterator[str]:
    if "run" in opened.names or opened.uploads:
        yield "RUN=$(date +%y%m%d-%H%M%S)"
    if "commit" in opened.names:
        yield "COMMIT=  # the source as its ref stands when a job starts; or a commit"
    if "role" in opened.names:
        yield f"ROLE={ROLE}  # fill in"
    if "ttl-role" in opened.names:
        yield f"TTL_ROLE={ROLE}  # fill in"
    for moment, seconds in opened.delays.items():
        yield f"{moment.upper()}=$(date -u -d '+{seconds} seconds' +%Y-%m-%dT%H:%M:%S)"
    if opened.account:
        yield "ACCOUNT=$(aws sts get-caller-identity --query Account --output text)"
    if opened.bucket:
        yield 'DEFAULT_BUCKET="sagemaker-$REGION-$ACCOUNT"'
    for ref in opened.uploads:
        yield from _upload(ref)


def _upload(ref: Ref) -> list[str]:
    path, name = shlex.quote(ref.path or ""), _variable(ref)
    if ref.name == "archive":
        return [
            f'{name}="s3://$DEFAULT_BUCKET/awsml/models/$RUN/model.tar.gz"',
            f'aws s3 cp {path} "${name}" --region "$REGION"',
        ]
    if ref.packed:
        return [
            f"tar -czf sourcedir.tar.gz -C {path} .",
            f'{name}="s3://$DEFAULT_BUCKET/awsml/{variable(ref)}/$RUN/sourcedir.tar.gz"',
            f'aws s3 cp sourcedir.tar.gz "${name}" --region "$REGION"',
        ]
    return [
        f'{name}="s3://$DEFAULT_BUCKET/awsml/data/$RUN/{variable(ref)}/"',
        f'aws s3 cp --recursive {path} "${name}" --region "$REGION"',
    ]


def _call(call: Call, wanted: str | None) -> Iterator[str]:
    """One command; the one field of its answer that later calls want goes into a variable."""
    command = f'aws {call.service} {_kebab(call.operation)} --region "$REGION"'
    body = json.dumps(_with_marks(call.params), indent=2, ensure_ascii=False)
    text = _unmarked(body)
    if wanted is None:
        yield f'{command} --cli-input-json "$(cat <<JSON'
        yield f'{text}\nJSON\n)"'
        if call.operation == "CreateEndpoint":  # only what is in service can be scaled
            named = _unmarked(str(_with_marks(call.params["EndpointName"])))
            wait = 'aws sagemaker wait endpoint-in-service --region "$REGION"'
            yield f'{wait} --endpoint-name "{named}"'
        return
    name = _variable(Ref(f"output:{step_of(call)}.{wanted}"))
    yield f'{name}=$({command} --query {wanted} --output text --cli-input-json "$(cat <<JSON'
    yield f'{text}\nJSON\n)")'


def _wanted_of(plan: Plan, operation: str) -> str | None:
    """The field of an operation's answer that other calls refer to."""
    start = f"output:{operation}."
    refs = {
        part.name.removeprefix(start)
        for call in plan.calls
        for _, value in walk(call.params)
        for part in (value.parts if isinstance(value, Text) else [value])
        if isinstance(part, Ref) and part.name.startswith(start)
    }
    if len(refs) > 1:
        raise UsageError(
            f"a shell script cannot keep several fields of {operation}: {', '.join(sorted(refs))}",
            hint="export it with `-o boto3`",
            slug="not-exportable",
        )
    return next(iter(refs), None)


_OPEN, _CLOSE = "\ue000", "\ue001"  # private characters, never in a request


def _with_marks(value: Any) -> Any:
    """The same with marks where the shell is to put a variable."""
    return resolved(value, lambda ref: f"{_OPEN}{_variable(ref)}{_CLOSE}")


def _unmarked(text: str) -> str:
    """JSON for an unquoted here-document: what the shell would read is escaped."""
    for character in "\\$`":
        text = text.replace(character, "\\" + character)
    return text.replace(_OPEN, "${").replace(_CLOSE, "}")


def _variable(ref: Ref) -> str:
    return variable(ref).upper()


def _kebab(operation: str) -> str:
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in operation)
    return words.lstrip("-")

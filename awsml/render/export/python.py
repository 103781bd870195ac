"""A plan as a Python script over boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from awsml.plan import Call, Plan, Ref, Text
from awsml.render.export.openings import ROLE, Openings, openings_of, snake, step_of, variable

_WIDTH = 92

Literal = Callable[[Any, int], str]


def boto3_text(plan: Plan) -> str:
    """A script that fills in what is open and sends the calls once."""
    opened = openings_of(plan)
    lines = [*preamble(plan, opened, ["import boto3", "from botocore.config import Config"]), ""]
    lines += ["# Sent once: a repeated create call could be a second paid job."]
    lines += ['once = Config(retries={"total_max_attempts": 1})']
    for service in dict.fromkeys(call.service for call in plan.calls):
        made = f'boto3.client("{service}", region_name=region, config=once)'
        lines.append(f"{_client(service)} = {made}")
    for call in plan.calls:
        lines += ["", *_call(call)]
    return "\n".join(lines) + "\n"


def preamble(plan: Plan, opened: Openings, imports: list[str]) -> Iterator[str]:
    """Imports, and a value for every opening."""
    standard = ["import time"] if "run" in opened.names or opened.delays else []
    standard += ["import tarfile"] if any(ref.packed for ref in opened.uploads) else []
    if any(_is_folder(ref) for ref in opened.uploads):
        standard.append("from pathlib import Path")
    needs_boto3 = opened.account and "import boto3" not in imports
    foreign = [*imports, *(["import boto3"] if needs_boto3 else [])]
    plain, froms = _sorted(standard), _sorted(foreign)
    yield from [*plain, ""] if plain else []
    yield from froms
    yield ""
    yield f"region = {literal(plan.region or 'us-east-1')}"
    if "run" in opened.names:
        yield 'run = time.strftime("%y%m%d-%H%M%S")'
    if "commit" in opened.names:
        yield 'commit = ""  # the source as its ref stands when a job starts; or a commit'
    if "role" in opened.names:
        yield f'role = "{ROLE}"  # fill in'
    if "ttl-role" in opened.names:
        yield f'ttl_role = "{ROLE}"  # fill in'
    for name, seconds in opened.delays.items():
        moment = f"time.gmtime(time.time() + {seconds})"
        yield f'{name} = time.strftime("%Y-%m-%dT%H:%M:%S", {moment})'
    if opened.account:
        yield 'account = boto3.client("sts").get_caller_identity()["Account"]'
    if opened.bucket:
        yield 'default_bucket = f"sagemaker-{region}-{account}"'
    if opened.uploads:
        yield 's3 = boto3.client("s3", region_name=region)'
    for ref in opened.uploads:
        yield from ["", *_upload(ref)]


def literal(value: Any, indent: int = 0) -> str:
    """A Python expression; on one line where it fits."""
    flat = _flat(value)
    if len(flat) + indent <= _WIDTH or not isinstance(value, Mapping | list | tuple) or not value:
        return flat
    pad, end = " " * (indent + 4), " " * indent
    if isinstance(value, Mapping):
        rows = [f"{pad}{_flat(k)}: {literal(v, indent + 4)}," for k, v in value.items()]
        return "\n".join(["{", *rows, end + "}"])
    return "\n".join(["[", *(f"{pad}{literal(item, indent + 4)}," for item in value), end + "]"])


def _call(call: Call) -> Iterator[str]:
    """One call; later calls look their values up in its answer."""
    answer = snake(step_of(call))
    yield f"{answer} = {_client(call.service)}.{snake(call.operation)}("
    for name, value in call.params.items():
        yield f"    {name}={literal(value, 4)},"
    yield ")"
    yield f"print({answer})"
    if call.operation == "CreateEndpoint":  # only what is in service can be scaled
        named = literal(call.params["EndpointName"])
        waiter = f'{_client(call.service)}.get_waiter("endpoint_in_service")'
        yield f"{waiter}.wait(EndpointName={named})"


def _is_folder(ref: Ref) -> bool:
    return not ref.packed and ref.name != "archive"


def _client(service: str) -> str:
    return f"{service.replace('-', '_')}_client"


def _flat(value: Any) -> str:
    if isinstance(value, Ref):
        return _named(value)
    if isinstance(value, Text):
        return 'f"' + "".join(_part(part) for part in value.parts) + '"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(str(k))}: {_flat(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flat(item) for item in value) + "]"
    return _string(value) if isinstance(value, str) else repr(value)


def _named(ref: Ref) -> str:
    """A ref in code: an earlier answer is looked up, everything else is a variable."""
    if not ref.name.startswith("output:"):
        return variable(ref)
    operation, _, path = ref.name.removeprefix("output:").partition(".")
    steps = "".join(f'["{step}"]' for step in path.split("."))
    return f"{snake(operation)}{steps}"


def _part(part: str | Ref) -> str:
    if isinstance(part, Ref):
        return "{" + _named(part).replace('"', "'") + "}"
    return _string(part)[1:-1].replace("{", "{{").replace("}", "}}")


def _string(text: str) -> str:
    """Double quotes, as formatters write them."""
    return json.dumps(text, ensure_ascii=False)


def _upload(ref: Ref) -> list[str]:
    name, path = variable(ref), literal(ref.path)
    if ref.packed:
        return [
            'with tarfile.open("sourcedir.tar.gz", "w:gz") as archive:',
            f'    archive.add({path}, arcname=".")',
            f'{name}_key = f"awsml/{name}/{{run}}/sourcedir.tar.gz"',
            f's3.upload_file("sourcedir.tar.gz", default_bucket, {name}_key)',
            f'{name} = f"s3://{{default_bucket}}/{{{name}_key}}"',
        ]
    if ref.name == "archive":
        return [
            f's3.upload_file({path}, default_bucket, f"awsml/models/{{run}}/model.tar.gz")',
            f'{name} = f"s3://{{default_bucket}}/awsml/models/{{run}}/model.tar.gz"',
        ]
    return [
        f"folder = Path({path})",
        f'prefix = f"awsml/data/{{run}}/{name}/"',
        'for file in folder.rglob("*"):',
        "    if file.is_file():",
        "        key = prefix + file.relative_to(folder).as_posix()",
        "        s3.upload_file(str(file), default_bucket, key)",
        f'{name} = f"s3://{{default_bucket}}/{{prefix}}"',
    ]


def _sorted(imports: list[str]) -> list[str]:
    """`import x` before `from x import y`, each in order."""
    return sorted(set(imports), key=lambda line: (line.startswith("from"), line))

"""Rebuild the parts of the bundled catalogue that installed packages hold, and keep its form.

specs      instances.csv and offerings.csv from moto's dump of DescribeInstanceTypes
enums      apis.csv from botocore's model of SageMaker
accounts   accounts.csv from the SageMaker SDK's registries
images     images.csv from the SageMaker SDK's image lists
regions    regions.csv from botocore's partitions
canonical  every table sorted, as the tests demand
promote    a snapshot that `awsml catalog refresh` made becomes the bundled data

    python tools/build_catalogue.py specs enums accounts images regions canonical
    python tools/build_catalogue.py promote ~/.local/share/awsml/catalog/2026-11-01T10-00-00Z
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from awsml.catalog.described import COLUMNS, instance_row
from awsml.catalog.tables import BUNDLED, KEYS, Row, Tables, canonical, read_table

ACCELERATED = r"(dl|gr?|inf|p|trn)\d"
GENERAL = r"[cmr][5-9][^.g]*\.|t3a?\."  # Intel and AMD
ISOLATED = re.compile(r"(us|eu)-iso|eusc-")  # partitions that no public key can reach
WANTED = re.compile(f"{ACCELERATED}|{GENERAL}")
APIS = {
    "training": "TrainingInstanceType",
    "hosting": "ProductionVariantInstanceType",
    "processing": "ProcessingInstanceType",
    "transform": "TransformInstanceType",
    "notebook": "InstanceType",
    "studio": "AppInstanceType",
}


def main(words: list[str]) -> None:
    steps: Mapping[str, Callable[[], None]] = {
        "specs": write_specs,
        "enums": write_enums,
        "accounts": write_accounts,
        "images": write_images,
        "regions": write_regions,
        "canonical": write_canonical,
    }
    if words[:1] == ["promote"]:
        promote(Path(words[1]))
        return
    for word in words:
        steps[word]()


def write_specs() -> None:
    source = f"moto-{version('moto')}"
    described = list(described_types())
    kept = [r for r in read_table(BUNDLED, "instances").values() if r["source"] != source]
    known = {row["type"] for row in described}
    rows = described + [row for row in kept if row["type"] not in known]
    write("instances", rows, COLUMNS)
    write("offerings", offerings(known, source), ["regions", "types", "source"])


def described_types() -> Iterator[dict[str, str]]:
    """The types worth shipping: every accelerator, and the CPU types that jobs run on."""
    dump = json.loads(gzip.decompress(moto_file("instance_types.json.gz")))
    sagemaker = {name.removeprefix("ml.") for name in enum_types()}
    source = f"moto-{version('moto')}"
    for name, described in sorted(dump.items()):
        wanted = name in sagemaker or WANTED.match(name)
        if wanted and ".metal" not in name:
            yield instance_row(described, source)


def offerings(types: Iterable[str], source: str) -> list[dict[str, str]]:
    """Types grouped by the set of regions that offer them: few sets, many types."""
    wanted = set(types)
    regions_of: dict[str, list[str]] = defaultdict(list)
    folder = files("moto").joinpath("ec2/resources/instance_type_offerings/region")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        region = file.name.removesuffix(".json.gz")
        for offer in json.loads(gzip.decompress(file.read_bytes())):
            if offer["InstanceType"] in wanted:
                regions_of[offer["InstanceType"]].append(region)
    types_of: dict[str, list[str]] = defaultdict(list)
    for name, regions in sorted(regions_of.items()):
        types_of[" ".join(sorted(regions))].append(name)
    return [
        {"regions": regions, "types": " ".join(sorted(names)), "source": source}
        for regions, names in types_of.items()
    ]


def write_enums() -> None:
    source = f"botocore-{version('botocore')}"
    accepted = enum_types()
    rows = [
        {"type": name, "apis": " ".join(apis), "source": source}
        for name, apis in accepted.items()
        if name.startswith("ml.") and not name.startswith(("ml.eia", "ml.geospatial"))
    ]
    write("apis", rows, ["type", "apis", "source"])


def enum_types() -> dict[str, list[str]]:
    import botocore.session

    model = botocore.session.get_session().get_service_model("sagemaker")
    accepted: dict[str, list[str]] = defaultdict(list)
    for api, shape in APIS.items():
        for name in model.shape_for(shape).enum:  # type: ignore[attr-defined]
            accepted[name].append(api)
    return accepted


def write_accounts() -> None:
    source = f"sagemaker-{version('sagemaker')}"
    rows = []
    for registry, (file, scope) in REGISTRIES.items():
        for region, account in sdk_accounts(file, scope).items():
            row = {"registry": registry, "region": region, "account": account, "source": source}
            rows.append(row)
    write("accounts", rows, ["registry", "region", "account", "source"])


REGISTRIES = {
    "deep-learning": ("pytorch", "training"),
    "own-frameworks": ("xgboost", "training"),
    "first-party": ("kmeans", None),
    "vision-and-text": ("object-detection", None),
    "lda": ("lda", None),
    "deepar": ("forecasting-deepar", None),
}


def sdk_accounts(file: str, scope: str | None) -> Mapping[str, str]:
    config = sdk_config(file)
    versions = config[scope]["versions"] if scope else config["versions"]
    newest = list(versions.values())[-1]
    accounts = newest["registries"].items()
    return {region: account for region, account in accounts if not ISOLATED.match(region)}


def sdk_config(name: str) -> Any:
    folder = files("sagemaker.core").joinpath("image_uri_config")
    return json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))


IMAGE_COLUMNS = (
    "framework",
    "version",
    "use",
    "repository",
    "registry",
    "python",
    "cpu_tag",
    "gpu_tag",
    "absent",
    "source",
)
# The SDK's file, our word for it, its registry, the oldest version worth shipping.
IMAGE_FILES = (
    ("pytorch", "pytorch", "deep-learning", (1, 12)),
    ("pytorch-amzn2023", "pytorch", "deep-learning", (2, 11)),
    ("tensorflow", "tensorflow", "deep-learning", (2, 9)),
    ("sklearn", "sklearn", "own-frameworks", (0, 20)),
    ("xgboost", "xgboost", "own-frameworks", (0, 90)),
)


def write_images() -> None:
    rows = [row for file in IMAGE_FILES for row in framework_rows(*file)]
    rows += huggingface_rows()
    write("images", rows, IMAGE_COLUMNS)


def framework_rows(
    file: str, framework: str, registry: str, oldest: tuple[int, int]
) -> Iterator[dict[str, str]]:
    config = sdk_config(file)
    for use in ("training", "inference"):
        for version_, facts in config.get(use, {}).get("versions", {}).items():
            if "-" in version_ or "." in version_:
                major, minor = (int(part) for part in re.split(r"[.-]", version_)[:2])
                if (major, minor) >= oldest and not version_.endswith("-py312"):
                    given = config[use].get("processors")
                    yield image_row(framework, version_, use, registry, facts, given)


def image_row(
    framework: str,
    version_: str,
    use: str,
    registry: str,
    facts: Mapping[str, Any],
    processors: list[str] | None,
) -> dict[str, str]:
    pythons = facts.get("py_versions") or [""]
    devices = processors or facts.get("processors")
    tags = {device: image_tag(device, pythons[-1], facts, devices) for device in ("cpu", "gpu")}
    return {
        "framework": framework,
        "version": version_,
        "use": use,
        "repository": facts["repository"],
        "registry": registry,
        "python": pythons[-1],
        "cpu_tag": tags["cpu"],
        "gpu_tag": tags["gpu"],
        "absent": " ".join(absent_regions(registry, facts["registries"])),
        "source": f"sagemaker-{version('sagemaker')}",
    }


def image_tag(device: str, python: str, facts: Mapping[str, Any], devices: Any) -> str:
    """A tag with the place of the version as it was asked for; empty where there is no image."""
    if devices and device not in devices:
        return ""
    if not facts.get("processor_in_tag", True):
        return f"{{version}}-{facts['container_version'][device]}"
    parts = ["{version}", device if devices else "", python if devices else ""]
    return "-".join(part for part in parts if part)


def absent_regions(registry: str, accounts: Mapping[str, str]) -> list[str]:
    rows = read_table(BUNDLED, "accounts").values()
    known = {row["region"]: row["account"] for row in rows if row["registry"] == registry}
    return sorted(region for region, account in known.items() if accounts.get(region) != account)


def huggingface_rows() -> Iterator[dict[str, str]]:
    """The newest base of each of the last releases; tags carry both versions."""
    config = sdk_config("huggingface")
    for use in ("training", "inference"):
        for version_, facts in list(config[use]["versions"].items())[-8:]:
            bases = [name for name in facts if name.startswith("pytorch")]
            if not bases:
                continue
            base = facts[bases[-1]]
            row = image_row("huggingface", version_, use, "deep-learning", base, None)
            head = f"{bases[-1].removeprefix('pytorch')}-transformers{version_}"
            for device in ("cpu", "gpu"):
                container = base["container_version"].get(device)
                tag = f"{head}-{device}-{row['python']}-{container}" if container else ""
                row[f"{device}_tag"] = tag
            yield row


def write_regions() -> None:
    text = files("botocore").joinpath("data/partitions.json").read_text("utf-8")
    rows = [
        {
            "region": region,
            "name": facts["description"],
            "partition": partition["id"],
            "domain": partition["outputs"]["dnsSuffix"],
            "source": f"botocore-partitions-{version('botocore')}",
        }
        for partition in json.loads(text)["partitions"]
        for region, facts in partition["regions"].items()
        if not region.endswith("-global")
    ]
    write("regions", rows, ["region", "name", "partition", "domain", "source"])


def write_canonical() -> None:
    for name in KEYS:
        path = BUNDLED / f"{name}.csv"
        if path.exists():
            header = path.read_text("utf-8").splitlines()[0].split(",")
            write(name, read_table(BUNDLED, name).values(), header)


def promote(snapshot: Path) -> None:
    """The refreshed tables, laid over the bundled ones, become the bundled ones. What belongs
    to an account or to an hour (quotas, Spot prices) stays where it is."""
    merged = Tables(BUNDLED, snapshot)
    for path in sorted(snapshot.glob("*.csv")):
        if not (BUNDLED / path.name).exists():
            continue
        columns = path.read_text("utf-8").splitlines()[0].split(",")
        write(path.stem, merged.table(path.stem).values(), columns)


def write(name: str, rows: Iterable[Row], columns: Iterable[str]) -> None:
    (BUNDLED / f"{name}.csv").write_text(canonical(name, rows, columns), "utf-8")


def moto_file(name: str) -> bytes:
    return files("moto").joinpath("ec2/resources", name).read_bytes()


if __name__ == "__main__":
    main(sys.argv[1:])

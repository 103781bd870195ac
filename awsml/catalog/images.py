"""Container images: registry URIs by framework, version, region and machine, and their dates.

The tags are those of the SageMaker SDK, found without importing it. A machine that is not known
gets no image: guessing CPU for a mistyped GPU type would waste the run.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from awsml.basis import Fact
from awsml.catalog.algorithms import algorithm, algorithms
from awsml.catalog.facts import region as region_named
from awsml.catalog.facts import regions
from awsml.catalog.instances import instance, nearest_types
from awsml.catalog.tables import Row, Tables, current
from awsml.nearness import closest, folded, nearest

USES = ("training", "inference", "batch")
# Frameworks by what their packages are called, folded.
_PACKAGES = {
    "torch": "pytorch",
    "scikitlearn": "sklearn",
    "tf": "tensorflow",
    "keras": "tensorflow",
    "transformers": "huggingface",
    "xgb": "xgboost",
}
_LENT = (
    "there is no EC2 image of this version; SageMaker's runs the command as it is, carries a "
    "toolkit that Batch does not use, and AWS documents it for SageMaker only"
)


class Image(NamedTuple):
    """An image that exists, and what is known of it; `platform` is sagemaker or ec2."""

    uri: str
    framework: str
    version: str
    accelerator: str  # cpu or gpu
    platform: str
    python: str | None
    cuda: str | None
    end_of_patch: str | None
    fact: Fact
    notes: tuple[str, ...] = ()


class NoImage(NamedTuple):
    """Why there is no image to name; `sdk` says that the SageMaker SDK may know one."""

    reason: str
    hint: str
    sdk: bool = False
    meant: str | None = None  # the known name that was most probably meant


def image(
    framework: str,
    version: str | None,
    region: str | None,
    machine: str | None,
    use: str = "training",
) -> Image | NoImage:
    """The image of a framework or a built-in algorithm on a machine in a region.

    `use` is training, inference or batch (AWS Batch, whose images are other tags).
    """
    device = _device(machine)
    if isinstance(device, NoImage):
        return device
    if region is None or region_named(region) is None:
        return _no_region(region)
    built_in = algorithm(framework)
    if built_in and framework != "xgboost":
        if use == "batch":
            return NoImage(
                f"`{framework}` is a built-in algorithm, which runs on SageMaker only",
                "use `kind: training`, or an image of your own",
            )
        return _algorithm_image(framework, version, region, device)
    row = _row(framework, version, "training" if use == "batch" else use)
    if isinstance(row, NoImage):
        return row
    written = row["version"] if version in (None, "latest") else str(version)
    found = _framework_image(row, written, region, device)
    return _for_batch(found, row, region) if use == "batch" and isinstance(found, Image) else found


def frameworks() -> tuple[str, ...]:
    return tuple(sorted({framework for framework, _, _ in current().table("images")}))


def versions(framework: str, use: str = "training") -> tuple[str, ...]:
    """The versions with an image, newest first."""
    found = {v for f, v, u in current().table("images") if (f, u) == (framework, use)}
    return tuple(sorted(found, key=ordered, reverse=True))


def uri_of(account: str, region: str, repository: str, tag: str) -> str:
    known = region_named(region)
    domain = known.domain if known else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{domain}/{repository}:{tag}"


def _device(machine: str | None) -> str | NoImage:
    """cpu or gpu, as the machine needs."""
    if machine is None:
        return NoImage("the image depends on the instance type", "set the instance type")
    known = instance(machine)
    if known is None:
        close = nearest_types(machine)
        hint = f"did you mean `{close[0]}`?" if close else "run `awsml catalog find`"
        return NoImage(f"`{machine}` is no instance type that is known here", hint)
    if known.architecture == "arm64":
        return NoImage(
            f"`{machine}` is an ARM machine, and the images named here are x86",
            "name the image by `uri`, or choose an x86 type",
        )
    if known.accelerator is None:
        return "cpu"
    if known.accelerator.maker != "nvidia":
        return NoImage(
            f"`{machine}` needs an image for {known.accelerator.name}",
            "name the image by `uri` (AWS Neuron images have tags of their own)",
        )
    return "gpu"


def _no_region(region: str | None) -> NoImage:
    if region is None:
        return NoImage("the registry depends on the region", "set `region`, or pass `--region`")
    close = nearest(region, regions())
    hint = f"did you mean `{close[0]}`?" if close else f"one of {', '.join(regions())}"
    return NoImage(f"`{region}` is no region that is known here", hint)


def _algorithm_image(name: str, version: str | None, region: str, device: str) -> Image | NoImage:
    built_in = algorithm(name)
    assert built_in is not None
    if version not in (None, "latest", built_in.version):
        return NoImage(
            f"`{name}` has no version `{version}`", f"leave the version out: {built_in.version}"
        )
    account = current().table("accounts").get((built_in.registry, region))
    if account is None:
        return NoImage(f"`{name}` is not published in {region}", "choose another region")
    uri = uri_of(account["account"], region, built_in.image, built_in.version)
    fact = current().fact(uri, "image", account["source"])
    return Image(uri, name, built_in.version, device, "sagemaker", None, None, None, fact)


def _meant(name: str) -> str | None:
    """A framework or an algorithm by the name of its package, or misspelt."""
    known = [*frameworks(), *(each.name for each in algorithms())]
    if name in known:
        return None
    return _PACKAGES.get(folded(name)) or closest(name, known)


def _row(framework: str, version: str | None, use: str) -> Row | NoImage:
    """The row of a version as people write it: 2.10 means the newest 2.10."""
    known = versions(framework, use)
    if not known:
        meant = _meant(framework)
        hint = f"did you mean `{meant}`?" if meant else f"one of {', '.join(frameworks())}"
        other = f"`{framework}` has no image for {use} that is known here"
        return NoImage(other, hint, sdk=True, meant=meant)
    wanted = known[0] if version in (None, "latest") else version
    for one in known:
        if wanted in (one, _short(one)) or _full(framework, one, use) == wanted:
            return current().table("images")[(framework, one, use)]
    listed = ", ".join(dict.fromkeys(_short(one) for one in known))
    return NoImage(
        f"`{framework}` `{version}` has no image for {use} that is known here",
        f"versions: {listed}",
        sdk=True,
    )


def _framework_image(row: Row, version: str, region: str, device: str) -> Image | NoImage:
    tables = current()
    account = tables.table("accounts").get((row["registry"], region))
    framework = row["framework"]
    if account is None or region in row["absent"].split():
        return NoImage(f"`{framework}` {version} is not published in {region}", "other region")
    tag = row[f"{device}_tag"].format(version=version)
    if not tag:
        return NoImage(
            f"`{framework}` {version} has no {device} image for {row['use']}",
            f"choose {'a GPU' if device == 'cpu' else 'a CPU'} type",
        )
    uri = uri_of(account["account"], region, row["repository"], tag)
    life = life_of(tables, framework, row["version"], row["use"])
    return Image(
        uri=uri,
        framework=framework,
        version=version,
        accelerator=device,
        platform="sagemaker",
        python=row["python"] or (life["python"] if life else None),
        cuda=(life["cuda"] if life else cuda_of(tag)) if device == "gpu" else None,
        end_of_patch=life["end_of_patch"] if life else None,
        fact=tables.fact(uri, "image", life["source"] if life else row["source"]),
    )


def _for_batch(image: Image, row: Row, region: str) -> Image | NoImage:
    """AWS Batch takes the EC2 image where there is one."""
    tables = current()
    life = life_of(tables, image.framework, row["version"], "training")
    if life is None:
        return NoImage(
            f"which EC2 image `{image.framework}` {image.version} has is not known here",
            f"choose one of {', '.join(_batch_versions(tables, image.framework))}, or name a `uri`",
        )
    own, lent = life[f"ec2_{image.accelerator}"], life[f"sagemaker_{image.accelerator}"]
    uri = image.uri.rpartition(":")[0] + f":{own or lent}"
    notes = ("the image has no git",) if own and "amzn2023" in own else ()
    if not own:
        notes = (_LENT,)
    return image._replace(
        uri=uri,
        platform="ec2" if own else "sagemaker",
        fact=tables.fact(uri, "image", life["source"]),
        notes=notes,
    )


def _batch_versions(tables: Tables, framework: str) -> list[str]:
    rows = tables.table("image_life")
    found = [v for f, v, use in rows if (f, use) == (framework, "training")]
    return sorted(found, key=ordered, reverse=True)


def life_of(tables: Tables, framework: str, version: str, use: str) -> Row | None:
    return tables.table("image_life").get((framework, _short(version), use))


def _full(framework: str, version: str, use: str) -> str | None:
    life = life_of(current(), framework, version, use)
    return life["full"] if life else None


def _short(version: str) -> str:
    """2.10 of 2.10.0; versions of XGBoost and scikit-learn have a revision instead."""
    return version if "-" in version else ".".join(version.split(".")[:2])


def ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version))


def cuda_of(tag: str) -> str | None:
    match = re.search(r"cu\d{3}", tag)
    return match.group() if match else None

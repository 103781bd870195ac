"""ECR: repositories with their tags."""

from __future__ import annotations

from typing import Any

from tests.fake_aws.world import Operation, Refusal, World

REPOSITORY = "repository"


def add_image(world: World, name: str, tag: str) -> None:
    known = world.get("", REPOSITORY, name) or {"tags": set()}
    known["tags"].add(tag)
    world.put("", REPOSITORY, name, known)


def batch_get_image(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params["repositoryName"]
    repository = world.get("", REPOSITORY, name)
    if repository is None:
        wording = f"The repository with name '{name}' does not exist"
        raise Refusal("RepositoryNotFoundException", wording)
    found = [wanted for wanted in params["imageIds"] if wanted["imageTag"] in repository["tags"]]
    missing = [wanted for wanted in params["imageIds"] if wanted not in found]
    return {
        "images": [{"repositoryName": name, "imageId": image} for image in found],
        "failures": [{"imageId": image, "failureCode": "ImageNotFound"} for image in missing],
    }


OPERATIONS: dict[str, Operation] = {"BatchGetImage": batch_get_image}

"""The containers of a task do not fit together.

A job has one task. It has one to ten containers with names of their own, at least one of them
essential, and one that runs as root where logs go through FireLens. A container waits for another
one of its task, until it has started (`START`), or, unless that one is essential, has ended
(`COMPLETE`, `SUCCESS`). On Fargate the task has an execution role.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: several
    type: container
    ecsProperties:
      taskProperties:
        - containers:
            - {name: main, image: "train:1"}
            - {name: side, image: "side:1", dependsOn: [{containerName: main, condition: SUCCESS}]}

## Preferred
    jobDefinitionName: several
    type: container
    ecsProperties:
      taskProperties:
        - containers:
            - {name: main, image: "train:1"}
            - {name: side, image: "side:1", dependsOn: [{containerName: main, condition: START}]}

## AWS says
The container target of a dependency can not have condition SUCCESS if the target container main is
essential.
"""

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import TASKS, definition_of, on_fargate
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = TASKS
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsTaskProperties.html"

_CONDITIONS = ("START", "COMPLETE", "SUCCESS")
_ROOT = ("root", "0")
_MODES = {"ipcMode": ("host", "task", "none"), "pidMode": ("host", "task")}


def check(task: Part) -> Problems:
    containers, tasks = task["containers"], task.around["taskProperties"]
    if len(tasks.items) > 1 and task.path == tasks[0].path:
        message = f"{len(tasks.items)} tasks are given, and a job has one"
        yield Problem(tasks, message, "put the containers into one task")
    most = int(limit("batch_task_containers_maximum").value)
    if containers.exists and not 1 <= len(containers.items) <= most:
        message = f"a task has 1 to {most} containers, and this one {len(containers.items)}"
        yield Problem(containers, message, "give each group of containers a job of its own")
    for name, values in _MODES.items():
        mode = task[name]
        if mode.text is not None and mode.text not in values:
            message = f"`{mode}` is {mode.text}, and is one of {', '.join(values)}"
            yield Problem(mode, message, f"use {values[0]}")
    definition = definition_of(task)
    if on_fargate(definition) and not task["executionRoleArn"].exists:
        because = ((definition["platformCapabilities"], "Fargate"),)
        yield Problem(task, "a task on Fargate needs an execution role", "add it", because)
    yield from _together(containers.items)
    yield from _log_router(containers.items)


def _together(containers: list[Part]) -> Problems:
    named: dict[str, Part] = {}
    for container in containers:
        name = container["name"]
        if name.text is not None and name.text in named:
            because = ((named[name.text]["name"], "the first"),)
            yield Problem(name, f"two containers are named `{name.text}`", "rename one", because)
        elif name.text is not None:
            named[name.text] = container
    if containers and all(one["essential"].flag is False for one in containers):
        message = "none of the containers is essential"
        yield Problem(containers[0]["essential"], message, "set `essential: true` for one")
    fluent = [one["firelensConfiguration"] for one in containers]
    drivers = [one["logConfiguration.logDriver"].text for one in containers]
    for one in fluent:
        if one.exists and "awsfirelens" not in drivers:
            # Refused when it was tried, and yet an example of the user guide.
            message = "no container of the task logs to FireLens"
            hint = "set `logDriver: awsfirelens` for one of them"
            yield Problem(one, message, hint, level=Level.WARNING)
    for container in containers:
        for dependency in container["dependsOn"].items:
            yield from _dependency(dependency, named, alone=len(containers) == 1)


def _dependency(dependency: Part, named: dict[str, Part], alone: bool) -> Problems:
    name, condition = dependency["containerName"], dependency["condition"]
    if condition.text is not None and condition.text not in _CONDITIONS:
        message = f"`{condition.text}` is no condition of a dependency"
        yield Problem(condition, message, f"use {' or '.join(_CONDITIONS)}")
    if alone:
        yield Problem(dependency, "the only container of a job waits for another", "remove it")
        return
    target = named.get(name.text or "")
    if name.text is not None and target is None:
        message = f"the task has no container `{name.text}`"
        yield Problem(name, message, f"name one of {', '.join(named)}")
    elif target and condition.text in _CONDITIONS[1:] and target["essential"].flag is not False:
        message = f"`{name.text}` is essential: when it ends, so does the job"
        yield Problem(condition, message, "wait for START, or set `essential: false` there")


def _log_router(containers: list[Part]) -> Problems:
    """Documented, and yet taken when it was tried."""
    routers = [one for one in containers if one["firelensConfiguration"].exists]
    users = [one["user"] for one in containers]
    if routers and all((user.text or "root").partition(":")[0] not in _ROOT for user in users):
        message = "no container of a task with FireLens runs as root"
        hint = "remove `user` from the log router"
        yield Problem(routers[0]["user"], message, hint, level=Level.WARNING)

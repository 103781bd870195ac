"""What awsml raises when it cannot go on; complaints about a scenario are findings instead."""

from __future__ import annotations

from awsml.finding import Place


class AwsmlError(Exception):
    """One clear sentence, an imperative hint that can be typed, and the place it is about."""

    exit_code = 2
    slug = "cannot-go-on"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        where: Place | None = None,
        slug: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where
        self.slug = slug or type(self).slug

    def as_figure(self) -> dict[str, str | None]:
        """What a run keeps of the error that ended it."""
        return {"slug": self.slug, "message": self.message, "hint": self.hint}


class UsageError(AwsmlError):
    """Wrong flags or arguments, or a file of which no tree can be built."""

    slug = "usage"


class BackendError(AwsmlError):
    """A backend (this machine or AWS) refused or broke."""

    exit_code = 3
    slug = "backend-failed"


class RunFailed(AwsmlError):
    """An attached run that ended in anything but success."""

    exit_code = 1
    slug = "run-failed"

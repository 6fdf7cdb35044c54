"""The contract of a job type: the code that a run executes.

A job type lives in `job_types.py` or in a module of `job_types/` of an installed app and registers itself with
`@job_type`. It steers its run by raising `RetryLater` or `GiveUp`, and by nothing else.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pydantic
from pydantic.alias_generators import to_camel

from jobs.context import RunContext
from jobs.errors import InvalidOptions
from jobs.estimate import Estimate
from jobs.registry import Registry

__all__ = [
    "Estimate",
    "JobType",
    "NoOptions",
    "OptionsModel",
    "RunContext",
    "job_type",
    "job_types",
    "parse_options",
    "permitted_options",
    "validated",
]


class OptionsModel(pydantic.BaseModel):
    """Options of a job type; each may be written in snake_case or in camelCase, and unknown ones are refused."""

    model_config = pydantic.ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class NoOptions(OptionsModel):
    pass


class JobType(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    needs_subject: ClassVar[bool] = False  # a job of this type cannot be saved without a subject
    seconds_to_land: ClassVar[float] = 0  # that a run gets beyond the grace of a worker that was told to stop
    key_kinds: ClassVar[tuple[str, ...]] = ()  # kinds of the keys that `keys` returns
    Options: ClassVar[type[OptionsModel]] = NoOptions

    @abstractmethod
    def run(self, context: RunContext) -> dict[str, Any]:
        """Do the work and return its metrics (JSON).

        What could not be done is told with `context.miss(part, reason)`; the run then ends as `partial`.
        """

    def keys(self, options: OptionsModel) -> list[str]:
        """What a run with these options counts for under limits, beside its queue, owner, subject and type.

        Each is a kind and a value, for example `collector:chatgpt`.
        """
        return []

    def refusals(self, owner_id: UUID | None, options: OptionsModel) -> dict[str, str]:
        """A sentence for each option that this owner may not have; None stands for jobs that superusers alone reach.

        Asked when a job is saved, when a run is asked for and when it begins. May read the database.
        """
        return {}

    def check(self, subject_id: UUID | None, options: OptionsModel) -> list[str]:
        """Sentences that say what stands in the way of a run now, for forms and previews. May read the database."""
        return []

    def estimate(self, subject_id: UUID | None, options: OptionsModel) -> Estimate | None:
        """What a run would cost, for forms and previews; None for work that costs nothing. May read the database."""
        return None


job_types: Registry[str, type[JobType]] = Registry("job type")
J = TypeVar("J", bound=type[JobType])
M = TypeVar("M", bound=OptionsModel)


def job_type(cls: J) -> J:
    """Register a job type under its name."""
    job_types.add(cls.name, cls)
    return cls


def parse_options(name: str, data: dict[str, Any]) -> OptionsModel:
    """The options of the job type `name`, validated.

    Raises:
        UnknownName: no such job type.
        InvalidOptions: a sentence for each field that is wrong.
    """
    return validated(job_types.get(name).Options, data)


def permitted_options(name: str, data: dict[str, Any], owner_id: UUID | None) -> OptionsModel:
    """As `parse_options`; options that the job type refuses to this owner are wrong too."""
    options = parse_options(name, data)
    refused = job_types.get(name)().refusals(owner_id, options)
    if refused:
        raise InvalidOptions(refused)
    return options


def validated(model: type[M], data: dict[str, Any]) -> M:
    """The data as that model; raise InvalidOptions with a sentence for each field that is wrong."""
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        known = ", ".join(field.alias or key for key, field in model.model_fields.items()) or "none"
        raise InvalidOptions({_field(e): _sentence(e, known) for e in error.errors()}) from None


def _field(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"]) or "options"


def _sentence(error: Any, known: str) -> str:
    if error["type"] == "extra_forbidden":
        return f"There is no such option. There are: {known}."
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.endswith(".") else f"{message}."

"""A job's entry in a file, made or changed as the forms and the API do it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from brands.models import Brand, Customer
from config.schedule_entries import POLICIES, job_entry, jobs
from config.schedule_file import Document, Fields, Path
from jobs.blackout import from_line
from jobs.errors import InvalidOptions, InvalidSchedule, UnknownName
from jobs.job_type import parse_options
from jobs.models import ScheduledJob
from jobs.schedules import Schedule, change_job

KINDS = ("cron_expression", "every", "at")
EMPTY = (None, "", 0)
FIELDS = {"job_type": "job_type", "is_active": "enabled", "description": "description"}  # key: field of the job
KEYS = {field: key for key, field in FIELDS.items()} | {"options": "metadata", "owner": "customer", "subject": "brand"}


def put_entry(document: Document, path: Path, entry: Fields) -> tuple[ScheduledJob, Fields]:
    """The job of that entry, and its entry as it was before: empty for a new job.

    Raises:
        FileProblem: the job cannot be so.
    """
    return _Entry(document, path, entry).put()


class _Entry:
    def __init__(self, document: Document, path: Path, entry: Fields) -> None:
        self.document, self.path, self.entry = document, path, entry
        self.job = jobs().filter(name=entry["name"]).first() or ScheduledJob(name=entry["name"])
        self.before = {} if self.job._state.adding else job_entry(self.job)

    def put(self) -> tuple[ScheduledJob, Fields]:
        given = self._given()
        if not self.before or {**self.before, **given} != self.before:
            self._change()
        return self.job, self.before

    def problem(self, key: str, sentence: str) -> Exception:
        return self.document.problem((*self.path, key), sentence)

    def _given(self) -> Fields:
        """The entry as an export would write it."""
        given = {key: value for key, value in self.entry.items() if not (key in (*KINDS, "period") and value in EMPTY)}
        if "metadata" in given:
            given["metadata"] = self._options()
        for name in ("at", "start_time", "expires"):
            moment = self._moment(name)
            given |= {name: moment.isoformat()} if moment else {}
        return given

    def _change(self) -> None:
        for name in ("start_time", "expires"):
            if name in self.entry:
                setattr(self.job, name, self._moment(name))
        try:
            change_job(self.job, schedule=self._schedule(), **self._fields())
        except InvalidSchedule as error:
            raise self.problem(self._kind() or "cron_expression", str(error)) from None
        except ValidationError as error:
            raise self.document.refusal(self.path, error, KEYS) from None

    def _fields(self) -> Fields:
        entry = self.entry
        fields: Fields = {FIELDS.get(key, key): entry[key] for key in (*FIELDS, *POLICIES) if key in entry}
        made: dict[str, tuple[str, Callable[[], Any]]] = {
            "metadata": ("options", self._options),
            "blackout": ("blackout", self._windows),
            "customer": ("owner", self._customer),
            "brand": ("subject", self._brand),
        }
        return fields | {field: make() for key, (field, make) in made.items() if key in entry}

    def _options(self) -> Fields:
        options, job_type = self.entry["metadata"], str(self.entry.get("job_type", self.job.job_type))
        if not isinstance(options, dict):
            raise self.problem("metadata", "Write the options here, each on a line: name: value.")
        try:
            return parse_options(job_type, options).model_dump(mode="json", by_alias=True, exclude_unset=True)
        except UnknownName as error:
            raise self.problem("job_type", str(error)) from None
        except InvalidOptions as error:
            name, sentence = next(iter(error.problems.items()))
            as_written = next((key for key in options if _same(str(key), name)), name)
            raise self.document.problem((*self.path, "metadata", as_written), sentence) from None

    def _windows(self) -> list[Fields]:
        windows = []
        for place, line in self.document.entries((*self.path, "blackout"), self.entry["blackout"]):
            try:
                windows.append(from_line(str(line)).as_json())
            except InvalidSchedule as error:
                raise self.document.problem(place, str(error)) from None
        return windows

    def _customer(self) -> Any:
        return self._named(Customer.objects.all(), "customer", "There is no customer “{}”.")

    def _brand(self) -> Any:
        customer = self.entry.get("customer")
        if self.entry["brand"] is not None and not customer:
            raise self.problem("brand", "Say whose brand it is, with the key customer.")
        return self._named(Brand.objects.filter(customer__name=customer), "brand", f"{customer} has no brand “{{}}”.")

    def _named(self, rows: QuerySet[Any], key: str, sentence: str) -> Any:
        if self.entry[key] is None:
            return None
        found = rows.filter(name=str(self.entry[key])).first()
        if found is None:
            raise self.problem(key, sentence.format(self.entry[key]))
        return found

    def _kind(self) -> str:
        """The kind of schedule that the entry asks for; "" where it asks for none."""
        kinds = [name for name in KINDS if self.entry.get(name) not in EMPTY]
        if len(kinds) > 1:
            raise self.problem(kinds[1], f"The job has {kinds[0]} already: write one of the two.")
        return kinds[0] if kinds else ""

    def _schedule(self) -> Schedule:
        """The job's own schedule with what the entry says of it."""
        now, kind, entry = Schedule.of(self.job), self._kind(), self.entry
        zone, period = str(entry.get("timezone") or now.timezone), str(entry.get("period") or now.period)
        if self.job._state.adding and not kind:
            raise self.problem("cron_expression", "Say when: cron_expression, every with period, or at.")
        blank = replace(now, cron_expression="", every=0, period="", at=None)
        if kind == "at":
            return replace(blank, at=self._moment("at"))
        if kind == "every":
            return replace(blank, every=self._every(), period=period)
        if kind == "cron_expression":
            return replace(blank, cron_expression=str(entry["cron_expression"]), timezone=zone)
        return replace(now, timezone=zone, period=period)

    def _every(self) -> int:
        every = self.entry["every"]
        if isinstance(every, int) and 0 < every <= 100_000:
            return every
        raise self.problem("every", "Write a whole number from 1 to 100000.")

    def _moment(self, name: str) -> datetime | None:
        text = self.entry.get(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self.problem(name, "Write a day, a time and its distance from UTC: 2030-01-31T09:00:00+00:00.")
        return moment


def _same(key: str, name: str) -> bool:
    """Whether an option's two spellings, position_limit and positionLimit, are one."""
    return key.replace("_", "").lower() == name.split(".")[0].replace("_", "").lower()

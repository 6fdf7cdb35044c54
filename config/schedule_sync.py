"""Makes the database agree with a file, and says what that takes. Planning is the same, rolled back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from brands.models import Answer, Brand, Competitor, Customer, Query, Topic
from config import schedule_entries as entries
from config.schedule_file import NAMED, Document, Fields, Path
from config.schedule_jobs import put_entry
from jobs.models import ScheduledJob

CASELESS = (Brand, Competitor)  # whose names are the same in capitals or not


@dataclass(frozen=True, slots=True)
class Change:
    action: str  # created, changed, deleted
    kind: str
    name: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # old and new value
    answers: int = 0  # that go with what is deleted

    def as_json(self) -> Fields:
        return asdict(self)


def plan(document: Document, *, prune: bool) -> list[Change]:
    """What `apply` would do. Raises as it does."""
    with transaction.atomic():
        changes = _Sync(document, prune).run()
        transaction.set_rollback(True)
    return changes


def apply(document: Document, *, prune: bool) -> list[Change]:
    """Make the rows those of the file, in one transaction; what the file does not mention is left as it is.

    With `prune`, rows that are not in a list of the file are deleted; where the file has no such list, they stay.

    Raises:
        FileProblem: something in the file cannot be. Nothing has changed.
    """
    with transaction.atomic():
        return _Sync(document, prune).run()


class _Sync:
    def __init__(self, document: Document, prune: bool) -> None:
        self.document, self.prune = document, prune
        self.changes: list[Change] = []

    def run(self) -> list[Change]:
        customers = {
            path: self._row("customer", Customer(), {"name": entry["name"]}, path, entry, ("is_sample",))
            for path, entry in self._once((), "customers", None, _exact("name"))
        }
        brands = {}
        for path, customer in customers.items():
            for place, entry in self._once(path, "brands", self.document.at(path), _lower("name")):
                key = {"customer": customer, "name": entry["name"]}
                brands[place] = self._row("brand", Brand(), key, place, entry, (*NAMED, "description"))
        for path, brand in brands.items():
            self._parts(path, brand)
        jobs = [self._job(path, entry) for path, entry in self._once((), "jobs", None, _exact("name"))]
        if self.prune:
            self._prune(customers, brands, jobs)
        return self.changes

    def _once(self, path: Path, kind: str, holder: Any, key: Callable[[Fields], Any]) -> Iterable[tuple[Path, Fields]]:
        """The entries of a list; raises FileProblem where two of them are about the same row."""
        seen = set()
        for place, entry in self.document.all(path, kind, holder):
            if key(entry) in seen:
                raise self.document.problem(place, "This is there twice.")
            seen.add(key(entry))
            yield place, entry

    def _parts(self, path: Path, brand: Brand) -> None:
        content = self.document.at(path)
        kept: dict[type[models.Model], list[Any]] = {Competitor: [], Query: [], Topic: []}
        for place, entry in self._once(path, "competitors", content, _lower("name")):
            key = {"brand": brand, "name": entry["name"]}
            kept[Competitor].append(self._row("competitor", Competitor(), key, place, entry, NAMED))
        topics = self._topics(path, brand, content)
        kept[Topic] = [*topics.values()]
        known = {(query.text, query.country, query.locale): query for query in brand.queries.select_related("topic")}
        for place, entry in self._once(path, "queries", content, _query_key):
            query = known.get(_query_key(entry)) or Query(brand=brand)
            kept[Query].append(self._query(query, place, entry, topics))
        if self.prune:
            listed = {Competitor: "competitors", Query: "queries", Topic: "topics"}
            for model in (Query, Competitor, Topic):
                if listed[model] in content:
                    self._delete(model, kept[model], brand=brand)

    def _topics(self, path: Path, brand: Brand, content: Fields) -> dict[str, Topic]:
        """Those that the brand lists and those that its queries name, by name; new ones are made."""
        listed = list(self.document.entries((*path, "topics"), content.get("topics", [])))
        listed += [
            ((*place, "topic"), entry["topic"])
            for place, entry in self.document.all(path, "queries", content)
            if entry.get("topic") is not None
        ]
        wanted: dict[str, Path] = {}
        for place, name in listed:
            if not (isinstance(name, str) and name.strip()):
                raise self.document.problem(place, "Write the topic's name.")
            wanted.setdefault(name, place)
        known = {topic.name: topic for topic in brand.topics.all()}
        return {
            name: known.get(name) or self._row("topic", Topic(), {"brand": brand, "name": name}, place, {}, ())
            for name, place in wanted.items()
        }

    def _query(self, query: Query, path: Path, entry: Fields, topics: dict[str, Topic]) -> Query:
        before = {} if query._state.adding else entries.query_entry(query)
        for name in ("text", "country", "locale", "is_active"):
            setattr(query, name, entry.get(name, getattr(query, name)))
        if "topic" in entry:
            query.topic = topics.get(entry["topic"])
        self._save("query", query, path, before, entries.query_entry)
        return query

    def _row(self, kind: str, new: Any, key: Fields, path: Path, entry: Fields, names: Iterable[str]) -> Any:
        """The row with that key, with the fields that the entry gives."""
        others = {name: value for name, value in key.items() if name != "name"}
        match = {"name__iexact" if type(new) in CASELESS else "name": key["name"].strip()}
        row = type(new).objects.filter(**others, **match).first() or new
        names = ("name", *names)
        before = {} if row is new else {name: getattr(row, name) for name in names}
        for name, value in {**key, **{name: entry[name] for name in names if name in entry}}.items():
            setattr(row, name, value)
        self._save(kind, row, path, before, lambda saved: {name: getattr(saved, name) for name in names})
        return row

    def _save(self, kind: str, row: Any, path: Path, before: Fields, describe: Callable[[Any], Fields]) -> None:
        try:
            row.clean_fields()
            row.clean()
        except ValidationError as error:
            raise self.document.refusal(path, error) from None
        after = describe(row)
        if before != after:
            row.save()
            self._note(kind, str(row), before, after)

    def _job(self, path: Path, entry: Fields) -> ScheduledJob:
        job, before = put_entry(self.document, path, entry)
        self._note("job", job.name, before, entries.job_entry(job))
        return job

    def _note(self, kind: str, name: str, before: Fields, after: Fields) -> None:
        names = [*before, *(name for name in after if name not in before)]
        fields = {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
        if not before:
            self.changes.append(Change("created", kind, name))
        elif fields:
            self.changes.append(Change("changed", kind, name, fields))

    # What is not in the file

    def _prune(self, customers: dict[Path, Customer], brands: dict[Path, Brand], jobs: list[ScheduledJob]) -> None:
        if "jobs" in self.document.content:
            spent = [job for job in entries.jobs().filter(clocked__isnull=False) if entries.is_spent(job)]
            self._delete(ScheduledJob, [*jobs, *spent])
        for path, customer in customers.items():
            if "brands" in self.document.at(path):
                kept = [brand for place, brand in brands.items() if place[: len(path)] == path]
                self._delete(Brand, kept, customer=customer)
        if "customers" in self.document.content:
            self._delete(Customer, [*customers.values()])

    def _delete(self, model: type[models.Model], kept: Sequence[models.Model], **of: Any) -> None:
        rows: Any = model._default_manager.filter(**of).exclude(pk__in=[row.pk for row in kept])
        way = {Customer: "brand__customer", Brand: "brand", Query: "query"}.get(model)
        for row in rows.order_by("pk"):
            answers = Answer.objects.filter(**{way: row}).count() if way else 0
            kind = "job" if model is ScheduledJob else str(model._meta.verbose_name)
            self.changes.append(Change("deleted", kind, str(row), answers=answers))
            row.delete()


def _lower(name: str) -> Callable[[Fields], str]:
    return lambda entry: str(entry[name]).strip().lower()


def _exact(name: str) -> Callable[[Fields], str]:
    return lambda entry: str(entry[name])


def _query_key(entry: Fields) -> tuple[str, str, str]:
    return entry["text"], str(entry.get("country") or ""), str(entry.get("locale") or "")

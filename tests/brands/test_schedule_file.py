"""Customers, brands and jobs as a file: `manage.py schedules export | plan | apply`."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from brands.models import Answer, Brand, Competitor, Customer, Query, Topic
from config import schedule_entries, schedule_file
from jobs.models import JobRun, ScheduledJob
from jobs.schedules import Schedule, put_job
from tests.brands.factories import make_answer, make_brand, make_query

pytestmark = pytest.mark.django_db
FILE = """\
customers:
  - name: Coffee Ltd
    brands:
      - name: Aurora
        aliases: [Aurora One]
        domains: [aurora.example]
        competitors:
          - name: Borealis
        topics: [Machines]
        queries:
          - text: Which coffee machine is best?
            topic: Machines
            country: NO
          - {text: "Is Aurora good?", topic: Praise, locale: de-CH, is_active: false}
jobs:
  - name: Morning
    customer: Coffee Ltd
    brand: Aurora
    job_type: data_collection_and_scoring
    cron_expression: 0 9 * * 1-5
    timezone: Europe/Zurich
    metadata: {collectors: [chatgpt, perplexity], position_limit: 50}
    overlap: queue
    catch_up: all
    blackout: ["sat,sun 00:00-24:00", 22:00-06:00]
    queue: slow
    priority: 3
  - {name: Hourly, customer: Coffee Ltd, brand: Aurora, job_type: scoring, every: 6, period: hours, is_active: false}
  - {name: Once, customer: Coffee Ltd, brand: Aurora, job_type: scoring, at: "2099-01-31T09:00:00+01:00"}
"""


@pytest.fixture
def do(tmp_path: Path) -> Any:
    """Runs a verb with a file of that text and returns what it prints, as JSON."""

    def run(verb: str, text: str = FILE, *flags: str) -> Any:
        (tmp_path / "plan.yaml").write_text(text)
        out = StringIO()
        call_command("schedules", verb, str(tmp_path / "plan.yaml"), "--json", *flags, stdout=out)
        return json.loads(out.getvalue())

    return run


def names(changes: list[dict[str, Any]]) -> list[str]:
    return [f"{change['kind']} {change['name']}" for change in changes]


def delete_all() -> None:
    ScheduledJob.objects.all().delete()
    Customer.objects.all().delete()


def test_a_file_makes_customers_brands_queries_and_jobs_with_their_policies(do):
    done = do("apply")
    assert names(done["created"]) == [
        *("customer Coffee Ltd", "brand Aurora", "competitor Borealis", "topic Machines", "topic Praise"),
        *("query Which coffee machine is best?", "query Is Aurora good?", "job Morning", "job Hourly", "job Once"),
    ]
    job = ScheduledJob.objects.get(name="Morning")
    assert (job.cron_expression, job.time_zone, job.owner.name) == ("0 9 * * 1-5", "Europe/Zurich", "Coffee Ltd")
    assert job.options == {"collectors": ["chatgpt", "perplexity"], "positionLimit": 50}
    assert (job.overlap, job.catch_up, job.queue, job.priority) == ("queue", "all", "slow", 3)
    assert [str(window) for window in job.blackout_windows] == ["sat,sun 00:00-24:00", "22:00-06:00"]
    assert job.next_run_at is not None
    assert Query.objects.get(country="NO").topic.name == "Machines"
    assert Query.objects.get(locale="de-CH").is_branded


def test_a_plan_after_apply_is_empty_and_a_plan_changes_nothing(do):
    assert len(do("plan")["created"]) == 10
    assert not Customer.objects.exists()
    do("apply")
    assert do("plan", FILE, "--prune") == {"created": [], "changed": [], "deleted": []}


def test_what_changed_is_said_with_the_old_and_the_new_value(do):
    do("apply")
    text = FILE.replace("0 9 * * 1-5", "0 10 * * *").replace("[Aurora One]", "[Aurora 1]").replace("priority: 3", "")
    changed = do("plan", text)["changed"]
    assert [(change["name"], change["fields"]) for change in changed] == [
        ("Aurora", {"aliases": [["Aurora One"], ["Aurora 1"]]}),
        ("Morning", {"cron_expression": ["0 9 * * 1-5", "0 10 * * *"]}),
    ]
    do("apply", text)
    assert ScheduledJob.objects.get(name="Morning").priority == 3  # what the file does not mention stays


def test_a_job_gets_another_kind_of_schedule(do):
    do("apply")
    do("apply", FILE.replace("every: 6, period: hours", 'cron_expression: "*/30 * * * *"'))
    assert ScheduledJob.objects.get(name="Hourly").cron_expression == "*/30 * * * *"


def test_only_prune_deletes_and_it_says_how_many_answers_go_along(do):
    do("apply")
    make_answer(Query.objects.get(country="NO"))
    one, two, jobs = (FILE.index(part) for part in ("          - text", "          - {text", "  - {name: Hourly"))
    text = FILE[:one] + FILE[two:jobs]
    assert do("plan", text)["deleted"] == []
    gone = do("plan", text, "--prune")["deleted"]
    assert [(change["kind"], change["name"], change["answers"]) for change in gone] == [
        ("query", "Which coffee machine is best?", 1),
        ("job", "Hourly", 0),
        ("job", "Once", 0),
    ]
    assert Answer.objects.exists()
    do("apply", text, "--prune")
    assert not Answer.objects.exists()
    assert [*ScheduledJob.objects.values_list("name", flat=True)] == ["Morning"]


def test_a_list_that_is_not_in_the_file_is_left_alone(do):
    do("apply")
    text = "customers:\n  - name: Coffee Ltd\n    brands:\n      - name: AURORA\n"
    assert do("plan", text, "--prune")["deleted"] == []
    assert do("plan", text)["changed"][0]["fields"] == {"name": ["Aurora", "AURORA"]}


def rows() -> list[Any]:
    """All rows that a file is about, without ids and the times at which they were made."""
    unlike = {"id", "periodictask_ptr", "uuid", "created_at", "updated_at", "date_changed", "args"}
    of_schedules = {"crontab", "interval", "clocked", "next_run_at"}
    found: list[Any] = [schedule_entries.everything()]
    for model in (Customer, Brand, Competitor, Topic, Query, ScheduledJob):
        fields = [field for field in model._meta.concrete_fields if field.name not in unlike | of_schedules]
        described = [
            {f.name: str(getattr(row, f.name)) if f.is_relation else getattr(row, f.name) for f in fields}
            for row in model.objects.all()
        ]
        found += sorted(described, key=str)
    return found


def test_what_was_exported_makes_equal_rows_in_an_empty_database(do, tmp_path):
    do("apply")
    make_query(make_brand("Zed: “é”\n #1", customer=Customer.objects.create(name="0123 ~ null", is_sample=True)), "no")
    put_job("Late", job_type="scoring", subject=Brand.objects.first(), schedule=Schedule(cron_expression="5 4 * * 7"))
    before, file = rows(), tmp_path / "export.yaml"
    call_command("schedules", "export", str(file), stdout=StringIO())
    text = file.read_text()
    assert do("plan", text, "--prune") == {"created": [], "changed": [], "deleted": []}
    delete_all()
    do("apply", text)
    assert rows() == before


def test_an_export_to_standard_output_is_the_document(db):
    make_brand()
    out = StringIO()
    call_command("schedules", "export", "-", "--json", stdout=out)
    assert json.loads(out.getvalue())["customers"][0]["brands"][0]["competitors"][0]["name"] == "Borealis"
    out = StringIO()
    call_command("schedules", "export", "-", stdout=out)
    assert schedule_file.load(out.getvalue()).content["customers"][0]["name"] == "Coffee Ltd"


def test_no_secret_is_exported(db, settings):
    settings.PROVIDERS["openai"]["api_key"] = "canary-key"
    make_brand()
    out = StringIO()
    call_command("schedules", "export", "-", stdout=out)
    assert not any(word in out.getvalue() for word in ("canary-key", "password", settings.SECRET_KEY))


def test_a_job_whose_one_moment_has_passed_is_neither_exported_nor_pruned(do):
    do("apply")
    job = ScheduledJob.objects.get(name="Once")
    job.clocked.clocked_time = timezone.now()
    job.clocked.save()
    assert "Once" not in str(schedule_entries.everything())
    assert do("plan", FILE[: FILE.index("  - {name: Once")], "--prune")["deleted"] == []


@pytest.mark.parametrize(
    ("old", "new", "where", "sentence"),
    [
        ("[Aurora One]", "[Aurora One", "line 6", "This is not YAML"),
        (
            "aliases:",
            "alias:",
            "line 5, customers[1].brands[1].alias",
            "There is no such key. There are: name, aliases",
        ),
        ("aurora.example", "not a domain", "line 6, customers[1].brands[1].domains", "is not a domain"),
        ("country: NO", "country: Norway", "line 13, customers[1].brands[1].queries[1].country", ""),
        ("is_active: false}\njobs", "is_active: perhaps}\njobs", "line 14", "True or False"),
        ("  - name: Coffee Ltd\n", "  - name:\n", "line 2, customers[1].name", "each of the customers has a name"),
        ("0 9 * * 1-5", "0 0 30 2 *", "line 20, jobs[1].cron_expression", "can never fire"),
        ("Europe/Zurich", "Mars/Base", "line 20, jobs[1].cron_expression", "“Mars/Base” is not a time zone"),
        ("perplexity]", "perplexityy]", "line 22, jobs[1].metadata.collectors", "There is no collector"),
        ("position_limit: 50", "position_limit: -1", "line 22, jobs[1].metadata.position_limit", "greater than"),
        (
            "brand: Aurora\n    job",
            "brand: Oolong\n    job",
            "line 18, jobs[1].brand",
            "has no brand “Oolong”.",
        ),
        ("overlap: queue", "overlap: never", "line 23, jobs[1].overlap", "is not a valid choice"),
        ("22:00-06:00]", "at night]", "line 25, jobs[1].blackout[2]", "is not a window"),
        ("priority: 3", "priority: 12", "line 27, jobs[1].priority", "Priorities go from 0"),
        ("job_type: data_collection_and_scoring", "job_type: dance", "line 19, jobs[1].job_type", "no job type"),
        ("every: 6", "every: often", "line 28, jobs[2].every", "Write a whole number"),
        ("every: 6", "every: 6, at: '2099-01-01T00:00:00Z'", "line 28, jobs[2].at", "The job has every already"),
        ("2099-01-31T09:00:00+01:00", "2099-01-31", "line 29, jobs[3].at", "its distance from UTC"),
        ("2099-01-31T09:00:00+01:00", "1999-01-31T09:00:00Z", "line 29, jobs[3].at", "That moment has passed."),
        ("name: Hourly", "name: Morning", "line 28, jobs[2]", "This is there twice."),
        ("name: Borealis", "name: Borealis\n            name: Boreas", "line 9", "This key is there twice."),
        ("[Machines]", "&a [Machines]\n        description: *a", "line 10", "References (*name) are not read here."),
        ("name: Borealis", 'name: "Bore\\0alis"', "line 8", "NUL characters"),
        ("name: Borealis", "name: !!python/object/apply:os.system [ls]", "line 8", "This is not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_changes(do, old, new, where, sentence):
    assert old in FILE
    for verb in ("plan", "apply"):
        with pytest.raises(CommandError) as refused:
            do(verb, FILE.replace(old, new, 1))
        assert where in str(refused.value)
        assert sentence in str(refused.value)
    assert (Customer.objects.count(), JobRun.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "customers: 3\n", "a text", "jobs: {a: b}", "\x00", "customers: [[]]", "? [a]\n: b"]
)
def test_what_is_no_such_file_at_all_is_refused_in_a_sentence(do, text):
    with pytest.raises(CommandError, match=r"plan\.yaml"):
        do("apply", text)


def test_an_empty_file_asks_for_nothing(do):
    assert do("apply", "") == do("plan", "# nothing\n", "--prune") == {"created": [], "changed": [], "deleted": []}


def test_a_plan_for_people_shows_signs_and_both_values_and_can_end_with_two(do, tmp_path):
    do("apply")
    (tmp_path / "other.yaml").write_text(FILE.replace("0 9 * * 1-5", "0 10 * * *"))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("schedules", "plan", str(tmp_path / "other.yaml"), "--exit-code", stdout=out)
    assert ended.value.code == 2
    assert out.getvalue().splitlines() == [
        "~ job “Morning”",
        '    cron_expression: "0 9 * * 1-5" → "0 10 * * *"',
        "apply would do this: 1 changed.",
    ]


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("schedules", "plan", str(tmp_path / "none.yaml"))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("schedules", "export", str(tmp_path / "no" / "folder.yaml"))

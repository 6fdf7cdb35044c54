"""Which scripts may run, with which arguments, in which words the others are refused, and who may run them."""

import json
import os

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from brands.models import Customer
from jobs.dispatch import trigger
from jobs.errors import InvalidOptions, ScriptRefused
from jobs.models import JobRun, Script
from jobs.scripts import decisions
from jobs.scripts.folder import find, names
from jobs.status import RunStatus
from tests.jobs.factories import make_job
from tests.jobs.scripts.conftest import texts

pytestmark = pytest.mark.django_db
FINE = "#!/bin/sh\nexit 0\n"
REPORT = """#!/usr/bin/env python3
# /// brandbeat
# description = "Writes the report."
#
# [[arguments]]
# name = "days"
# type = "integer"
# default = 30
#
# [[arguments]]
# name = "format"
# type = "choice"
# choices = ["pdf", "html"]
# required = true
#
# [[arguments]]
# name = "since"
# type = "date"
#
# [[arguments]]
# name = "share"
# type = "number"
#
# [[arguments]]
# name = "dry-run"
# type = "boolean"
#
# [[arguments]]
# name = "title"
# ///
import json, sys
print(json.dumps(sys.argv[1:]))
"""
# Ours: what breaks a program that puts its arguments into a shell, or takes them for options of its own.
NAUGHTY = [
    "",
    " ",
    "'",
    '"',
    "'; touch OWNED; '",
    "$(touch OWNED)",
    "`touch OWNED`",
    "| touch OWNED",
    "&& touch OWNED",
    "> OWNED",
    "$HOME ${PATH}",
    "--help",
    "-rf /",
    "--days=1",
    "a\nb\r\nc",
    "\t\x1b[31mred\x07",
    "*",
    "~",
    "../../etc/passwd",
    "%s%n {0} {{7*7}}",
    "Ünïcödé 日本語 🏳️‍🌈",
    "\u202eevil\u2066",
    "x" * 10_000,
    "null",
    "\\",
    "\\0",
]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../x", "is not a script's name"),
        ("/bin/sh", "is not a script's name"),
        ("x\0", "is not a script's name"),
        ("-x", "is not a script's name"),
        (".hidden", "is not a script's name"),
        ("a b", "is not a script's name"),
        ("", "is not a script's name"),
        ("nothing", "There is no script “nothing”"),
        ("folder", "is not a file"),
        ("link", "is a link"),
        ("open", "may be changed by others"),
        ("plain", "is not executable"),
        ("large", "is larger than 1,024 KiB"),
        ("words", "says in no first line"),
        ("pipe", "is not a file"),
        ("twice", "two headers"),
        ("broken", "is not TOML"),
        ("odd", "Its header is wrong at arguments.0.type"),
        ("doubled", "two arguments have the same name"),
        ("senseless", "required has no default"),
        ("declared", "“declared.toml” may be changed by others"),
    ],
)
def test_what_breaks_a_rule_does_not_run(write, folder, name, said):
    (folder / "folder").mkdir()
    (folder / "link").symlink_to("/bin/sh")
    os.mkfifo(folder / "pipe")
    write("open", FINE, 0o777)
    write("plain", FINE, 0o644)
    write("large", FINE + "#" * 1024 * 1024)
    write("words", "echo no shebang\n")
    header = "#!/bin/sh\n# /// brandbeat\n{}# ///\n"
    write("twice", (header + "\n" + header).format("# \n", "# \n"))
    write("broken", header.format("# = 3\n"))
    write("odd", header.format('# [[arguments]]\n# name = "a"\n# type = "list"\n'))
    write("doubled", header.format('# [[arguments]]\n# name = "a"\n# [[arguments]]\n# name = "a"\n'))
    write("senseless", header.format('# [[arguments]]\n# name = "a"\n# required = true\n# default = "b"\n'))
    write("declared", FINE)
    write("declared.toml", "", 0o666)
    with pytest.raises(ScriptRefused, match=said):
        find(name)


def test_only_what_may_be_meant_as_a_script_is_listed(write, folder):
    write("b.sh", FINE)
    write("a", FINE, 0o644)
    write("a.toml", "")
    write(".hidden", FINE)
    (folder / "lib").mkdir()
    assert names() == ["a", "b.sh"]


def test_nothing_runs_without_a_folder_or_from_one_that_others_may_change(write, folder, settings):
    write("fine", FINE)
    folder.chmod(0o777)
    with pytest.raises(ScriptRefused, match="The folder SCRIPTS_DIR may be changed by others"):
        find("fine")
    settings.SCRIPTS_DIR = str(folder / "away")
    with pytest.raises(ScriptRefused, match="cannot be read: No such file"):
        find("fine")
    settings.SCRIPTS_DIR = ""
    with pytest.raises(ScriptRefused, match="Scripts are off: set SCRIPTS_DIR"):
        find("fine")


def test_the_hash_covers_the_file_beside_a_script(write, folder):
    write("fine", FINE)
    alone = find("fine").sha256
    write("fine.toml", 'description = "Does nothing."\n', 0o644)
    assert find("fine").declaration.description == "Does nothing."
    assert find("fine").sha256 != alone


def test_arguments_get_there_as_the_header_declares_them(write, run_script):
    write("report", REPORT)
    given = {"format": "pdf", "since": "2026-05-01", "dry-run": True, "share": 0.5}
    run = run_script("report", arguments=given)
    assert json.loads(texts(run)[1]) == ["--days=30", "--format=pdf", "--since=2026-05-01", "--share=0.5", "--dry-run"]


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({}, "arguments.format", "Field required"),
        ({"format": "doc"}, "arguments.format", "Input should be 'pdf' or 'html'"),
        ({"format": "pdf", "days": "many"}, "arguments.days", "valid integer"),
        ({"format": "pdf", "share": float("nan")}, "arguments.share", "finite number"),
        ({"format": "pdf", "since": "yesterday"}, "arguments.since", "valid date"),
        ({"format": "pdf", "dry-run": "perhaps"}, "arguments.dry-run", "valid boolean"),
        ({"format": "pdf", "title": "a\0b"}, "arguments.title", "U+0000"),
        ({"format": "pdf", "title": "x" * 10_001}, "arguments.title", "at most 10000"),
        ({"format": "pdf", "title": "\ud800"}, "arguments.title", "valid string"),
        ({"format": "pdf", "more": "x"}, "arguments.more", "There is no such option"),
        ({"format": "pdf", "title": ["x"]}, "arguments.title", "valid string"),
    ],
)
def test_arguments_that_are_wrong_are_refused_in_words(write, folder, arguments, field, said):
    write("report", REPORT)
    job = make_job(job_type="script", options={"script": "report", "arguments": {"format": "pdf"}})
    with pytest.raises(InvalidOptions) as caught:
        trigger(job, options={"script": "report", "arguments": arguments})
    assert said in caught.value.problems[field]
    job.options = {"script": "report", "arguments": arguments}
    with pytest.raises(ValidationError):
        job.clean()
    assert not JobRun.objects.exists()


def test_naughty_arguments_reach_the_script_unchanged_and_do_nothing_else(write, run_script, tmp_path):
    write("report", REPORT)
    # One script gets them all, so that it is one process.
    lines = [f'[[arguments]]\nname = "a{number}"\n' for number in range(len(NAUGHTY))]
    write(
        "naughty",
        "#!/usr/bin/env python3\nimport json, sys\nprint(json.dumps(sys.argv[1:]), end='', file=open('got', 'w'))\n",
    )
    write("naughty.toml", "".join(lines), 0o644)
    run = run_script("naughty", folder="kept", arguments={f"a{n}": text for n, text in enumerate(NAUGHTY)})
    assert run.status == RunStatus.COMPLETED, run.reason
    got = json.loads((tmp_path / "work" / "shared" / "kept" / "got").read_text())
    assert got == [f"--a{number}={text}" for number, text in enumerate(NAUGHTY)]
    assert not list(tmp_path.rglob("OWNED"))


def test_a_variable_of_the_worker_is_handed_on_where_the_settings_allow_it(write, run_script, settings, monkeypatch):
    settings.SCRIPTS_ENVIRONMENT = ["REGION", "API_TOKEN"]
    monkeypatch.setenv("REGION", "north")
    monkeypatch.setenv("API_TOKEN", "canary")
    write("show", "#!/bin/sh\necho $REGION\n")
    assert "north" in texts(run_script("show", environment=["REGION"]))
    assert "may hold a secret" in run_script("show", environment=["API_TOKEN"]).reason
    assert "allows: REGION" in run_script("show", environment=["OTHER"]).reason
    assert "same for all" in run_script("show", environment=["PATH"]).reason


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "METRICS_TOKEN", "PGPASSWORD", "ENV_FILE"]
)
def test_our_own_secrets_are_never_handed_on(write, run_script, settings, name):
    settings.SCRIPTS_ENVIRONMENT = [name]
    write("show", "#!/bin/sh\nenv\n")
    assert run_script("show", environment=[name]).status == RunStatus.FAILED


def test_a_changed_script_must_be_approved_again_where_that_is_asked_for(write, run_script, settings):
    settings.SCRIPTS_NEED_APPROVAL = True
    boss = User.objects.create_superuser("boss")
    write("fine", FINE)
    assert "was not approved yet" in run_script("fine").reason
    script = Script.objects.get()
    assert script.state == "new"
    decisions.approve("fine", script.sha256, boss)
    assert run_script("fine").status == RunStatus.COMPLETED
    write("fine", FINE + "# changed\n")
    assert "has changed since it was approved" in run_script("fine").reason
    script.refresh_from_db()
    assert (script.state, script.approved_by) == ("changed", boss)
    with pytest.raises(ScriptRefused, match="since this page was shown"):
        decisions.approve("fine", script.approved_sha256, boss)
    settings.SCRIPTS_NEED_APPROVAL = False
    assert run_script("fine").status == RunStatus.COMPLETED


def test_of_scripts_that_are_gone_those_stay_about_which_something_was_decided(write, folder):
    for name in ("released", "other"):
        write(name, FINE)
    decisions.look()
    Script.objects.filter(name="released").update(is_released=True)
    for name in ("released", "other"):
        (folder / name).unlink()
    decisions.look()
    script = Script.objects.get()
    assert (script.name, script.state, script.problem) == ("released", "cannot run", "There is no script “released”.")


def test_a_customers_job_runs_what_is_released_to_it_and_nothing_else(write, run_script):
    ours, theirs = Customer.objects.create(name="Ours"), Customer.objects.create(name="Theirs")
    write("fine", FINE)
    decisions.look()
    script = Script.objects.get()
    assert run_script("fine").status == RunStatus.COMPLETED  # of no customer: superusers alone reach it
    refused = "No script “{}” is released to this customer"
    assert refused.format("fine") in run_script("fine", fields={"owner": ours}).reason
    assert (
        refused.format("nothing") in run_script("nothing", fields={"owner": ours}).reason
    )  # it learns nothing of names
    script.released_to.add(ours)
    assert run_script("fine", fields={"owner": ours}).status == RunStatus.COMPLETED
    assert refused.format("fine") in run_script("fine", fields={"owner": theirs}).reason
    script.is_released = True
    script.save()
    assert run_script("fine", fields={"owner": theirs}).status == RunStatus.COMPLETED

"""`manage.py resume`: let schedules start runs again, or switch single jobs on."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.management.naming import find_job
from jobs.schedules import resume_all, switch


class Command(BaseCommand):
    help = "Resume all schedules after a pause, or switch on the jobs that are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("jobs", nargs="*", metavar="JOB", help="names or ids of jobs; without any, all schedules")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        jobs = [find_job(name) for name in options["jobs"]]
        for job in jobs:
            switch(job, on=True)
        if not jobs:
            resume_all()
        if options["json"]:
            return json.dumps({"all": not jobs, "jobs": [job.name for job in jobs], "paused": False})
        return "\n".join(f"“{job.name}” is on." for job in jobs) or "Schedules start runs again."

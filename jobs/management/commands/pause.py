"""`manage.py pause`: let no schedule start a run, or switch single jobs off, until `manage.py resume`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.management.naming import find_job
from jobs.schedules import pause_all, switch

BY = "command line"


class Command(BaseCommand):
    help = "Pause all schedules, or the jobs that are named. Open runs go on, and jobs can be triggered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("jobs", nargs="*", metavar="JOB", help="names or ids of jobs; without any, all schedules")
        parser.add_argument("--reason", default="", help="shown on every page and at each tick that is skipped")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> str:
        jobs = [find_job(name) for name in options["jobs"]]
        for job in jobs:
            switch(job, on=False)
        pause = None if jobs else pause_all(by=BY, reason=options["reason"][:500])
        if options["json"]:
            return json.dumps({"all": pause is not None, "jobs": [job.name for job in jobs], "paused": True})
        return str(pause) if pause else "\n".join(f"“{job.name}” is off." for job in jobs)

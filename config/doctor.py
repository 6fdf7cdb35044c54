"""What an installation lacks, in sentences that say what to do. `manage.py doctor` prints them."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils import timezone

from brands.asking import collectors, unusable
from config import health
from jobs.errors import InvalidOptions, UnknownName
from jobs.job_type import job_types, permitted_options
from jobs.models import JobRun, Pause, ScheduledJob, Worker
from jobs.workers import alive

OK, WARN, FAIL = "ok", "warn", "fail"
LATE = timedelta(minutes=2)
CLOCK_WARN, CLOCK_FAIL = 2, 30  # seconds
DISK_WARN, DISK_FAIL = 2 * 2**30, 200 * 2**20  # bytes
MOST_JOBS = 5  # that are named
DEFAULT_QUEUE = "celery"


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: str
    found: str
    do: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> Iterator[Finding]:
    """The findings, check by check. Where the database does not answer, what needs it is not looked at."""
    yield from _settings()
    yield from _disk()
    yield from _broker()
    answers = health.database() == health.OK
    yield from _database(answers)
    yield from _clock(answers)
    yield from _keys()
    if not answers:
        return
    missing = health.migrations()
    if missing != health.OK:
        yield Finding("migrations", FAIL, f"Migrations: {missing}.", "Run manage.py migrate, then restart everything.")
        return
    yield Finding("migrations", OK, "All migrations are applied.")
    for examine_rows in (_beats, _workers, _schedules, _runs):
        yield from examine_rows()


def _settings() -> Iterator[Finding]:
    """Django's own checks and ours; those for production where the site is served over HTTPS."""
    found = [
        message
        for message in checks.run_checks(include_deployment_checks=settings.SECURE_SSL_REDIRECT)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    for message in found:
        state = FAIL if message.level >= checks.ERROR else WARN
        yield Finding("settings", state, f"{message.id}: {message.msg}", message.hint or "See docs/settings.md.")
    if settings.DEBUG:
        yield Finding("settings", WARN, "DEBUG is on: pages of errors show settings and code.", "Set DEBUG=false.")
    elif not found:
        yield Finding("settings", OK, "The settings contradict nothing.")


def _disk() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding("disk", FAIL, f"{folder} cannot be written: {error.strerror}.", "Make it the processes' own.")
        return
    state = FAIL if free < DISK_FAIL else WARN if free < DISK_WARN else OK
    do = "" if state == OK else "Free space, or lower RETENTION_DAYS and run manage.py prune."
    yield Finding("disk", state, f"{free / 2**30:.1f} GiB are free where the data is.", do)


def _broker() -> Iterator[Finding]:
    try:
        with _redis() as client:
            client.ping()
            memory: Any = client.info("memory")
    except (redis.RedisError, OSError, ValueError) as error:
        do = "Start Redis, or set REDIS_URL to the one that runs. Runs wait meanwhile; none is lost."
        yield Finding("broker", FAIL, f"The message broker does not answer: {type(error).__name__}.", do)
        return
    policy = str(memory.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        do = "Set maxmemory-policy noeviction in redis.conf."
        yield Finding("broker", WARN, f"When its memory is full, the broker drops messages ({policy}).", do)
    else:
        yield Finding("broker", OK, "The message broker answers.")


def _database(answers: bool) -> Iterator[Finding]:
    if answers:
        yield Finding("database", OK, f"The database answers ({connection.display_name}).")
    else:
        do = "Start the database, or set DATABASE_URL to the one that runs. Until then nothing starts."
        yield Finding("database", FAIL, f"The database does not answer ({connection.display_name}).", do)


def _clock(database_answers: bool) -> Iterator[Finding]:
    """This machine's clock beside those of the servers it works with."""
    offsets = {}
    try:
        with _redis() as client:
            seconds, micros = client.time()
            offsets["the broker's"] = seconds + micros / 1e6 - datetime.now(UTC).timestamp()
    except (redis.RedisError, OSError, ValueError):
        pass
    if database_answers and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            offsets["the database's"] = float(cursor.fetchone()[0]) - datetime.now(UTC).timestamp()
    off = {whose: offset for whose, offset in offsets.items() if abs(offset) > CLOCK_WARN}
    for whose, offset in off.items():
        state = FAIL if abs(offset) > CLOCK_FAIL else WARN
        do = "Synchronise the clocks of all machines: timedatectl set-ntp true."
        yield Finding("clock", state, f"This machine's clock and {whose} are {abs(offset):.0f} s apart.", do)
    if not off:
        beside = f", and with {' and '.join(offsets)} it agrees" if offsets else ", with nothing to compare it to"
        yield Finding("clock", OK, f"It is {timezone.now():%Y-%m-%d %H:%M:%S} UTC here{beside}.")


def _keys() -> Iterator[Finding]:
    usable = [name for name in collectors() if not unusable(name)]
    if not usable:
        do = "Set the key of a provider, for example OPENAI_API_KEY; docs/settings.md has all."
        yield Finding("keys", WARN, "No collector has a provider with a key.", do)
        return
    without = [name for name in collectors() if unusable(name)]
    rest = f" Without a key: {', '.join(without)}." if without else ""
    yield Finding("keys", OK, f"Can be asked: {', '.join(usable)}.{rest}")


def _beats() -> Iterator[Finding]:
    beats = alive(Worker.Role.BEAT)
    if beats:
        yield Finding("beats", OK, f"{len(beats)} schedulers are online: {', '.join(beat.name for beat in beats)}.")
    else:
        do = "Start one: celery -A config beat, docker compose up --detach beat, or systemctl start brandbeat-beat@1."
        yield Finding("beats", FAIL, "No scheduler is online: nothing starts by itself.", do)


def _workers() -> Iterator[Finding]:
    workers = alive(Worker.Role.WORKER)
    if not workers:
        do = "Start one: celery -A config worker, docker compose up --detach worker, or systemctl start "
        yield Finding("workers", FAIL, "No worker is online: runs wait.", f"{do}brandbeat-worker@1.")
        return
    yield Finding("workers", OK, f"{len(workers)} workers are online: {', '.join(worker.name for worker in workers)}.")
    served = {queue for worker in workers for queue in worker.queues}
    asked = set(ScheduledJob.objects.filter(enabled=True).values_list("queue", flat=True).order_by().distinct())
    for queue in sorted({queue or DEFAULT_QUEUE for queue in asked} - served) if served else []:
        do = f"Start a worker with --queues {queue}, or give the jobs another queue."
        yield Finding("workers", FAIL, f"No worker takes from the queue “{queue}”, which active jobs use.", do)


def _schedules() -> Iterator[Finding]:
    pause = Pause.current()
    if pause is not None:
        yield Finding("schedules", WARN, str(pause), "Resume them in the list of scheduled jobs.")
    late = ScheduledJob.objects.due(timezone.now() - LATE).count()
    if late:
        do = "Look whether a scheduler is online, and into its log."
        yield Finding("schedules", FAIL, f"{late} jobs have been due for more than two minutes.", do)
    blocked = [found for job in ScheduledJob.objects.filter(enabled=True) if (found := _obstacles(job))]
    for sentence in blocked[:MOST_JOBS]:
        yield Finding("schedules", WARN, sentence, "Change the job, or what stands in its way.")
    if len(blocked) > MOST_JOBS:
        yield Finding("schedules", WARN, f"{len(blocked) - MOST_JOBS} more jobs have something in their way.")
    if not (pause or late or blocked):
        yield Finding("schedules", OK, f"{ScheduledJob.objects.filter(enabled=True).count()} jobs are active.")


def _obstacles(job: ScheduledJob) -> str:
    try:
        options = permitted_options(job.job_type, job.options, job.owner_id)
        found = job_types.get(job.job_type)().check(job.subject_id, options)
    except (UnknownName, InvalidOptions) as error:
        found = [str(error)]
    return f"“{job.name}”: {' '.join(found)}" if found else ""


def _runs() -> Iterator[Finding]:
    now = timezone.now()
    abandoned = JobRun.objects.abandoned(now - LATE).count()
    unsent = JobRun.objects.unpublished(now - LATE).count()
    if abandoned:
        do = "A scheduler takes them back. Where none runs: manage.py recover."
        yield Finding("runs", FAIL, f"{abandoned} runs are stuck: their workers went silent.", do)
    if unsent:
        do = "Is the broker up? A scheduler sends them; where none runs: manage.py recover."
        yield Finding("runs", FAIL, f"The messages of {unsent} runs are not sent.", do)
    if not (abandoned or unsent):
        yield Finding("runs", OK, f"{JobRun.objects.open().count()} runs are open, none is stuck.")


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=2, socket_timeout=2)

"""Every environment variable that Brandbeat reads: its type, its default and what it is for.

`docs/settings.md` and `.env.example` are tested against this file. Values come from the environment, then from a
file `.env` beside `manage.py` (or the one that ENV_FILE names), then from the defaults here.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
USUAL_REDIS_URL = "redis://127.0.0.1:6379/0"
REDIS_URL_FILE = "redis_url"


def _words(value: object) -> object:
    """Split "a, b" into ["a", "b"]; a list stays as it is."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _no_trailing_slash(value: str) -> str:
    return value.rstrip("/")


def _whole_address(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
        raise ValueError("it must be a whole address, https://brandbeat.example.com")
    return value


def _database(value: str) -> str:
    with contextlib.suppress(ValueError):  # whose words may show a part of the password
        if not value or dj_database_url.parse(value).get("ENGINE") in DATABASES:
            return value
    raise ValueError("it must be an address such as postgres://user:password@host/name, with %2F for a / in a password")


Words = Annotated[list[str], NoDecode, BeforeValidator(_words)]
Url = Annotated[str, AfterValidator(_no_trailing_slash)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0)]


def _calls_per_second(api: str, default: float = 5) -> Any:
    return Field(default, description=f"Calls to {api} that leave in a second; 0: any number.")


def _concurrency(api: str) -> Any:
    return Field(50, description=f"Calls to {api} at the same time.")


def _timeout(api: str) -> Any:
    return Field(0, description=f"Seconds that a call to {api} may take; 0: COLLECTION_TIMEOUT.")


class Env(BaseSettings):
    """The environment, typed. A field's name in capitals is the variable's name."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("ENV_FILE", BASE_DIR / ".env"), extra="ignore", env_ignore_empty=True
    )

    # The site
    secret_key: str = Field("", description="Signs sessions. Empty: one is made in the data folder at the first start.")
    debug: bool = Field(False, description="Django's debug pages. Never in production.")
    allowed_hosts: Words = Field(
        ["localhost", "127.0.0.1", "[::1]"], description="Host names that the site answers to, with commas."
    )
    csrf_trusted_origins: Words = Field([], description="Origins (https://…) that forms may come from, with commas.")
    site_address: Annotated[Url, AfterValidator(_whole_address)] = Field(
        "", description="Address that the site is visited at, https://brandbeat.example.com: notifications link to it."
    )
    https: bool = Field(False, description="The site is served over HTTPS: secure cookies, HSTS, redirects.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port of the web process, on the loopback address; 0 takes a free one."
    )
    proxies: int = Field(
        0, ge=0, description="Reverse proxies in front of the site that write X-Forwarded-For; 0 trusts nobody's."
    )
    flower_port: int = Field(5555, ge=1, le=65535, description="Port of Flower; staff see it at /flower/.")
    flower_host: str = Field("127.0.0.1", description="Host where the web process finds Flower.")
    flower_address: str = Field(
        "127.0.0.1", description="Address that Flower listens on; another one only in a network of its own."
    )
    api_rate_per_user: Count = Field(
        600, description="Requests to the API that a user may send a minute, to each web process."
    )
    api_rate_per_address: Count = Field(
        60, description="The same for an address before a login, which is what getting a token counts as."
    )
    metrics_token: str = Field(
        "", description="Bearer token with which Prometheus may read /metrics. Empty: only staff sessions may."
    )
    language_code: str = Field("en", description="Language of the admin.")
    time_zone: str = Field("UTC", description="Time zone in which the admin shows times.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    # Where things are
    data_dir: Path = Field(BASE_DIR / "var", description="Folder for the SQLite file, logs and process ids.")
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        "", description="postgres://user:password@host/name. Empty: a SQLite file in the data folder."
    )
    database_pooled: bool = Field(
        False,
        description="PostgreSQL is reached through a pooler that changes connections between transactions, such as "
        "PgBouncer: nothing is prepared and no cursor is kept on the server.",
    )
    redis_url: str = Field(
        "",
        description="The message broker, redis://:password@host:6379/0. Empty: the one that `make up` started on this "
        "data folder, else redis://127.0.0.1:6379/0.",
    )

    # The scheduler
    scheduler_poll_interval: float = Field(1.0, gt=0, le=1, description="Seconds between two looks for due jobs.")
    scheduler_batch: Count = Field(500, description="Due jobs that one database transaction takes.")

    # Workers and runs
    worker_concurrency: Count = Field(4, description="Runs that one worker works on at the same time.")
    worker_heartbeat_interval: Seconds = Field(30, description="Seconds between two signs of life of a worker.")
    worker_offline_threshold: Seconds = Field(180, description="Seconds of silence after which a worker is offline.")
    stuck_run_threshold: Seconds = Field(
        60, description="Seconds after which a run without a sign of life is stuck and taken back."
    )
    worker_shutdown_grace: Seconds = Field(
        5, description="Seconds after which a worker that was told to stop hands its runs back by force."
    )
    job_timeout: Count = Field(600, description="Seconds that a run may take, for jobs that say nothing else.")
    max_retry_attempts: Count = Field(3, description="Attempts at a run, for jobs that say nothing else.")
    retry_backoff: Seconds = Field(2, description="Seconds before the second attempt; doubled for each further one.")

    retention_days: Count = Field(30, description="Days after which an ended run is deleted. Its answers are kept.")
    keep_completed_runs: Count = Field(
        1000, description="Completed runs that are kept of each job, and as many skipped ones."
    )
    keep_failed_runs: Count = Field(1000, description="Failed, timed-out and cancelled runs that are kept of each job.")

    raw_body_retention_days: int = Field(
        0,
        ge=0,
        description="Days after which an answer's raw body is forgotten; its text and scores stay. 0: never.",
    )

    # Scripts
    scripts_dir: str = Field(
        "", description="Folder of the scripts that may be run, on every machine with a worker. Empty: none may."
    )
    scripts_work_dir: str = Field(
        "", description="Folder that scripts get their working folders in. Empty: scripts/work in the data folder."
    )
    scripts_need_approval: bool = Field(
        False, description="A script runs only as a superuser has approved it, and not once it has changed."
    )
    scripts_environment: Words = Field(
        [], description="Variables of the worker that jobs may hand to scripts, with commas. Secrets are refused."
    )
    scripts_keep_output: Count = Field(
        1_048_576, ge=65_536, description="Bytes of each stream of a script that are kept for download."
    )

    # Services and alerts
    encryption_keys: Words = Field(
        [],
        description="Keys that encrypt the secrets in the database, with commas: the first one encrypts, all decrypt. "
        "Empty: one that is derived from SECRET_KEY.",
    )
    internal_hosts: Words = Field(
        [],
        description="Internal hosts, addresses and networks that services and webhooks may be at, with commas: "
        "crm.local, 10.1.0.0/16.",
    )
    record_retention_days: Count = Field(
        365, description="Days after which a service's record is deleted, by its own time."
    )
    alert_urls: Words = Field(
        [], description="Where each alert is sent, in the notation of Apprise, or https://… for a webhook; with commas."
    )
    alert_on_failed_runs: bool = Field(
        False, description="A scheduled job whose last run failed or ran out of time raises an alert."
    )

    # Files that are analysed
    uploads_dir: str = Field(
        "",
        description="Folder of uploaded files, shared by web processes and workers. Empty: uploads in the data folder.",
    )
    file_limit_mb: Count = Field(200, description="Megabytes that one upload may have.")
    file_unpacked_limit_mb: Count = Field(1000, description="Megabytes that a file may have once it is unpacked.")
    file_quota_mb: Count = Field(2000, description="Megabytes of files that one customer may keep.")
    file_retention_days: Count = Field(90, description="Days after which a file is deleted with its insights.")
    file_memory_mb: Count = Field(
        1500, description="Megabytes of memory that the analysis of one file may take; it ends there."
    )

    # Collection
    collection_concurrency: Count = Field(200, description="Calls in flight in one run with the option parallel.")
    collection_timeout: Seconds = Field(120, description="Seconds that one call to a provider may take.")
    collection_poll_interval: Seconds = Field(2, description="Seconds between two looks at an asynchronous task.")
    collection_breaker_failures: Count = Field(
        5, description="Failures in a row after which a provider is left in peace."
    )
    collection_breaker_seconds: Seconds = Field(30, description="Seconds for which it is left in peace.")
    chatgpt_providers: Words = Field(
        ["openai", "brightdata", "dataforseo"],
        description="Providers of ChatGPT's answers, first choice first, with commas.",
    )
    google_aio_providers: Words = Field(["serpapi", "dataforseo"], description="Providers of Google's AI Overviews.")
    google_ai_mode_providers: Words = Field(
        ["serpapi", "dataforseo", "brightdata"], description="Providers of the answers of Google's AI Mode."
    )
    perplexity_providers: Words = Field(["perplexity", "brightdata"], description="Providers of Perplexity's answers.")
    gemini_providers: Words = Field(["gemini", "brightdata"], description="Providers of Gemini's answers.")
    claude_providers: Words = Field(["anthropic"], description="Providers of Claude's answers.")
    grok_providers: Words = Field(["xai", "brightdata"], description="Providers of Grok's answers.")
    bing_copilot_providers: Words = Field(["serpapi", "brightdata"], description="Providers of Copilot's answers.")
    local_providers: Words = Field(["openai_compatible"], description="Providers of a model of your own.")
    suggestions_collector: str = Field("local", description="The collector whose model suggests queries, if asked to.")
    narrative_collector: str = Field(
        "", description="The collector whose model tells what was found in files. Empty: no narrative is written."
    )

    # Providers
    openai_api_key: str = Field("", description="Key of OpenAI's API.")
    openai_base_url: Url = Field("https://api.openai.com/v1", description="Address of OpenAI's API.")
    openai_model: str = Field("gpt-5-mini", description="Model asked through OpenAI's API.")
    brightdata_api_key: str = Field("", description="Key of Bright Data's API.")
    brightdata_base_url: Url = Field("https://api.brightdata.com", description="Address of Bright Data's API.")
    perplexity_api_key: str = Field("", description="Key of Perplexity's API.")
    perplexity_base_url: Url = Field("https://api.perplexity.ai", description="Address of Perplexity's API.")
    perplexity_model: str = Field("perplexity/sonar", description="Model asked through Perplexity's API.")
    serpapi_api_key: str = Field("", description="Key of SerpApi.")
    serpapi_base_url: Url = Field("https://serpapi.com", description="Address of SerpApi.")
    gemini_api_key: str = Field(
        "", description="Key of Google's Gemini API. Read its terms on keeping grounded answers before you set it."
    )
    gemini_base_url: Url = Field(
        "https://generativelanguage.googleapis.com", description="Address of Google's Gemini API."
    )
    gemini_model: str = Field("gemini-3.8-flash", description="Model asked through the Gemini API.")
    anthropic_api_key: str = Field("", description="Key of Anthropic's API.")
    anthropic_base_url: Url = Field("https://api.anthropic.com", description="Address of Anthropic's API.")
    anthropic_model: str = Field("claude-sonnet-5-5", description="Model asked through Anthropic's API.")
    xai_api_key: str = Field("", description="Key of xAI's API.")
    xai_base_url: Url = Field("https://api.x.ai/v1", description="Address of xAI's API.")
    xai_model: str = Field("grok-4.3", description="Model asked through xAI's API.")
    dataforseo_api_key: str = Field("", description="Login and password of DataForSEO's API, as login:password.")
    dataforseo_base_url: Url = Field("https://api.dataforseo.com", description="Address of DataForSEO's API.")
    openai_compatible_api_key: str = Field("", description="Key of your own endpoint, if it wants one.")
    openai_compatible_base_url: Url = Field("", description="Address of your own endpoint, for example Ollama's /v1.")
    openai_compatible_model: str = Field("", description="Model asked there.")

    # The pace of each provider, kept by all workers together
    openai_calls_per_second: Rate = _calls_per_second("OpenAI's API")
    openai_concurrency: Count = _concurrency("OpenAI's API")
    openai_timeout: Rate = _timeout("OpenAI's API")
    brightdata_calls_per_second: Rate = _calls_per_second("Bright Data's API")
    brightdata_concurrency: Count = _concurrency("Bright Data's API")
    brightdata_timeout: Rate = _timeout("Bright Data's API")
    perplexity_calls_per_second: Rate = _calls_per_second("Perplexity's API")
    perplexity_concurrency: Count = _concurrency("Perplexity's API")
    perplexity_timeout: Rate = _timeout("Perplexity's API")
    serpapi_calls_per_second: Rate = _calls_per_second("SerpApi")
    serpapi_concurrency: Count = _concurrency("SerpApi")
    serpapi_timeout: Rate = _timeout("SerpApi")
    gemini_calls_per_second: Rate = _calls_per_second("the Gemini API")
    gemini_concurrency: Count = _concurrency("the Gemini API")
    gemini_timeout: Rate = _timeout("the Gemini API")
    anthropic_calls_per_second: Rate = _calls_per_second("Anthropic's API")
    anthropic_concurrency: Count = _concurrency("Anthropic's API")
    anthropic_timeout: Rate = _timeout("Anthropic's API")
    xai_calls_per_second: Rate = _calls_per_second("xAI's API")
    xai_concurrency: Count = _concurrency("xAI's API")
    xai_timeout: Rate = _timeout("xAI's API")
    dataforseo_calls_per_second: Rate = _calls_per_second("DataForSEO's API")
    dataforseo_concurrency: Count = _concurrency("DataForSEO's API")
    dataforseo_timeout: Rate = _timeout("DataForSEO's API")
    openai_compatible_calls_per_second: Rate = _calls_per_second("your own endpoint", 0)
    openai_compatible_concurrency: Count = _concurrency("your own endpoint")
    openai_compatible_timeout: Rate = _timeout("your own endpoint")

    def chain(self, collector: str) -> list[str]:
        """Names of a collector's providers, in the order in which they are tried."""
        chain: list[str] = getattr(self, f"{collector}_providers")
        return chain

    def provider(self, name: str) -> dict[str, str]:
        """A provider's key and address, and its model where it has a choice of models."""
        fields = ("api_key", "base_url", "model")
        return {field: getattr(self, f"{name}_{field}") for field in fields if hasattr(self, f"{name}_{field}")}

    def limits(self, name: str) -> dict[str, float]:
        """How often, how many at a time and for how long a provider may be asked."""
        fields = ("calls_per_second", "concurrency", "timeout")
        return {field: getattr(self, f"{name}_{field}") for field in fields}

    def the_secret_key(self) -> str:
        """The key that is set, or one that is kept in the data folder and readable by its owner alone."""
        return self.secret_key or self.keep("secret_key", secrets.token_urlsafe(50))

    def the_redis_url(self) -> str:
        """The address that is set, or that of the server that `make up` started, or Redis's usual one."""
        kept = self.data_dir / REDIS_URL_FILE
        return self.redis_url or (kept.read_text() if kept.exists() else USUAL_REDIS_URL)

    def keep(self, name: str, value: str) -> str:
        """Keep a secret in the data folder, readable by its owner alone; one that is there already stays and counts."""
        path = self.data_dir / name
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            draft = self.data_dir / f"{name}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(value)
            with contextlib.suppress(FileExistsError):  # web, worker and beat may start at the same moment
                os.link(draft, path)
            draft.unlink()
        return path.read_text()


def read() -> Env:
    """Read the environment.

    Raises:
        ImproperlyConfigured: names each variable that is wrong and says what is wrong with it.
    """
    try:
        return Env()
    except ValidationError as error:
        wrong = "; ".join(_sentence(details) for details in error.errors(include_input=False))
        raise ImproperlyConfigured(f"The environment is not usable. {wrong}") from None


def _sentence(details: ErrorDetails) -> str:
    variable = ".".join(map(str, details["loc"])).upper()
    return f"{variable}: {details['msg'].removeprefix('Value error, ')}"


@contextlib.contextmanager
def mistakes_in_one_line() -> Iterator[None]:
    """For a command that a person types: a setting that is not usable ends it with the sentence alone.

    With `--traceback`, Django's own option, it shows where as well.
    """
    try:
        yield
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))

"""Django's settings, all from the environment (see env.py)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.urls import reverse_lazy

from config.api_settings import REST_FRAMEWORK, SIMPLE_JWT, SPECTACULAR_SETTINGS  # noqa: F401
from config.content_security import CONTENT_SECURITY_POLICY  # noqa: F401
from config.env import BASE_DIR, read
from config.unfold import UNFOLD  # noqa: F401  (how the admin looks)

env = read()
VERSION = "0.1.0"
SPECTACULAR_SETTINGS["VERSION"] = VERSION
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {
    "anon": f"{env.api_rate_per_address}/min",
    "user": f"{env.api_rate_per_user}/min",
}
env.data_dir.mkdir(parents=True, exist_ok=True)

# The site
SECRET_KEY = env.the_secret_key()
SECRET_KEY_IS_GENERATED = not env.secret_key
DEBUG = env.debug
ALLOWED_HOSTS = env.allowed_hosts
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DATA_DIR = env.data_dir
WEB_PORT = env.port
PROXIES = env.proxies
FLOWER_HOST = env.flower_host
FLOWER_PORT = env.flower_port
FLOWER_ADDRESS = env.flower_address
METRICS_TOKEN = env.metrics_token

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "config",
    "brands",
    "jobs",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_celery_results",
    "axes",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jobs.admin.pausing.banner",
            ]
        },
    }
]
LANGUAGE_CODE = env.language_code
TIME_ZONE = env.time_zone
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = env.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# The database
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.database_url or f"sqlite:///{env.data_dir / 'brandbeat.sqlite3'}", conn_max_age=600, conn_health_checks=True
    )
}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    options = DATABASES["default"].setdefault("OPTIONS", {})
    # A database that does not answer is an error within seconds, not a process that hangs.
    options.setdefault("connect_timeout", 5)
    options["prepare_threshold"] = None if env.database_pooled else 0
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.database_pooled
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # Writers wait for each other instead of failing: a transaction takes its lock when it begins, and readers go on.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
    }

# Who may
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = reverse_lazy("admin:login")
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.client_ip.client_ip"
AXES_LOCKOUT_CALLABLE = "jobs.api.token.locked_out"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.https
SECURE_HSTS_SECONDS = 31536000 if env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, before any proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.https else None

# Celery. The database holds the truth, a message is only a doorbell: it carries ids, it may be lost or come twice.
CELERY_BROKER_URL = env.the_redis_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "max_retries": 0,  # a sender does not wait for a broker that is away: the run waits in the database, beat sends it
}
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=7)
CELERY_TASK_TRACK_STARTED = False  # a run says itself when it began; Celery's word would be another transaction
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_CONCURRENCY = env.worker_concurrency
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True  # what no process works on stays in the queue, for others and to be counted
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "jobs.beat.JobScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = env.scheduler_poll_interval
CELERY_TIMEZONE = "UTC"
# Without this, Celery closes the database connection around every task.
CELERY_DB_REUSE_MAX = 1000
DJANGO_CELERY_BEAT_TZ_AWARE = True

# The engine. Whom a job belongs to and what it is about are models of the project that uses the engine.
JOBS_OWNER_MODEL = "brands.Customer"
JOBS_SUBJECT_MODEL = "brands.Brand"
JOBS_MEMBERSHIP_MODEL = "brands.Membership"
SCHEDULER_POLL_INTERVAL = env.scheduler_poll_interval
SCHEDULER_BATCH = env.scheduler_batch
WORKER_HEARTBEAT_INTERVAL = env.worker_heartbeat_interval
WORKER_OFFLINE_THRESHOLD = env.worker_offline_threshold
STUCK_RUN_THRESHOLD = env.stuck_run_threshold
WORKER_SHUTDOWN_GRACE = env.worker_shutdown_grace
JOB_TIMEOUT = env.job_timeout
MAX_RETRY_ATTEMPTS = env.max_retry_attempts
RETRY_BACKOFF = env.retry_backoff
ENCRYPTION_KEYS = env.encryption_keys
INTERNAL_HOSTS = env.internal_hosts
RECORD_RETENTION_DAYS = env.record_retention_days
ALERT_URLS = env.alert_urls
SITE_ADDRESS = env.site_address
ALERT_ON_FAILED_RUNS = env.alert_on_failed_runs
RETENTION_DAYS = env.retention_days
RAW_BODY_RETENTION_DAYS = env.raw_body_retention_days
KEEP_COMPLETED_RUNS = env.keep_completed_runs
KEEP_FAILED_RUNS = env.keep_failed_runs

# Scripts
SCRIPTS_DIR = env.scripts_dir
SCRIPTS_WORK_DIR = env.scripts_work_dir or str(env.data_dir / "scripts" / "work")
SCRIPTS_NEED_APPROVAL = env.scripts_need_approval
SCRIPTS_ENVIRONMENT = env.scripts_environment
SCRIPTS_KEEP_OUTPUT = env.scripts_keep_output

# Files that are analysed
UPLOADS_DIR = Path(env.uploads_dir or env.data_dir / "uploads")
MEGABYTE = 1024 * 1024
FILE_LIMIT = env.file_limit_mb * MEGABYTE
FILE_UNPACKED_LIMIT = env.file_unpacked_limit_mb * MEGABYTE
FILE_QUOTA = env.file_quota_mb * MEGABYTE
FILE_RETENTION_DAYS = env.file_retention_days
FILE_MEMORY = env.file_memory_mb * MEGABYTE
FILE_UPLOAD_HANDLERS = [
    "jobs.upload_handler.WithinLimit",  # first: what is too large is not even kept for the moment
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Collection
COLLECTION_CONCURRENCY = env.collection_concurrency
COLLECTION_TIMEOUT = env.collection_timeout
COLLECTION_POLL_INTERVAL = env.collection_poll_interval
COLLECTION_BREAKER_FAILURES = env.collection_breaker_failures
COLLECTION_BREAKER_SECONDS = env.collection_breaker_seconds
SUGGESTIONS_COLLECTOR = env.suggestions_collector
NARRATIVE_COLLECTOR = env.narrative_collector
COLLECTORS = {
    name: env.chain(name)
    for name in (
        *("chatgpt", "google_aio", "google_ai_mode", "perplexity", "gemini", "claude", "grok", "bing_copilot"),
        "local",
    )
}
PROVIDER_NAMES = (
    *("openai", "brightdata", "perplexity", "serpapi", "gemini", "anthropic", "xai", "dataforseo"),
    "openai_compatible",
)
PROVIDERS = {name: env.provider(name) for name in PROVIDER_NAMES}
PROVIDER_LIMITS = {name: env.limits(name) for name in PROVIDER_NAMES}
QUIET = (
    *("httpx", "httpx2", "httpcore", "httpcore2", "openai", "anthropic", "google_genai", "google_genai.models"),
    "axes",
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.log_level},
    "loggers": {name: {"level": "WARNING"} for name in QUIET},
}

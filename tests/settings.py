"""Django's settings for tests: the project's own, read from an environment of their own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull  # before anything reads the environment

from tests.environment import clean_environment

_folder = Path(tempfile.mkdtemp(prefix="brandbeat-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_database_url = os.environ.get("DATABASE_URL", "")
_environment = clean_environment(_folder, DATABASE_URL=_database_url, DJANGO_SETTINGS_MODULE="tests.settings")
os.environ.clear()
os.environ.update(_environment)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, REST_FRAMEWORK, STATIC_ROOT  # noqa: E402

if not _database_url:
    DATABASES["default"]["TEST"] = {"NAME": _folder / "test.sqlite3"}  # a file, as in real life, not memory
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": "1000000/min", "user": "1000000/min"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
STATIC_ROOT.mkdir()

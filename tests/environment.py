"""The environment of tests and of what they start: nothing of the developer's, nothing of the internet."""

import os
from pathlib import Path

from config.env import Env

NOWHERE = "http://127.0.0.1:9"  # nothing listens there, so a test that forgets its local server fails at once


def clean_environment(data_dir: Path, **values: object) -> dict[str, str]:
    """The machine's environment without our settings, plus harmless ones for tests, plus `values`."""
    ours = {name.upper(): field for name, field in Env.model_fields.items()}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    addresses = {name: NOWHERE for name, field in ours.items() if name.endswith("_BASE_URL") and field.default}
    return {
        **kept,
        **addresses,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "REDIS_URL": "redis://127.0.0.1:9/0",
        **{name: str(value) for name, value in values.items()},
    }

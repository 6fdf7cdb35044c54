import subprocess

from config.env import BASE_DIR
from config.processes import python
from tests.environment import clean_environment


def test_sdks_are_not_loaded_before_they_are_used(tmp_path):
    code = (
        "import sys, django; django.setup(); print([name for name in ('openai', 'perplexity') if name in sys.modules])"
    )
    done = subprocess.run(
        python("-c", code), cwd=BASE_DIR, env=clean_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"

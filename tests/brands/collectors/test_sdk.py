import subprocess

from config.env import BASE_DIR
from config.processes import python
from tests.environment import clean_environment

CODE = "import sys, django; django.setup(); print({'openai', 'perplexity'} & set(sys.modules))"


def test_sdks_are_not_loaded_before_they_are_used(tmp_path):
    environment = clean_environment(tmp_path)
    done = subprocess.run(python("-c", CODE), cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""The project's settings with the app of this folder."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS.append("tests.stubborn")

#!/usr/bin/env python
"""Brandbeat's command line: `python manage.py help` lists what there is."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.env import mistakes_in_one_line

    with mistakes_in_one_line():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

from django.db.backends.sqlite3 import base

from tests.faults.backends import Faulty


class DatabaseWrapper(Faulty, base.DatabaseWrapper):
    pass

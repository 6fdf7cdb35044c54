from django.db.backends.postgresql import base

from tests.faults.backends import Faulty


class DatabaseWrapper(Faulty, base.DatabaseWrapper):
    pass

"""Django's database backends that fail at random while a file says so, each place with its own share.

The file that the environment variable FAULTY names holds JSON: {"connect": 0.2, "pre_commit": 0.2, "post_commit": 0.2}.
A write outside of a transaction is a commit of its own.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

from django.db import OperationalError

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH changed")


def place(name: str) -> None:
    """Raise in as many cases as the file says for the place of that name."""
    try:
        share = json.loads(Path(os.environ["FAULTY"]).read_text()).get(name, 0)
    except FileNotFoundError:
        return
    if random.random() < share:
        raise OperationalError(f"a fault of the test: {name}")


class Faulty:
    """Mixed into a DatabaseWrapper."""

    def get_new_connection(self, conn_params: Any) -> Any:
        place("connect")
        connection = super().get_new_connection(conn_params)  # type: ignore[misc]
        if self._execute not in self.execute_wrappers:  # type: ignore[attr-defined]
            self.execute_wrappers.append(self._execute)  # type: ignore[attr-defined]
        return connection

    def _commit(self) -> Any:
        place("pre_commit")
        super()._commit()  # type: ignore[misc]
        place("post_commit")

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.in_atomic_block or not sql.startswith(WRITES):  # type: ignore[attr-defined]
            return execute(sql, params, many, context)
        place("pre_commit")
        result = execute(sql, params, many, context)
        place("post_commit")
        return result

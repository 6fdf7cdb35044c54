import pytest
from django.db import connection

from jobs.beat import unmap


@pytest.mark.django_db
def test_the_size_of_the_database_is_no_memory_of_beat():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA mmap_size=1048576")
        unmap(connection)
        if connection.vendor == "sqlite":
            assert cursor.execute("PRAGMA mmap_size").fetchone() == (0,)

"""Files as somebody uploads them."""

from typing import Any

from django.core.files.base import ContentFile

from jobs.models import UploadedFile
from jobs.uploads import store


def make_file(owner: Any, name: str = "orders.csv", content: bytes | None = None, **words: Any) -> UploadedFile:
    """A file of the owner's, stored as any other; without `content`, a small table that has the name in it."""
    content = f"day,amount\n2026-01-01,1\n2026-01-02,2\n{name},3\n".encode() if content is None else content
    return store(owner, ContentFile(content, name=name), **words).file

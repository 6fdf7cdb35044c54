"""Uploaded files: taken in, kept once for each content, and forgotten."""

import fcntl
import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, Sum

from jobs.analysis.source import recognise
from jobs.errors import JobError
from jobs.models import UploadedFile
from jobs.status import OPEN

MEGABYTE = 1024 * 1024
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ABANDONED = timedelta(hours=1)  # after which content without a row, or a half upload, is swept away


class Refused(JobError):
    """This file is not taken."""


@dataclass(frozen=True, slots=True)
class Stored:
    """`created` is False where the owner had the same content already: that row is given, with nothing changed."""

    file: UploadedFile
    created: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bytes."""

    used: int
    quota: int
    most: int  # in one upload

    @property
    def in_words(self) -> str:
        left = max(self.quota - self.used, 0)
        return (
            f"At most {self.most // MEGABYTE} MB in one upload. {_mb(self.used)} of {_mb(self.quota)} are in use, "
            f"{_mb(left)} are left. Files are deleted after {settings.FILE_RETENTION_DAYS} days."
        )


def allowance(owner_id: Any) -> Allowance:
    used = UploadedFile.objects.filter(owner_id=owner_id).aggregate(total=Sum("size"))["total"] or 0
    return Allowance(used, settings.FILE_QUOTA, settings.FILE_LIMIT)


def too_large() -> str:
    return f"The upload is larger than {settings.FILE_LIMIT // MEGABYTE} MB, which is the most. Nothing of it was kept."


def path_of(sha256: str) -> Path:
    return Path(settings.UPLOADS_DIR) / sha256[:2] / sha256


def store(owner: Any, upload: "File[Any]", *, description: str = "", series: str = "", user: Any = None) -> Stored:
    """Keep an uploaded file.

    Raises:
        Refused: it is too large, or the owner's quota is used up; a sentence says so.
        Unreadable: it is no table that can be read.
    """
    size = upload.size or 0
    if size > settings.FILE_LIMIT:
        raise Refused(too_large())
    draft, sha256 = _written(upload)
    try:
        kind = recognise(draft, settings.FILE_UNPACKED_LIMIT).kind
        with _locked(), transaction.atomic():
            same = UploadedFile.objects.filter(owner=owner, sha256=sha256).first()
            if same is not None:
                return Stored(same, created=False)
            room = allowance(owner.pk)
            if room.used + size > room.quota:
                raise Refused(f"There is no room for this file: it has {_mb(size)}. {room.in_words}")
            row = UploadedFile(owner=owner, name=shown_name(upload.name), sha256=sha256, size=size, kind=kind)
            row.description, row.series, row.uploaded_by = description.strip(), series.strip(), user
            place = path_of(sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(place)
            row.save()
    finally:
        draft.unlink(missing_ok=True)
    return Stored(row, created=True)


def remove(file: UploadedFile) -> None:
    """Delete the file with its insights; its content goes when no other row has it."""
    with _locked():
        with transaction.atomic():
            file.delete()
        if not UploadedFile.objects.filter(sha256=file.sha256).exists():
            path_of(file.sha256).unlink(missing_ok=True)


def forget(now: datetime) -> int:
    """Delete files that are older than they are kept, but none that a run is at. Returns how many."""
    limit = now - timedelta(days=settings.FILE_RETENTION_DAYS)
    at_work = Q(run__status__in=sorted(OPEN))
    old = list(UploadedFile.objects.filter(created_at__lt=limit).exclude(at_work))
    for file in old:
        remove(file)
    _sweep(now)
    return len(old)


def shown_name(name: str | None) -> str:
    """The last part of a name, on one line: it is shown and never used as a path."""
    last = UNPRINTABLE.sub("", (name or "").replace("\\", "/").rpartition("/")[2]).strip()
    return last[-200:] or "file"


def _written(upload: "File[Any]") -> tuple[Path, str]:
    """A draft of the content in the folder of uploads, and its hash."""
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    draft, digest = folder / f"draft-{secrets.token_hex(8)}", hashlib.sha256()
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
    return draft, digest.hexdigest()


def _sweep(now: datetime) -> None:
    """Content without a row: its customer was deleted, or a process died on the way."""
    folder = Path(settings.UPLOADS_DIR)
    for path in [*folder.glob("draft-*"), *folder.glob("??/*")]:
        with _locked(), suppress(FileNotFoundError):
            is_old = path.stat().st_mtime < (now - ABANDONED).timestamp()
            if is_old and not UploadedFile.objects.filter(sha256=path.name).exists():
                path.unlink()


@contextmanager
def _locked() -> Iterator[None]:
    """One at a time over all processes: content must not go while another row begins to refer to it."""
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mb(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB" if size >= 10 * MEGABYTE else f"{size / MEGABYTE:,.1f} MB"

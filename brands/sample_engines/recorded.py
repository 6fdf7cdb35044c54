"""Recorded bodies of real providers, served in place of the samples, byte for byte."""

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordedBody:
    file_name: str
    status: int
    body: bytes
    continues: bool  # SerpApi's second half: an AI Overview that was fetched with a page token


class Recorded:
    """The bodies of `path`: a file, a folder of files, or a folder with one folder a provider.

    The files of a folder are served in name order, one a request, and then from the start again. A file or folder
    without a provider's folder serves every provider, or only `provider` where that is given.
    """

    def __init__(self, path: Path, provider: str | None = None) -> None:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}.")
        self._path = path
        self._provider = provider
        self._pinned: dict[str, str] = {}
        self._served: dict[tuple[str, bool], int] = {}
        self._lock = Lock()

    def pin(self, provider: str, file_name: str) -> None:
        """Serve this file only; raise ValueError where there is none of the name. "" ends it."""
        names = {body.file_name for body in self._bodies(provider)}
        if file_name and file_name not in names:
            raise ValueError(f"There is no recorded file {file_name!r} for {provider}. There are: {sorted(names)}.")
        self._pinned[provider] = file_name

    def next(self, provider: str, *, continued: bool = False) -> RecordedBody | None:
        """The next body; None where the folder has none."""
        with self._lock:
            bodies = self._choice(provider, continued)
            turn = self._served.get((provider, continued), 0)
            self._served[provider, continued] = turn + 1
        return bodies[turn % len(bodies)] if bodies else None

    def _choice(self, provider: str, continued: bool) -> list[RecordedBody]:
        bodies = self._bodies(provider)
        fitting = [body for body in bodies if body.continues == continued]
        pinned = [body for body in fitting or bodies if body.file_name == self._pinned.get(provider)]
        return pinned or fitting or bodies

    def _bodies(self, provider: str) -> list[RecordedBody]:
        return [body for file in self._files(provider) for body in _read(file)]

    def _files(self, provider: str) -> list[Path]:
        if self._provider not in (None, provider):
            return []
        if self._path.is_file():
            return [self._path]
        folder = self._path / provider
        return sorted((folder if folder.is_dir() else self._path).glob("*.json"))


def _read(file: Path) -> list[RecordedBody]:
    raw = file.read_bytes()
    if not file.name.startswith("error"):
        return [RecordedBody(file.name, 200, raw, _continues(file.name, raw))]
    data = json.loads(raw)
    return [_error(file.name, entry) for entry in (data if isinstance(data, list) else [data])]


def _error(file_name: str, entry: Any) -> RecordedBody:
    """An error is recorded as {status, body}, or as the bare body of a 400."""
    whole = isinstance(entry, dict) and {"status", "body"} <= entry.keys()
    status, body = (int(entry["status"]), entry["body"]) if whole else (400, entry)
    return RecordedBody(file_name, status, json.dumps(body).encode(), continues=False)


def _continues(file_name: str, raw: bytes) -> bool:
    if "after_page_token" in file_name:
        return True
    try:
        data = json.loads(raw)
    except ValueError:
        return False
    return isinstance(data, dict) and data.keys() - {"search_parameters"} == {"search_metadata", "ai_overview"}

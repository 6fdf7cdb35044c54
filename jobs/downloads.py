"""What leaves the site as a file: the content that was uploaded, and insights as a table."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from jobs.models import UploadedFile
from jobs.uploads import path_of

PIECE = 256 * 1024
FORMULA = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")
COLUMNS = (
    "type",
    "title",
    "confidence",
    "columns",
    "rows",
    "test",
    "statistic",
    "p",
    "corrected_p",
    "effect",
    "content",
)


def content_of(file: UploadedFile) -> StreamingHttpResponse | None:
    """The content as an attachment that no browser shows or runs; None where it is not on this machine."""
    path = path_of(file.sha256)
    if not path.exists():
        return None
    response = StreamingHttpResponse(_pieces(path), content_type="application/octet-stream")
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while piece := content.read(PIECE):
            yield piece


def insights_table(file: UploadedFile) -> HttpResponse:
    """The insights as CSV; no cell of it is computed by a spreadsheet."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for insight in file.insights.all():
        test: dict[str, Any] = insight.evidence.get("test") or {}
        row = [insight.type, insight.title, insight.confidence, ", ".join(insight.evidence.get("columns", []))]
        row += [insight.evidence.get("rows"), test.get("name", "")]
        row += [test.get(name) for name in ("statistic", "p", "corrected_p", "effect")]
        writer.writerow([harmless(cell) for cell in [*row, json.dumps(insight.content, ensure_ascii=False)]])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="insights-{file.pk}.csv"'
    return response


def insights_json(file: UploadedFile) -> HttpResponse:
    fields = ("type", "title", "content", "confidence", "basis", "evidence", "chart")
    insights = list(file.insights.values(*fields))
    found = {"file": file.name, "sha256": file.sha256, "narrative": file.narrative, "insights": insights}
    response = HttpResponse(json.dumps(found, ensure_ascii=False, indent=2), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="insights-{file.pk}.json"'
    return response


def harmless(cell: object) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet would compute. Numbers stay numbers."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and FORMULA.match(text) else text

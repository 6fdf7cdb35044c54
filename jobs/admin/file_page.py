"""The page of one file: what was found in it, how sure that is, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.access import Right, may
from jobs.admin.base import JobsAdmin
from jobs.admin.charts import Chart, chart_of, histogram_of
from jobs.admin.labels import field_title, page_of, site_moment, status_label
from jobs.admin.values import Entry, entries
from jobs.analysis.words import in_words
from jobs.files import expected, place_in_line
from jobs.models import Insight, UploadedFile

SURE = ((0.95, "very sure"), (0.8, "sure"), (0.5, "likely"), (0, "uncertain"))
TONES = {"analysed": "completed", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Card:
    insight: Insight
    percent: int
    how_sure: str
    chart: Chart | None
    behind: str  # the evidence in words
    figures: list[Entry]
    test: list[Entry]


def show(model_admin: JobsAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    file = model_admin.get_object(request, object_id)
    if file is None:
        return model_admin.gone(request, object_id)
    if not model_admin.has_view_permission(request, file):
        raise PermissionDenied
    writes = may(request.user, Right.WRITE, file.owner_id)
    is_open = file.run is not None and file.run.is_open
    context = {
        **model_admin.admin_site.each_context(request),
        "title": file.name,
        "opts": model_admin.opts,
        "original": file,
        "file": file,
        "label": state_label(file),
        "is_open": is_open,
        "line": place_in_line(file.run),
        "run_url": page_of(file.run) if file.run and may(request.user, Right.READ, file.owner_id) else "",
        "owner_title": field_title(UploadedFile, "owner"),
        "size": filesizeformat(file.size),
        "rows": "" if file.rows is None else f"{file.rows:,} rows",
        "uploaded": site_moment(file.created_at),
        "analysed": site_moment(file.analysed_at),
        "narrative": file.narrative,
        "written": datetime.fromisoformat(file.narrative["written_at"]) if file.narrative else None,
        "cards": [card(insight) for insight in file.insights.all()],
        "columns": [{**each, "bars": histogram_of(each), "words": spread(each)} for each in file.profile],
        "may_analyse": writes and not is_open,
        "cost": expected() if writes and not is_open else None,
        "may_delete": writes and not is_open,
        "may_download": may(request.user, Right.READ, file.owner_id),
    }
    return TemplateResponse(request, "admin/jobs/uploadedfile/page.html", context)


def state_label(file: UploadedFile) -> SafeString:
    if file.run is not None and file.run.is_open:
        return status_label(file.run.status)
    return format_html('<span class="job-label job-label--{}">{}</span>', TONES.get(file.state, "new"), file.state)


def card(insight: Insight) -> Card:
    test = insight.evidence.get("test") or {}
    return Card(
        insight,
        percent=round(100 * insight.confidence),
        how_sure=next(words for least, words in SURE if insight.confidence >= least),
        chart=chart_of(insight.chart),
        behind=behind(insight.evidence, test),
        figures=entries(insight.content),
        test=entries(test),
    )


def behind(evidence: dict[str, Any], test: dict[str, Any]) -> str:
    """The evidence as a business user reads it."""
    rows = f"{evidence.get('rows') or 0:,} rows"
    columns = evidence.get("columns") or []
    named = f"{rows} of " + " and ".join(f"“{name}”" for name in columns[:3]) if columns else rows
    if not test:
        return f"Counted in {named}."
    p = test["corrected_p"]
    often = "in fewer than one file in a thousand" if p < 0.001 else f"in about {in_words(100 * p)} of 100 files"
    return (
        f"Measured on {named}. If there were nothing to it, something as clear as this would come up by chance {often} "
        f"({test['name']}, corrected by Holm’s method for {test['tests']} tests)."
    )


def spread(profile: dict[str, Any]) -> str:
    """What a column holds, in a few words."""
    if quantiles := profile.get("quantiles"):
        low, _, middle, _, high = quantiles
        return f"{in_words(low)} to {in_words(high)}, median {in_words(middle)}"
    if profile.get("from"):
        return f"{profile['from'].removesuffix(' 00:00:00')} to {profile['to'].removesuffix(' 00:00:00')}"
    return ", ".join(f"{value} ({count:,})" for value, count in (profile.get("top") or [])[:4])

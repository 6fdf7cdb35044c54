from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Service

TONES = {
    Service.Health.HEALTHY: "completed",
    Service.Health.FAILING: "failed",
    Service.Health.NEW: "pending",
    Service.Health.OFF: "cancelled",
}


def health_label(health: Service.Health) -> SafeString:
    return format_html('<span class="job-label job-label--{}">{}</span>', TONES[health], health.label.lower())

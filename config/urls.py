"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config.flower_proxy import flower
from config.health import healthz, readyz
from config.metrics import metrics

admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("flower", RedirectView.as_view(pattern_name="flower")),
    path("flower/", flower, name="flower"),
    path("flower/<path:path>", flower),
    path("api/", include("config.api")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]

"""Settings of the packages that the API is made with."""

from datetime import timedelta
from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",  # first: it makes a missing login a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["jobs.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "jobs.api.pagination.Pagination",
    "DEFAULT_FILTER_BACKENDS": ["jobs.api.filters.Filters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["config.throttles.PerAddress", "config.throttles.PerUser"],
    "EXCEPTION_HANDLER": "jobs.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a new password ends all tokens
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Brandbeat",
    "DESCRIPTION": "Asks AI answer engines a brand's questions on a schedule and scores how the brand appears.",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/(admin/)?",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "PREPROCESSING_HOOKS": ["jobs.api.schema.without_slash"],
    "ENUM_NAME_OVERRIDES": {
        "RunStatus": "jobs.status.RunStatus",
        "AnswerStatus": "brands.models.answer.Answer.Status",
        "CallStatus": "brands.models.call.CallStatus",
        "Role": "jobs.access.Role",
        "ProcessRole": "jobs.models.worker.Worker.Role",
        "ProcessState": "jobs.models.worker.Worker.State",
        "AlertState": "jobs.models.alert.Alert.State",
        "ServiceHealth": "jobs.models.service.Service.Health",
        "Trigger": "jobs.status.Trigger",
        "CorrectionKind": "brands.models.correction.Correction.Kind",
        "EntityKind": [("brand", "brand"), ("competitor", "competitor")],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jobs.api.schema.say_how_it_fails",
    ],
}

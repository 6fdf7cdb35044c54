"""`Idempotency-Key`: a request that is sent again under the same key does nothing new and gets the same answer."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.errors import Conflict
from jobs.models import IdempotencyKey
from jobs.models.idempotency import KEPT_FOR

HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A text of your own, for example a UUID. Sent again with the same key within a day, the request does "
    "nothing new and gets the same answer.",
)
View = Callable[..., Response]


def idempotent(view: View) -> View:
    """For a method of a view set that writes."""

    @wraps(view)
    def once(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(self, request, *args, **kwargs)
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise ValidationError({HEADER: ["Write 1 to 255 visible ASCII characters."]})
        return _once(request, key, lambda: view(self, request, *args, **kwargs))

    return once


def _once(request: Request, key: str, do: Callable[[], Response]) -> Response:
    """The key is written in the same transaction as the work: a twin waits for it, a failed request leaves none."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = IdempotencyKey.objects.create(user_id=request.user.pk, key=key, fingerprint=fingerprint)
        except IntegrityError:
            return _again(IdempotencyKey.objects.get(user_id=request.user.pk, key=key), fingerprint)
        response = do()
        kept.status_code, kept.body = response.status_code, json.loads(JSONRenderer().render(response.data))
        kept.save()
    return response


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=_digest)
    return hashlib.sha256(f"{request.method} {request.path.rstrip('/')} {body}".encode()).hexdigest()


def _digest(upload: Any) -> str:
    """Stands for an uploaded file."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _again(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Conflict("This key was used for another request. Use a new one.")
    return Response(kept.body, status=kept.status_code, headers={"Idempotent-Replayed": "true"})

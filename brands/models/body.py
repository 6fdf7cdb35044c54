"""What a provider sent, kept as it came."""

import zlib

from django.db import models


class WithBody(models.Model):
    body = models.BinaryField(default=b"")  # as it came, compressed; see `raw`
    body_pruned_at = models.DateTimeField(null=True, editable=False)  # when it was forgotten, as the settings say

    class Meta:
        abstract = True

    @property
    def raw(self) -> bytes:
        """What the provider sent: of an answer its reply, of a call all that came, as `brands.journal` writes it."""
        return zlib.decompress(self.body) if self.body else b""

    @raw.setter
    def raw(self, value: bytes) -> None:
        self.body = zlib.compress(value) if value else b""

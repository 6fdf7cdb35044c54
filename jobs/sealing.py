"""Secrets at rest: encrypted with Fernet (AES-128-CBC and HMAC-SHA-256) before they reach the database.

The first key encrypts, each of them decrypts: those of ENCRYPTION_KEYS, then one that is derived from SECRET_KEY, which
is the only one where ENCRYPTION_KEYS is empty. So a key is replaced by writing the new one in front of the old one,
running `manage.py reencrypt` and taking the old one away.

The library is loaded by the first secret: beat never has one, and it takes 6 MB.
"""

from base64 import urlsafe_b64encode
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from jobs.errors import NotConfigured

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


def seal(text: str) -> str:
    """The text encrypted; "" stays what it is."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """What was sealed; raise NotConfigured where none of the keys fits."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(token.encode()).decode() if token else ""
    except InvalidToken:
        raise NotConfigured(
            "The secret cannot be read: the key that it was encrypted with is not in ENCRYPTION_KEYS. Enter it again."
        ) from None


def reseal(token: str) -> str:
    """The same secret encrypted with the first key; raise NotConfigured as `unseal` does."""
    return seal(unseal(token))


def _box() -> "MultiFernet":
    return _of((*settings.ENCRYPTION_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _of(keys: tuple[str, ...]) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    """32 bytes from a key of any length that was made by chance (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=b"secrets at rest").derive(key.encode())

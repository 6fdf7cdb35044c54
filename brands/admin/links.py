"""Addresses of the admin's pages."""

from urllib.parse import urlencode, urlsplit

from django.urls import NoReverseMatch, reverse


def admin_url(page: str, *args: object, **parameters: object) -> str:
    """The address of `admin:<page>` with these parameters, without those that are None or empty."""
    query = urlencode({name: value for name, value in parameters.items() if value not in (None, "")})
    return reverse(f"admin:{page}", args=args) + (f"?{query}" if query else "")


def admin_url_or_none(page: str, *args: object) -> str | None:
    """The same for a page that another app may or may not have."""
    try:
        return admin_url(page, *args)
    except NoReverseMatch:
        return None


def web_address(url: str) -> str | None:
    """The URL if a browser may be sent there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None

"""Databases, as the acceptance tests have them."""

from tests.acceptance.conftest import databases

__all__ = ["databases"]

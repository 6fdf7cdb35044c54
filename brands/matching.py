"""Placeholder: replaced by the scoring helper."""

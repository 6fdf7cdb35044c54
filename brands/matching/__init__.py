"""Where an answer names which entity."""

from brands.matching.answer_text import AnswerText, names
from brands.matching.entity import CitedUrl, Entity, EntityKind, Mention, NameRule, Ruling

__all__ = ["AnswerText", "CitedUrl", "Entity", "EntityKind", "Mention", "NameRule", "Ruling", "names"]

"""What the serializers of all nouns have in common."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError as ModelError
from django.db.models import Model, QuerySet
from pydantic.alias_generators import to_camel
from rest_framework import serializers

from jobs.access import OWNER, SUBJECT, Right, scope
from jobs.api.errors import from_model
from jobs.models import ScheduledJob


class Reference(serializers.PrimaryKeyRelatedField):
    """Another row by its id. One that the user may not read is as absent as one that is not there."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.model = model
        name = model._meta.verbose_name
        sentence = f"There is no {name} with this id."
        super().__init__(
            pk_field=serializers.UUIDField(),
            error_messages={"does_not_exist": sentence, "incorrect_type": f"Write the {name}'s id."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Any]:
        return scope(self.model._default_manager.all(), self.context["request"].user, Right.RESULTS)


def owner_reference(**kwargs: Any) -> dict[str, Reference]:
    """The engine's owner and subject under the project's names for the two."""
    return {
        f"{OWNER}_id": Reference(apps.get_model(settings.JOBS_OWNER_MODEL), source="owner", **kwargs),
        f"{SUBJECT}_id": Reference(apps.get_model(settings.JOBS_SUBJECT_MODEL), source="subject", **kwargs),
    }


class KnownFields(serializers.Serializer):
    """Fields may be written in snake_case or in camelCase; one that does not exist is refused."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(self._known(data) if isinstance(data, Mapping) else data)

    def _known(self, data: Mapping[str, Any]) -> dict[str, Any]:
        spellings = {to_camel(name): name for name in self.fields} | {name: name for name in self.fields}
        unknown = [key for key in data if key not in spellings]
        if unknown:
            there_are = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            raise serializers.ValidationError({unknown[0][:100]: [f"There is no such field. There are: {there_are}."]})
        known: dict[str, Any] = {}
        for key, value in data.items():
            if spellings[key] in known:
                raise serializers.ValidationError({spellings[key]: ["This is given twice, in two spellings."]})
            known[spellings[key]] = value
        return known


class RowSerializer(KnownFields, serializers.ModelSerializer):
    """Saves a row through its model's own validation.

    In Meta, `fixed` names fields that cannot change once the row is there, and `taken` gives for a unique constraint
    the field and the sentence that say what is wrong.
    """

    def get_validators(self) -> list[Any]:
        """None for unique constraints: the model's own are asked in `put`, and say it in better words."""
        return []

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None:
            for name in getattr(self.Meta, "fixed", ()):
                source = self.fields[name].source
                if source in data and data[source] != getattr(self.instance, source):
                    raise serializers.ValidationError({name: ["This cannot be changed once the row is there."]})
        return data

    def create(self, validated_data: dict[str, Any]) -> Any:
        return self.put(self.Meta.model(), validated_data)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        return self.put(instance, validated_data)

    def put(self, row: Any, data: dict[str, Any]) -> Any:
        for name, value in data.items():
            setattr(row, name, value)
        try:
            row.clean_fields()
            row.clean()
        except ModelError as error:
            raise from_model(error, self.names()) from None
        self._check_constraints(row)
        row.save()
        return row

    def names(self) -> dict[str, str]:
        """Names of the model's fields here."""
        return {field.source: name for name, field in self.fields.items()}

    def _check_constraints(self, row: Any) -> None:
        for constraint in row._meta.constraints:
            try:
                constraint.validate(type(row), row)
            except ModelError as error:
                field, sentence = getattr(self.Meta, "taken", {}).get(constraint.name, ("", ""))
                if not field:
                    raise from_model(error, self.names()) from None
                raise serializers.ValidationError({field: [sentence]}) from None


class OfOwnerSerializer(RowSerializer):
    """A row of the engine."""

    def get_fields(self) -> dict[str, Any]:
        read_only = self.Meta.model is not ScheduledJob
        kwargs = {"read_only": True, "allow_null": True} if read_only else {"required": False, "allow_null": True}
        return {**super().get_fields(), **owner_reference(**kwargs)}

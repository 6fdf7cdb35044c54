"""What every operation of the OpenAPI document has in common: how it fails."""

from typing import Any

DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
}
FIELDS = {
    "type": "object",
    "description": "A field's name, and sentences that say what is wrong with it; or `detail` with a sentence.",
    "additionalProperties": {},
}
METHODS = ("get", "post", "put", "patch", "delete")


def without_slash(endpoints: list[tuple[str, str, str, Any]], **_: Any) -> list[tuple[str, str, str, Any]]:
    """Addresses work with and without a slash at the end; they are shown without."""
    return [(path.rstrip("/"), *rest) for path, *rest in endpoints]


def say_how_it_fails(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    schemas = result["components"].setdefault("schemas", {})
    schemas["Error"], schemas["FieldErrors"] = DETAIL, FIELDS
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                for status, (words, schema) in _failures(path, method, operation).items():
                    operation["responses"].setdefault(status, _response(words, schema))
    return result


def _failures(path: str, method: str, operation: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = {"406": ("It cannot be sent in any form that the request accepts.", "Error")}
    if path in ("/api/schema", "/api/docs"):
        return found
    found["400"] = ("Something in the request is wrong.", "FieldErrors")
    found["401"] = ("There is no valid token or session.", "Error")
    found["429"] = ("Too many requests, or too many wrong logins: wait as long as `Retry-After` says.", "Error")
    if not path.startswith("/api/token"):
        found["403"] = ("Your role does not allow this.", "Error")
        found["404"] = ("There is no such row, or it is somebody else's.", "Error")
    if method in ("post", "put", "patch", "delete"):
        found["409"] = ("It does not go with what is there at the moment.", "Error")
        found["413"] = ("The body is too large.", "Error")
        found["415"] = ("The body is not JSON.", "Error")
    return found


def _response(words: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": words, "content": {"application/json": {"schema": reference}}}

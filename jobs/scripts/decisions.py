"""The scripts of the folder beside what superusers have decided about them."""

from typing import Any
from uuid import UUID

from django.conf import settings

from jobs import clock
from jobs.access import OWNER
from jobs.errors import ScriptRefused
from jobs.models import Script
from jobs.scripts.folder import ScriptFile, find, names


def look() -> None:
    """Note what lies in the folder now; of what is gone, only those stay about which something was decided.

    Raises:
        ScriptRefused: scripts are off, or the folder breaks a rule.
    """
    there = names()
    gone = Script.objects.exclude(name__in=there)
    gone.filter(approved_sha256="", is_released=False, released_to=None).delete()
    for name in (*there, *gone.values_list("name", flat=True)):
        look_at(name)


def look_at(name: str) -> ScriptFile | None:
    """The script as it is now, and its row written accordingly; None where it may not run."""
    try:
        file = find(name)
    except ScriptRefused as error:
        Script.objects.update_or_create(name=name, defaults={"problem": str(error)})
        return None
    note(file)
    return file


def note(file: ScriptFile) -> Script:
    """Write down that the script was seen as it is."""
    seen = {"sha256": file.sha256, "description": file.declaration.description, "seen_at": clock.now(), "problem": ""}
    return Script.objects.update_or_create(name=file.name, defaults=seen)[0]


def why_not_released(name: str, owner_id: UUID | None) -> str:
    """A sentence where this owner may not run the script, the same whether there is such a script or not."""
    if owner_id is None:
        return ""
    script = Script.objects.filter(name=name).first()
    if script is not None and script.is_released_to(owner_id):
        return ""
    return f"No script “{name}” is released to this {OWNER}: a superuser does so on the script's page."


def why_not_approved(file: ScriptFile) -> str:
    """A sentence where the script must be approved before it runs; "" where it may."""
    approved = Script.objects.filter(name=file.name).values_list("approved_sha256", flat=True).first()
    if approved == file.sha256 or not settings.SCRIPTS_NEED_APPROVAL:
        return ""
    why = "has changed since it was approved" if approved else "was not approved yet"
    return f"“{file.name}” {why}: a superuser does so on the script's page."


def approve(name: str, sha256: str, user: Any) -> Script:
    """Approve the script as it was shown to that user.

    Raises:
        ScriptRefused: it is not there, breaks a rule, or is not what was shown.
    """
    file = find(name)
    if file.sha256 != sha256:
        raise ScriptRefused(f"“{name}” has changed since this page was shown. Look at it again.")
    script = note(file)
    script.approve(file.sha256, user)
    return script

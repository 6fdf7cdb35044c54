"""Reading JSON that somebody else wrote: every getter takes whatever is there and gives the type it names."""

from decimal import Decimal, InvalidOperation
from typing import Any

from brands.collector import Source

# PostgreSQL keeps neither U+0000 nor lone surrogates; both become the replacement character.
UNSTORABLE = dict.fromkeys((0, *range(55296, 57344)), "�")


def scrub(text: str) -> str:
    """The text without characters that a database refuses."""
    return text.translate(UNSTORABLE)


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """The objects in a list; what is neither is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: object) -> str:
    """A string, scrubbed; "" for anything else."""
    return scrub(value) if isinstance(value, str) else ""


def count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12 else 0


def dollars(value: object) -> Decimal | None:
    """An amount of money, or None where there is no usable one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**6 else None


def source(url: object, title: object = "", *, cited: bool = True) -> Source | None:
    """A page, or None without an address."""
    address = words(url).strip()
    return Source(address, words(title).strip(), cited) if address else None


def only(*found: Source | None) -> tuple[Source, ...]:
    return tuple(page for page in found if page is not None)


def others(found: tuple[Source, ...], listed: tuple[Source, ...]) -> tuple[Source, ...]:
    """The pages that are not listed already, each address once; one that the text points to stays cited."""
    known = {page.url for page in listed}
    pages: dict[str, Source] = {}
    for page in found:
        if page.url not in known and (page.url not in pages or (page.cited and not pages[page.url].cited)):
            pages[page.url] = page
    return tuple(pages.values())

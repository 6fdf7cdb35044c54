"""Whether a name that was found stands for itself, or is a part of another word."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from unicodedata import normalize

from brands.matching.characters import RUNNING_SCRIPTS, SCRIPT, as_written
from brands.matching.context import Context
from brands.matching.endings import ending_at, has_prefix, stem_ending_at
from brands.matching.language import language_family
from brands.matching.name_form import NameForm
from brands.matching.text import ComparableText

_TOP_LEVEL = re.compile(r"\.([a-z]{2,18})(?![\w@])")
_WORDS = re.compile(r"[^\W\d_]+")
_PRICE = re.compile(r"\d{1,3}(?:[.,]\d{3}){0,3}[.,]\d\d ?[$€£]")
_ABBREVIATION = 3  # letters of one, at least: "SUVAcme" is two words
_LONG_FIRST_PART = 8  # letters; a name in camel case ("YouTube") rarely begins with so long a word


_RESERVED = frozenset({"example", "test", "invalid", "local"})  # RFC 2606 and 6762: in no list, yet in addresses


@lru_cache(maxsize=1)
def top_level_domains() -> frozenset[str]:
    lines = (files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8").splitlines()
    return _RESERVED | {line for line in lines if line.isascii() and line.isalpha() and line.islower()}


@dataclass
class Surroundings:
    """One answer, and the questions about a place in it. Positions are those of the folded text."""

    comparable: ComparableText
    context: Context

    @cached_property
    def language(self) -> str:
        return language_family(self.comparable.original)

    def accept(self, form: NameForm, start: int, end: int) -> tuple[int, int] | None:
        """The span in the original of the name at `start:end`, or None where it is not that name."""
        if not self._starts(form, start):
            return None
        end = self._end(form, start, end)
        if end < 0:
            return None
        span = self.comparable.span(start, end)
        fits = self._case_fits(form, *span) and (form.rule is None or self.context.allows(form.rule, span[0]))
        return span if fits else None

    def _starts(self, form: NameForm, start: int) -> bool:
        text = self.comparable.text
        if start == 0:
            return True
        before = SCRIPT[text[start - 1]]
        if not before:
            return self._parted_before(form, start)
        if not form.first_script or form.first_script in RUNNING_SCRIPTS:
            return True
        at = start - 1
        while before == "MARK" and at:
            at -= 1
            before = SCRIPT[text[at]]
        if before == "DIGIT" or form.first_script == "DIGIT":
            return before != form.first_script and form.letters > 2 and self._glued(form, start)
        return before != form.first_script or has_prefix(before, text, start) or self._glued(form, start)

    def _parted_before(self, form: NameForm, start: int) -> bool:
        """A mark before a name parts it from what is there, except in addresses, "T-Mobile" and "A&B"."""
        text = self.comparable.text
        mark, beyond = text[start - 1], text[start - 2 : start - 1]
        if not beyond or not SCRIPT[beyond]:
            return True
        if mark in ".@/":
            return mark == "/" or self._upper(start)
        if mark == "-":
            return SCRIPT[beyond] != "LATIN" or (start > 2 and SCRIPT[text[start - 3]] != "")
        return mark != "&" or form.letters > 3

    def _glued(self, form: NameForm, start: int) -> bool:
        """Scraped answers lose spaces: "moreAcme" is "more" and Acme, while "YouTube" is one name."""
        original = self.comparable.original
        at = self.comparable.span(start, start + 1)[0]
        if not (original[at].isupper() or (form.camel_parts > 1 and original[at + 1 : at + 2].isupper())):
            return False
        first = at
        while first and at - first < 40 and SCRIPT[original[first - 1]] in ("LATIN", "DIGIT", "MARK"):
            first -= 1
        chunk = normalize("NFC", original[first:at])
        if chunk[-1:].isdigit():
            return form.long or (first > 0 and not original[first - 1].isspace())
        if chunk.isupper():
            return len(chunk) >= _ABBREVIATION and original[at + 1 : at + 2].islower()
        last_upper = max((index for index, char in enumerate(chunk) if char.isupper()), default=-1)
        lower = len(chunk) - max(last_upper, 0)
        return form.long or lower >= (_LONG_FIRST_PART if last_upper >= 0 else 3)

    def _upper(self, at: int) -> bool:
        return self.comparable.original[self.comparable.span(at, at + 1)[0]].isupper()

    def _end(self, form: NameForm, start: int, end: int) -> int:
        """Where the name ends: before a possessive, after an ending of its language; -1 where the word goes on."""
        text = self.comparable.text
        if form.rule is not None and form.rule.exact:
            return self._exact_end(form, end)
        if form.stem_of:
            return stem_ending_at(form.last_script, text, end, lambda: self.language)
        after = text[end : end + 1]
        if not after:
            return end
        script = SCRIPT[after]
        if not script:
            return end if self._parted_after(form, end) else -1
        if script == "MARK":
            return -1
        if not form.last_script or form.last_script in RUNNING_SCRIPTS:
            return end
        if script != form.last_script:
            return self._end_before_other(form, end, script)
        return self._end_inside(form, end)

    def _exact_end(self, form: NameForm, end: int) -> int:
        after = self.comparable.text[end : end + 1]
        if not after:
            return end
        if SCRIPT[after]:
            return end if form.last_script in RUNNING_SCRIPTS else -1
        return end if self._parted_after(form, end) else -1

    def _end_before_other(self, form: NameForm, end: int, script: str) -> int:
        if form.last_script == "DIGIT":
            return end if script != "LATIN" or self._begins_word(end) else -1
        if script == "DIGIT":
            return end if form.letters > 2 and not form.ordinary else -1
        return end

    def _end_inside(self, form: NameForm, end: int) -> int:
        if form.last_script == "DIGIT":
            return end if _PRICE.match(self.comparable.text, end) else -1
        if form.last_script == "LATIN" and self._begins_word(end):
            return end if form.long else -1  # "AcmePay" is not Acme, "Acme Roadster XKWhy" is a scraped table
        return ending_at(
            form.last_script,
            self.comparable.text,
            end,
            letters=form.letters,
            ordinary=form.ordinary,
            family=lambda: self.language,
        )

    def _begins_word(self, at: int) -> bool:
        original = self.comparable.original
        first = self.comparable.span(at, at + 1)[0]
        return original[first].isupper() and original[first + 1 : first + 2].islower()

    def _parted_after(self, form: NameForm, end: int) -> bool:
        text = self.comparable.text
        mark, beyond = text[end], text[end + 1 : end + 2]
        if not beyond or not SCRIPT[beyond]:
            return True
        if mark in ".,":
            return not (form.last_script == "DIGIT" and beyond.isdigit()) and not self._is_domain(end)
        if mark == "@":
            return False
        return mark != "&" or form.letters > 3

    def _is_domain(self, end: int) -> bool:
        found = _TOP_LEVEL.match(self.comparable.text, end)
        return found is not None and not self._upper(end + 1) and found.group(1) in top_level_domains()

    def _case_fits(self, form: NameForm, start: int, end: int) -> bool:
        named = self.comparable.original[start:end]
        if form.rule is not None and form.rule.case_sensitive:
            written = as_written(form.alias)
            return as_written(named).startswith(written[:-1] if form.stem_of else written)
        if form.exact_case:
            return form.alias.casefold() != named.casefold() or named in (form.alias, form.alias.upper())
        words = _WORDS.findall(named)
        if form.ordinary:
            return self._ordinary_case_fits(form, start, words)
        if form.camel_parts > 1 and " " in named and " " not in form.alias:
            return all(word[0].isupper() for word in words[1:])
        return True

    def _ordinary_case_fits(self, form: NameForm, start: int, words: list[str]) -> bool:
        own = _WORDS.findall(form.alias)
        if form.alias.isupper() and form.letters > 1 and not all(word.isupper() for word in words):
            return not self._opens_sentence(start) and words[0][0].isupper()
        lower_inside = {word for word in own if word[0].islower()} if len(own) > 1 else set()
        return all(not word[0].islower() or word in lower_inside for word in words)

    def _opens_sentence(self, start: int) -> bool:
        before = self.comparable.original[max(0, start - 4) : start].rstrip(" *_\"'“‘(#>-")
        return not before or before[-1] in ".!?:\n"

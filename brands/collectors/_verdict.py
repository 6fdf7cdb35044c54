"""Whether a text is an answer. Placeholders and refusals must never be scored as if the engine had answered."""

import re

from brands.collector import ReplyStatus

# What scrapers put where the answer should be, as whole texts.
PLACEHOLDERS = {
    "no response",
    "no response available",
    "no answer",
    "no answer available",
    "no content",
    "no content available",
    "no text available",
    "no result",
    "no results",
    "error extracting content",
    "error extracting response",
    "content not available",
    "content unavailable",
    "something went wrong",
    "something went wrong while generating the response",
    "there was an error generating a response",
    "an error occurred",
    "null",
    "none",
    "undefined",
    "n/a",
}
LONGEST_REFUSAL = 300  # characters; a longer text says something, even if it declines a part
LONGEST_LOOK = 10_000  # characters, blanks too: to split ten megabytes into words takes a hundred
SORRY = r"(?:(?:i['’]m|i am) (?:very |so |really )?sorry|sorry|i apologi[sz]e|unfortunately|my apologies)"
UNABLE = r"(?:can['’]?t|can ?not|won['’]?t|will not|(?:am|['’]m) (?:unable|not able) to|am not allowed to)"
DECLINED = (
    r"(?:(?:help|assist)(?: you)?(?: with (?:that|this|your|the)\b[^.!,:;—–]{0,60})?"
    r"|(?:answer|discuss|respond to|comply with|fulfil|fulfill|complete|continue with|engage with|process)"
    r" (?:that|this|your|the|such)\b[^.!,:;—–]{0,60}"
    r"|provide (?:that|this|an answer|a response|assistance)\b[^.!,:;—–]{0,60}"
    r"|do that|continue)"
)
# One declining sentence, then at most an offer ("Is there something else …?").
OFFER = (
    r"(?:is there|if (?:you|there)|please|let me know|feel free|i['’]d be happy|i(?:['’]m| am) happy|can i help)[^\n]*"
)
REFUSAL = re.compile(
    rf"(?:{SORRY}[,.;:]?\s*)?(?:but\s+)?i\s*{UNABLE}\s+{DECLINED}\s*(?:[.!,]|$)\s*(?:{OFFER})?",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    return text.strip(" \t\r\n.!…[](){}<>*_\"'").casefold() in PLACEHOLDERS | {""}


def is_refusal(text: str) -> bool:
    """Whether the whole of a short text declines to answer. An answer that contains such a sentence is an answer."""
    text = text.strip()
    if len(text) > LONGEST_LOOK:
        return False
    said = " ".join(text.split())
    return len(said) <= LONGEST_REFUSAL and REFUSAL.fullmatch(said) is not None


def verdict(text: str) -> ReplyStatus:
    if is_placeholder(text):
        return ReplyStatus.EMPTY
    return ReplyStatus.REFUSED if is_refusal(text) else ReplyStatus.ANSWERED

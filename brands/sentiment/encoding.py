"""What the model is shown: a stretch of text round its target, with the target between two marks."""

from itertools import chain

from brands.sentiment.wordpiece import piece_ids

BEGIN, END, TARGET, TARGET_END = 101, 102, 1, 2  # [CLS], [SEP], [unused0], [unused1] of the vocabulary
LONGEST = 48  # pieces, the four marks included
_LONGEST_TARGET = 24


def encoded(text: str, start: int, end: int) -> list[int]:
    """The pieces of the text with `text[start:end]` marked; of a long text those that stand nearest to the target."""
    before, target, after = (piece_ids(part) for part in (text[:start], text[start:end], text[end:]))
    target = target[:_LONGEST_TARGET]
    room = LONGEST - 4 - len(target)
    left = min(len(before), max(room // 2, room - len(after)))
    right = min(len(after), room - left)
    return list(chain([BEGIN], before[len(before) - left :], [TARGET], target, [TARGET_END], after[:right], [END]))

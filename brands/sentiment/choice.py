"""Which judge reads when nobody chose one."""

import logging
from functools import lru_cache
from pathlib import Path

from brands.sentiment.judge import Judge
from brands.sentiment.lexicon_judge import LexiconJudge
from brands.sentiment.trained_judge import TrainedJudge
from brands.sentiment.trained_model import FOLDER, Unusable, load

log = logging.getLogger(__name__)


def trained_judge(folder: Path = FOLDER) -> TrainedJudge:
    """Raises Unusable."""
    return TrainedJudge(load(folder))


@lru_cache(maxsize=2)
def default_judge(folder: Path = FOLDER) -> Judge:
    """The trained judge or, with a warning, the lexicon's: chosen once a process, so that a run has one judge."""
    try:
        return trained_judge(folder)
    except Unusable as reason:
        log.warning("The lexicon judges the sentiment: %s", reason, extra={"action": "trained_judge_unusable"})
        return LexiconJudge()

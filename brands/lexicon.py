"""How good or bad a word is, −4…4: VADER's lexicon (Hutto & Gilbert, ICWSM 2014) and words of product answers."""

from functools import lru_cache
from importlib.resources import files

from brands.word_list import word_list

# Words that say much about a product and that VADER, made for social media, does not know.
_PRODUCT_WORDS = {
    3.0: word_list("best unbeatable unmatched flawless top-rated must-have game-changer"),
    2.0: word_list(
        """
        reliable affordable durable fast faster fastest intuitive robust responsive versatile accurate seamless sturdy
        recommended well-regarded acclaimed award-winning trustworthy cost-effective high-quality user-friendly generous
        feature-rich comfortable consistent praised excels outstanding standout reputable leading premium
        """
    ),
    1.2: word_list(
        """
        cheaper cheapest cheap inexpensive quick quickly smooth solid bargain spacious lightweight quiet convenient
        flexible budget-friendly extensive stable unlimited popular ideal discounted upgraded modern crisp recommend
        recommends
        """
    ),
    -1.2: word_list(
        """
        pricey pricier costly expensive slow slower slowest limited limitation limitations dated outdated basic bulky
        steep lag lags cramped noisy complicated cumbersome downside downsides drawback drawbacks caveat caveats
        throttled deprioritized lacks lacking fewer cons con overheats heavy
        """
    ),
    -2.0: word_list(
        """
        unreliable overpriced clunky buggy flimsy outage outages glitchy laggy sluggish inconsistent mediocre avoid
        disappointing underwhelming misleading complaints lawsuit recall recalled defective faulty breach subpar
        inferior spotty patchy unresponsive unhelpful worse bland stale tasteless scam
        """
    ),
}
# Words that VADER counts and that are mere words of business or of a likeness here.
_NEUTRALISED = word_list(
    """
    like share shares energy number united no yes please party well care alert growing matter interest interests
    security value
    """
)
NEGATIONS = word_list(
    """
    not no never none nobody nothing neither nor cannot without hardly barely rarely seldom lack lacks lacking isnt
    arent wasnt werent dont doesnt didnt wont wouldnt cant couldnt shouldnt aint hasnt havent hadnt n't
    """
)
_MORE = word_list(
    """
    very really extremely incredibly especially particularly exceptionally highly most more remarkably so too totally
    truly absolutely super far much considerably consistently widely
    """
)
_LESS = word_list("somewhat slightly fairly rather almost barely kind sort little marginally partly less")
BOOSTERS = dict.fromkeys(_MORE, 0.293) | dict.fromkeys(_LESS, -0.293)  # VADER's step


@lru_cache(maxsize=1)
def vader_valences() -> dict[str, float]:
    """Word to valence, the single words of VADER's file only (read as data: its module loads far more)."""
    lines = (files("vaderSentiment") / "vader_lexicon.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t")[:2] for line in lines if line)
    return {word: float(valence) for word, valence in pairs if word.replace("-", "").isalpha()}


@lru_cache(maxsize=1)
def valences() -> dict[str, float]:
    own = {word: valence for valence, words in _PRODUCT_WORDS.items() for word in words}
    return {word: valence for word, valence in (vader_valences() | own).items() if word not in _NEUTRALISED}

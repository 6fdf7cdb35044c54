"""What kind of site a page is on.

The built-in rules are a short list by hand and the shapes of names; a customer's own go first.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from brands.word_list import word_list


class Category(StrEnum):
    EDITORIAL = "Editorial"  # news, magazines, reviews
    CORPORATE = "Corporate"  # companies' own sites; what no other rule knows
    REFERENCE = "Reference"  # encyclopedias, dictionaries, documentation
    UGC = "UGC"  # forums, questions and answers, customers' reviews
    SOCIAL = "Social"  # networks and video
    INSTITUTIONAL = "Institutional"  # states, universities, organisations


_KNOWN = {
    Category.SOCIAL: word_list(
        """
        facebook.com instagram.com x.com twitter.com tiktok.com linkedin.com youtube.com youtu.be pinterest.com
        threads.net threads.com snapchat.com vimeo.com twitch.tv vk.com weibo.com bsky.app mastodon.social t.me
        telegram.me whatsapp.com douyin.com bilibili.com xiaohongshu.com fb.com dailymotion.com
        """
    ),
    Category.UGC: word_list(
        """
        reddit.com redd.it quora.com stackoverflow.com stackexchange.com superuser.com serverfault.com trustpilot.com
        medium.com substack.com yelp.com tripadvisor.com g2.com capterra.com glassdoor.com producthunt.com github.io
        blogspot.com wordpress.com tumblr.com disqus.com ycombinator.com gutefrage.net zhihu.com goodreads.com
        sitejabber.com ricksteves.com whirlpool.net.au xda-developers.com avforums.com head-fi.org bogleheads.org
        flyertalk.com discord.com fandom.com naver.com note.com hatenablog.com
        """
    ),
    Category.REFERENCE: word_list(
        """
        wikipedia.org wikimedia.org wikidata.org wiktionary.org wikihow.com britannica.com merriam-webster.com
        dictionary.com imdb.com investopedia.com archive.org openstreetmap.org crunchbase.com statista.com
        healthline.com mayoclinic.org webmd.com arxiv.org doi.org jstor.org pubmed.gov scholar.google.com
        sciencedirect.com springer.com researchgate.net semanticscholar.org python.org mozilla.org w3.org docs.rs
        """
    ),
    Category.INSTITUTIONAL: word_list(
        """
        europa.eu un.org who.int oecd.org worldbank.org imf.org nato.int consumerreports.org which.co.uk iso.org
        ieee.org stiftung-warentest.de test.de bbb.org redcross.org admin.ch bund.de gob.es gob.mx gov.pl canada.ca
        """
    ),
    Category.EDITORIAL: word_list(
        """
        nytimes.com washingtonpost.com wsj.com bbc.co.uk bbc.com cnn.com theguardian.com reuters.com apnews.com
        bloomberg.com forbes.com businessinsider.com cnbc.com ft.com economist.com usatoday.com npr.org time.com
        theverge.com wired.com techcrunch.com arstechnica.com engadget.com cnet.com pcmag.com tomsguide.com
        tomshardware.com techradar.com zdnet.com rtings.com nymag.com vox.com theatlantic.com newyorker.com
        politico.com axios.com spiegel.de zeit.de faz.net sueddeutsche.de heise.de chip.de nzz.ch lemonde.fr
        lefigaro.fr elpais.com elmundo.es repubblica.it corriere.it nikkei.com yahoo.com msn.com goodhousekeeping.com
        nerdwallet.com bankrate.com caranddriver.com edmunds.com runnersworld.com gq.com vogue.com people.com
        rollingstone.com variety.com pcworld.com macworld.com 9to5mac.com androidauthority.com digitaltrends.com
        whistleout.com moneysavingexpert.com travelandleisure.com lonelyplanet.com eater.com bonappetit.com
        seriouseats.com foodandwine.com healthgrades.com verywellhealth.com womenshealthmag.com menshealth.com
        """
    ),
}
_BY_DOMAIN = {domain: category for category, domains in _KNOWN.items() for domain in domains}
_INSTITUTION = re.compile(r"(?:^|\.)(?:gov|gouv|gob|govt|go|edu|ac|mil|int)(?:\.[a-z]{2})?$")
_UGC = re.compile(r"(?:^|[.-])(?:forums?|community|communities|discuss|answers)(?:[.-]|$)|forum\.")
_REFERENCE = re.compile(r"(?:^|[.-])(?:wiki|docs|dictionary|encyclopedia)(?:[.-]|$)|wiki\.")
_EDITORIAL = re.compile(
    r"news|(?:^|[.-])(?:the)?\w*(?:times|tribune|herald|gazette|chronicle|magazine|zeitung|journal|observer|telegraph|"
    r"daily|reviews?|mag)\."
)


def category_of(host: str, own: Mapping[str, Category] | None = None) -> Category:
    """The category of a host, lower case. `own`: a customer's rules by domain; the longest domain that fits decides."""
    for rules in (own or {}, _BY_DOMAIN):
        for domain in _with_parents(host):
            if domain in rules:
                return rules[domain]
    return _by_shape(host)


def _with_parents(host: str) -> list[str]:
    labels = host.removeprefix("www.").split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


def _by_shape(host: str) -> Category:
    if _INSTITUTION.search(host):
        return Category.INSTITUTIONAL
    if _UGC.search(host):
        return Category.UGC
    if _REFERENCE.search(host):
        return Category.REFERENCE
    return Category.EDITORIAL if _EDITORIAL.search(host) else Category.CORPORATE

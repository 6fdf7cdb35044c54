"""Invented names of brands."""

import random


def _words(text: str) -> list[str]:
    return text.split()


_STARTS = _words("Ac Bo Cal Del Evo Fen Gal Hal Ix Jor Kel Lum Mar Nor Or Pel Quo Rel Sol Tor Ul Ven Wel Xen Yar Zan")
_ENDS = _words("me realis ta vex nix dora lio mond ra stra ton via wick zen qua pro dia ford bri tel")
_KINDS = ("", "", "", "", "", "", " Mobile", " Foods", " Bank", " Pro", " Air", " Labs", " X2", " Insurance", " & Co")


def invented_name(chance: random.Random) -> str:
    return chance.choice(_STARTS) + chance.choice(_ENDS) + chance.choice(_KINDS)


def invented_names(count: int, chance: random.Random) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[invented_name(chance)] = None
    return list(names)

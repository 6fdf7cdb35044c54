def word_list(text: str) -> frozenset[str]:
    """Words written one after another, with spaces or line ends between them."""
    return frozenset(text.split())

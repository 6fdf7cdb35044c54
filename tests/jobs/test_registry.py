import pytest

from jobs.errors import UnknownName
from jobs.registry import Registry


def test_a_double_is_refused():
    registry = Registry("colour")
    registry.add("red", 1)
    registry.add("red", 1)
    with pytest.raises(ValueError, match="Two colours are called 'red'"):
        registry.add("red", 2)


def test_an_unknown_name_is_answered_with_the_known_ones():
    registry = Registry("colour")
    registry.add("red", 1)
    registry.add("blue", 2)
    with pytest.raises(UnknownName, match=r"no colour 'green'\. There are: blue, red"):
        registry.get("green")


def test_a_temporary_item_is_gone_afterwards():
    registry = Registry("colour")
    with registry.temporarily("red", 1):
        assert "red" in registry
    assert list(registry) == []

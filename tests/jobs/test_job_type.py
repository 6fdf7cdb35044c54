import pytest

from jobs.errors import InvalidOptions, UnknownName
from jobs.job_type import parse_options
from tests.jobs.factories import probe


def test_options_are_taken_in_both_spellings():
    with probe():
        assert parse_options("probe", {"loudMode": True}).loud_mode
        assert parse_options("probe", {"loud_mode": True}).loud_mode


def test_an_unknown_option_is_refused_with_the_known_ones():
    with probe(), pytest.raises(InvalidOptions) as caught:
        parse_options("probe", {"volume": 3})
    assert caught.value.problems == {"volume": "There is no such option. There are: size, loudMode."}


def test_a_wrong_value_is_refused_at_its_field():
    with probe(), pytest.raises(InvalidOptions) as caught:
        parse_options("probe", {"size": "big"})
    assert list(caught.value.problems) == ["size"]


def test_an_unknown_job_type_is_refused():
    with pytest.raises(UnknownName, match="no job type 'nothing'"):
        parse_options("nothing", {})

"""A person corrects what scorers found, on the answer's page."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from brands.models import Answer, Correction, Score
from tests.brands.answers import make_answer, make_brand, make_competitor, make_query
from tests.brands.test_totals import score_all


@pytest.fixture
def answer(db: None) -> Answer:
    brand = make_brand()
    make_competitor(brand)
    answer = make_answer(make_query(brand), "Skylark is great. The kite maker flies.")
    score_all([answer])
    return answer


def send(client: Client, answer: Answer, **form: Any) -> str:
    address = reverse("admin:brands_answer_correct", args=[answer.pk])
    return client.post(address, form, follow=True).content.decode()


def mentions(answer: Answer) -> int:
    score = Score.objects.get(answer=answer, scorer="mentions", brand=answer.brand, is_current=True)
    return int(score.measures["mention_count"])


def test_a_place_is_taken_out_and_put_back(admin: Client, answer: Answer) -> None:
    page = admin.get(reverse("admin:brands_answer_change", args=[answer.pk])).content.decode()
    value = f"{answer.brand.pk}:0:7"
    assert f'<option value="{value}">' in page
    body = send(admin, answer, do="not_a_mention", mention=value, note="a bird")
    assert "“Skylark” is no mention of Skylark" in body
    assert "a bird" in body
    assert mentions(answer) == 0
    send(admin, answer, withdraw=str(Correction.objects.get().pk))
    assert mentions(answer) == 1


def test_missed_words_and_a_wrong_sentiment_are_corrected(admin: Client, answer: Answer) -> None:
    send(admin, answer, do="mention", entity=str(answer.brand.pk), words="The kite maker")
    assert mentions(answer) == 2
    body = send(admin, answer, do="sentiment", entity=str(answer.brand.pk), label="negative")
    assert "Sentiment towards Skylark: negative" in body
    assert Correction.objects.filter(author__username="root", author_name="root").count() == 2


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"do": "mention", "words": "nowhere"}, "Choose the brand or a competitor."),
        ({"do": "not_a_mention", "mention": "x"}, "Choose what to correct."),
        ({"withdraw": "x"}, "Choose what to correct."),
        ({"withdraw": "00000000-0000-0000-0000-000000000000"}, "That correction is not there."),
    ],
)
def test_a_correction_of_nothing_is_refused_in_a_sentence(
    admin: Client, answer: Answer, form: dict[str, str], words: str
) -> None:
    assert words in send(admin, answer, **form)
    assert not Correction.objects.exists()


def test_who_may_only_read_cannot_correct(answer: Answer) -> None:
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:brands_answer_change", args=[answer.pk]))
    assert "Correct something" not in page.content.decode()
    address = reverse("admin:brands_answer_correct", args=[answer.pk])
    assert client.post(address, {"do": "mention"}).status_code in (403, 404)
    assert client.get(address).status_code in (403, 404)


def test_a_rate_leads_to_highlighted_words_in_two_clicks(admin: Client, answer: Answer) -> None:
    brand = admin.get(reverse("admin:brands_brand_change", args=[answer.brand.pk]))
    [panel] = brand.context["results"].panels
    rate = next(figure for name, _, figure in panel.figures if name == "Visibility")
    assert f'href="{rate.link.replace("&", "&amp;")}"' in brand.content.decode()
    listed = admin.get(rate.link)
    page = reverse("admin:brands_answer_change", args=[answer.pk])
    assert page in listed.content.decode()
    assert '<mark class="bb-mark bb-c0"' in admin.get(page).content.decode()

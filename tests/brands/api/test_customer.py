from rest_framework.test import APIClient

from brands.models import Brand


def test_a_customer_chooses_who_judges_the_sentiment(api: APIClient, brand: Brand) -> None:
    address = f"/api/admin/customers/{brand.customer.pk}"
    assert api.get(address).json()["sentiment_judge"] == ""
    assert api.patch(address, {"sentiment_judge": "claude"}, format="json").json()["sentiment_judge"] == "claude"
    refused = api.patch(address, {"sentiment_judge": "nobody"}, format="json")
    assert refused.status_code == 400
    assert "There is no judge “nobody”" in str(refused.json())

"""xAI's Responses: OpenAI's shape, without titles, with the cost, and with an error shape of their own."""

from typing import Any

from brands.sample_engines.answers import Answer
from brands.sample_engines.openai import Responses, response_body
from brands.sample_engines.wire import Response, json_response

MESSAGES = {
    400: ("Client specified an invalid argument", "The request is not valid."),
    401: ("Client specified an invalid argument", "Incorrect API key provided: sa***ey."),
    402: ("The account has no credits", "Your team has used all available credits."),
    403: ("The caller does not have permission", "Your team has no access to this model."),
    404: ("Some requested entity was not found", "There is nothing here."),
    429: ("Some resource has been exhausted", "Too many requests."),
    500: ("Internal server error", "Something went wrong."),
    503: ("Service temporarily unavailable", "The model is at capacity."),
}
TICKS = 10**10  # in a US dollar
CENT = TICKS // 100


class XAI(Responses):
    name = "xai"
    prefix = "/xai/v1/responses"
    folder = "xai"

    def error(self, status: int, message: str = "", *, quota: bool = False) -> Response:
        """A wrong key is an invalid argument to xAI."""
        code, usual = MESSAGES[402 if quota else status]
        return json_response({"code": code, "error": message or usual}, 400 if status == 401 else status)

    def write(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        body = response_body(answer, asked)
        notes = [
            note
            for item in body["output"]
            for part in item.get("content") or ()
            for note in part.get("annotations") or ()
        ]
        for note in notes:
            note |= {
                "url": note["url"].replace("?utm_source=openai", "").replace("&utm_source=openai", ""),
                "title": None,
            }
        searches = sum(item["type"] == "web_search_call" for item in body["output"])
        more = {
            "num_sources_used": 0,
            "num_server_side_tools_used": searches,
            "cost_in_usd_ticks": CENT * (1 + searches),
        }
        return {**body, "model": "sample-grok-1", "usage": {**body["usage"], **more}}

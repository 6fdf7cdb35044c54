"""A model of your own, behind any server that speaks chat completions (Ollama, vLLM, LM Studio, OpenRouter …)."""

from typing import Any, cast

from brands.collector import Provider, Question, Reply, provider
from brands.collectors._chat import chat_reply
from brands.collectors._exchange import http_client, read_object

ANY_MODEL = "default"  # servers with one model take any name


@provider
class OpenAICompatible(Provider):
    is_cooperative = True
    name = "openai_compatible"
    collector = "local"

    def ask(self, question: Question) -> Reply:
        from openai import OpenAI, omit  # see _sdk.py

        config = self.config
        with OpenAI(
            api_key=config.api_key or "none",  # the SDK wants one; it is not sent
            base_url=config.base_url,
            timeout=config.timeout,
            max_retries=0,
            http_client=cast(Any, http_client(self.name, config)),
        ) as client:
            response = client.chat.completions.with_raw_response.create(
                model=config.model or ANY_MODEL,
                messages=[{"role": "user", "content": question.text}],
                extra_headers={} if config.api_key else {"Authorization": cast(Any, omit)},
            ).http_response
        body, raw = read_object(self.name, response.content, response.headers.get("content-type", ""), config)
        return chat_reply(self.name, question, body, raw, config.api_key)

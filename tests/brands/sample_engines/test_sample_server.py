"""Starting, logging, many callers and stopping."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from brands.sample_engines import SampleEngines, market

ROOT = Path(__file__).parents[3]


def ask(url, question=market.WATERPROOF.text):
    body = {"model": "any", "input": question}
    reply = httpx.post(url + "/openai/v1/responses", json=body, headers={"Authorization": "Bearer sample-key"})
    return reply.json()["output"][-1]["content"][0]["text"]


def is_open(url):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) == 0


def test_the_environment_names_every_provider(engines):
    environment = engines.environment()
    assert environment["OPENAI_BASE_URL"] == engines.url + "/openai/v1"
    assert environment["BRIGHTDATA_API_KEY"] == "sample-key"
    assert environment["OPENAI_COMPATIBLE_MODEL"] == "sample-model"
    assert environment["DATAFORSEO_API_KEY"] == "sample-login:sample-key"
    assert len(environment) == 2 * 9 + 1


def test_two_servers_with_one_seed_say_the_same_in_the_same_order(start):
    one, other, third = start(seed="a"), start(seed="a"), start(seed="b")
    said = [[ask(engines.url) for _ in range(5)] for engines in (one, other, third)]
    assert said[0] == said[1] != said[2]
    assert len(set(said[0])) > 1


def test_every_charged_call_is_one_line_of_the_log(start, tmp_path):
    log = tmp_path / "calls.jsonl"
    engines = start(log=log)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: ask(engines.url, f"Question {n % 4}?"), range(64)))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) == len(engines.calls) == 64
    assert {(line["question"], line["n"]) for line in lines} == {
        (f"Question {n}?", time) for n in range(4) for time in range(1, 17)
    }
    assert {line["provider"] for line in lines} == {"openai"}
    assert httpx.get(engines.url + "/_calls").json() == lines


def test_latency_is_waited_before_each_answer(start):
    engines = start(latency=0.2)
    began = time.monotonic()
    ask(engines.url)
    assert time.monotonic() - began >= 0.2


def test_an_unknown_path_is_not_found(engines):
    assert httpx.get(engines.url + "/openai/v1/models").status_code == 404


def test_closing_frees_the_port_and_ends_the_threads():
    before = set(threading.enumerate())
    with SampleEngines() as engines:
        ask(engines.url)
        with socket.create_connection(("127.0.0.1", int(engines.url.rsplit(":", 1)[1]))):
            began = time.monotonic()
            engines.close()
            assert time.monotonic() - began < 2
    assert not is_open(engines.url)
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_its_variables_and_stops_at_a_signal(number, tmp_path):
    command = [sys.executable, str(ROOT / "manage.py"), "sample_engines", "--seed", "x", "--log", str(tmp_path / "log")]
    unusable = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DATA_DIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **unusable}) as process:
        line = process.stdout.readline()
        environment = dict(pair.split("=", 1) for pair in line.split())
        url = environment["PERPLEXITY_BASE_URL"].removesuffix("/perplexity")
        assert ask(url)
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""
    assert not is_open(url)
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def test_the_command_says_that_a_port_is_taken(engines, tmp_path):
    port = engines.url.rsplit(":", 1)[1]
    command = [sys.executable, str(ROOT / "manage.py"), "sample_engines", "--port", port]
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)
    assert done.returncode == 1
    assert "The sample engines cannot start" in done.stderr

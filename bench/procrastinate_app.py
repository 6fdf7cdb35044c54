"""Procrastinate's app, which its own program loads: nothing here needs Django to be set up."""

import os

import procrastinate

from bench.telling import tell

TASK = "nothing"

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ.get("DATABASE_URL", "")))


@app.task(name=TASK)
async def nothing(tells: bool = False) -> None:
    if tells:
        tell()

"""The main job on a provider's real reply, where one lies beside the project; none is part of it."""

from pathlib import Path

import pytest

from brands.models import Score
from brands.sample_engines import SampleEngines
from jobs.execution import execute
from tests.brands.factories import make_brand, make_query, make_run
from tests.brands.test_job_types import again

SNAPSHOTS = [
    path
    for path in [Path(__file__).parents[3] / "shared" / "recorded" / "brightdata" / "chatgpt_snapshot.json"]
    if path.exists()
]
MENTIONS = {"Verizon": 4, "AT&T": 2, "T-Mobile": 3, "US Mobile": 2, "Visible": 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
def test_a_real_snapshot_is_collected_and_scored(snapshot, settings):
    brand = make_brand("Verizon", rivals=("AT&T", "T-Mobile", "US Mobile", "Visible"))
    make_query(brand, "best unlimited data cell phone plans with no overage fees", country="US")
    settings.COLLECTORS = {"chatgpt": ["brightdata"]}
    settings.COLLECTION_POLL_INTERVAL = 0.01
    with SampleEngines(port=0, recorded=snapshot, recorded_as="brightdata") as engines:
        entry = {"api_key": "sample-key", "base_url": f"{engines.url}/brightdata"}
        settings.PROVIDERS = settings.PROVIDERS | {"brightdata": entry}
        run = make_run(brand, "data_collection_and_scoring", options={"collectors": ["chatgpt"]})
        execute(run.pk, worker="w1")
        run.refresh_from_db()
        while run.status == "pending" and run.waiting_since:  # the provider's task was not ready yet
            again(run)
    assert run.status == "completed", run.reason
    answer = run.answers.get()
    scores = Score.objects.filter(answer=answer, scorer="mentions")
    assert {str(score.entity): score.measures["mention_count"] for score in scores} == MENTIONS
    assert (len(answer.text), answer.model_served) == (3701, "gpt-5-1")
    assert (answer.citations.count(), answer.citations.filter(is_cited=True).count()) == (29, 5)
    for score in scores:
        for span in score.evidence:
            assert answer.text[span["start"] : span["end"]] == span["text"]

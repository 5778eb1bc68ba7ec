"""Who may call the API, how often, and what others can see of it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from fer_core.access.api_keys import revoke_api_key
from fer_core.service.jobs import MOST_PER_KEY, JobShelf
from fer_core.storage import Store
from fer_core.storage.access_tables import ApiKey, AuditEntry
from tests.service.conftest import ANALYZE, PREDICT, Ask, MakeKey, finish


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer mien_wrong"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Basic bWllbjptaWVu"},
        {"Authorization": "Bearer mien_' OR 1=1 --"},
    ],
)
def test_without_the_right_key_there_is_nothing(ask: Ask, headers: dict[str, str]) -> None:
    for method, path in (("POST", PREDICT), ("POST", ANALYZE), ("GET", f"{ANALYZE}/1")):
        answer = ask(method, path, headers=headers, content=b"x")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "key" in answer.json()["error"]


def test_who_tries_keys_has_to_wait_and_others_do_not(
    ask: Ask, make_key: MakeKey, portrait: Path
) -> None:
    for _ in range(10):
        assert ask("GET", f"{ANALYZE}/1", headers={"Authorization": "Bearer no"}).status_code == 401
    right = make_key()
    refused = ask("GET", f"{ANALYZE}/1", headers=right)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert ask("GET", f"{ANALYZE}/1", headers=right, address="10.9.9.9").status_code == 404


def test_a_key_that_is_withdrawn_or_over_opens_nothing(
    ask: Ask, make_key: MakeKey, store: Store
) -> None:
    withdrawn, over = make_key(), make_key(days=1)
    with store.write() as session:
        first, second = session.scalars(select(ApiKey).order_by(ApiKey.id))
        revoke_api_key(session, key_id=first.id, now_s=store.now_s(), number=1)
        second.expires_s = store.now_s() - 1
    for key in (withdrawn, over):
        assert ask("GET", f"{ANALYZE}/1", headers=key).status_code == 401


def test_a_key_has_a_rate(ask: Ask, make_key: MakeKey) -> None:
    key = make_key(per_minute=3)
    codes = [ask("GET", f"{ANALYZE}/1", headers=key).status_code for _ in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert ask("GET", f"{ANALYZE}/1", headers=make_key()).status_code == 404


def test_the_key_is_kept_as_a_hash_and_the_log_knows_its_number(
    ask: Ask, make_key: MakeKey, store: Store
) -> None:
    key = make_key()
    for _ in range(3):
        ask("GET", f"{ANALYZE}/1", headers=key)
    token = key["Authorization"].split()[1]
    with store.read() as session:
        row = session.scalars(select(ApiKey)).one()
        assert token not in {str(value) for value in vars(row).values()}
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("gave", f"API key {row.id}"),
        ("called", "API, progress, first of the hour"),
    ]
    assert entries[1].number == row.number


def test_other_peoples_jobs_are_as_if_there_were_none(
    ask: Ask, make_key: MakeKey, clip: Path
) -> None:
    mine, theirs = make_key(), make_key()
    job = ask("POST", ANALYZE, headers=mine, content=clip.read_bytes()).json()["id"]
    ways = [("GET", f"{ANALYZE}/{{}}"), ("GET", f"{ANALYZE}/{{}}/result")]
    for method, path in [*ways, ("DELETE", f"{ANALYZE}/{{}}")]:
        real = ask(method, path.format(job), headers=theirs)
        made_up = ask(method, path.format("x" * len(job)), headers=theirs)
        assert (real.status_code, real.text) == (made_up.status_code, made_up.text)
        assert real.status_code == 404
    for odd in ("..%2f..%2fetc", "%00", job.upper(), job + "/../" + job):
        assert ask("GET", f"{ANALYZE}/{odd}", headers=theirs).status_code == 404
    assert finish(ask, mine, job)["phase"] == "done"


def test_a_key_has_so_many_jobs_and_no_more(store: Store) -> None:
    shelf = JobShelf()
    try:
        for _ in range(MOST_PER_KEY):
            shelf.reserve(1)
        with pytest.raises(Exception, match="fetch or delete one first"):
            shelf.reserve(1)
        shelf.reserve(2)
    finally:
        shelf.close()


def test_a_page_of_another_site_may_not_call(ask: Ask, make_key: MakeKey, portrait: Path) -> None:
    headers = make_key() | {"Origin": "https://evil.example"}
    answer = ask("POST", PREDICT, headers=headers, content=portrait.read_bytes())
    assert answer.status_code == 403

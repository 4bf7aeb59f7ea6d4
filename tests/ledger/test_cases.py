import time

import pytest
from pydantic import JsonValue
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from operator_mcp.errors import LedgerError, RuleRefusal
from operator_mcp.ledger import Ledger, tables
from operator_mcp.ledger.columns import dump
from operator_mcp.ledger.store import connect
from operator_mcp.models import Finding, Hop, HopWhy, Status, Trace
from tests.ledger.conftest import START, Racers, diagnosis, open_case

HOP = Hop(
    execution_id="e2", agent="a", reasoner="r", status=Status.FAILED, error="odd \x00 \ud800 text", started_at=START
)
FOUND = Finding(run_id="run-1", verdict="failed", origin=HOP, kind="error", confidence=0.97, why=("it failed first",))
TRACE = Trace(
    run_id="run-1", execution_id="e2", agent="a", reasoner="r", status=Status.FAILED, kind="error", error="x\x00y"
)


def healthy(run_id: str, why: str = "") -> Finding:
    return Finding(run_id=run_id, verdict="healthy", origin=None, kind="none", confidence=1, why=(why,))


def test_an_investigation_is_found_by_its_run_and_by_every_execution(ledger: Ledger) -> None:
    ledger.keep_investigation("fleet", FOUND, TRACE, signature="s", executions=["e1", "e2", "e2", "e3"])
    for id in ("run-1", "e1", "e2", "e3"):
        kept = ledger.investigation("fleet", id)
        assert kept is not None
        assert (kept.finding, kept.trace, kept.signature) == (FOUND, TRACE, "s")
    assert ledger.investigation("fleet", "e4") is None
    assert ledger.investigation("other fleet", "e1") is None


def test_a_newer_investigation_of_a_run_replaces_the_older_one(ledger: Ledger) -> None:
    ledger.keep_investigation("fleet", healthy("run-1"), None, signature="", executions=["e1"])
    ledger.keep_investigation("fleet", FOUND, TRACE, signature="s", executions=["e1", "e2"])
    kept = ledger.investigation("fleet", "e2")
    assert kept is not None
    assert kept.finding.verdict == "failed"


def test_an_execution_keeps_leading_to_the_run_that_had_it_first(ledger: Ledger) -> None:
    ledger.keep_investigation("fleet", healthy("run-1"), None, signature="", executions=["e1"])
    ledger.keep_investigation("fleet", healthy("run-2"), None, signature="", executions=["e1", "e2"])
    first, second = ledger.investigation("fleet", "e1"), ledger.investigation("fleet", "e2")
    assert first is not None
    assert second is not None
    assert (first.finding.run_id, second.finding.run_id) == ("run-1", "run-2")


def test_ten_thousand_executions_are_indexed_and_found_fast(ledger: Ledger) -> None:
    ids = [f"exec_20260301_{n:06d}_abcdef" for n in range(10_000)]
    handled = tuple(HopWhy(execution_id=id, agent="a", reasoner="r", why="caught") for id in ids[:2_000])
    finding = FOUND.model_copy(update={"handled": handled})
    begun = time.perf_counter()
    ledger.keep_investigation("fleet", finding, TRACE, signature="s", executions=ids)
    kept = time.perf_counter()
    assert ledger.investigation("fleet", ids[-1]) is not None
    found = time.perf_counter()
    assert kept - begun < 3
    assert found - kept < 0.5


def test_every_id_of_a_run_leads_to_its_one_case(ledger: Ledger) -> None:
    ledger.keep_investigation("fleet", FOUND, TRACE, signature="s", executions=["root", "middle", "run-1-hop"])
    case = open_case(ledger)
    assert {ledger.case("fleet", id) for id in ("run-1", "root", "middle", "run-1-hop")} == {case}
    assert ledger.case("fleet", "run-2") is None
    assert ledger.case("other fleet", "run-1") is None


def test_a_case_is_found_by_its_origin_even_where_nothing_else_was_indexed(ledger: Ledger) -> None:
    assert ledger.case("fleet", "run-1-hop") is None
    assert ledger.case("fleet", "run-1-hop") == open_case(ledger) or ledger.case("fleet", "run-1-hop") is not None


def test_opening_a_case_again_gives_it_as_it_is(ledger: Ledger) -> None:
    case = open_case(ledger)
    again = ledger.open_case("fleet", "run-1", origin="other", agent="b", reasoner="q", signature="t")
    assert again == case
    assert open_case(ledger, fleet="other fleet").case_id != case.case_id


def test_the_operator_s_own_runs_never_become_cases(ledger: Ledger) -> None:
    with pytest.raises(RuleRefusal) as refused:
        ledger.open_case("fleet", "run-1", origin=None, agent="operator-mcp", reasoner="r", signature="s")
    assert refused.value.rule == 7
    assert ledger.cases("fleet") == []


def test_cases_are_listed_newest_first_page_by_page(ledger: Ledger) -> None:
    opened = [open_case(ledger, f"run-{n}") for n in range(5)]
    open_case(ledger, fleet="other fleet")
    first = ledger.cases("fleet", limit=2)
    assert first == [opened[4], opened[3]]
    assert ledger.cases("fleet", limit=9, after=first[-1].case_id) == [opened[2], opened[1], opened[0]]
    assert ledger.cases("fleet", ["run-1", "run-3", "none"]) == [opened[3], opened[1]]
    assert ledger.cases("fleet", []) == []


def test_processes_that_open_the_same_cases_at_once_get_the_same(url: str, racers: Racers) -> None:
    results = racers.race(url, "open_case", [{"run_id": f"run-{n}"} for n in range(10)])
    assert len({tuple(result) for result in map(tuple, results)}) == 1
    assert len(set(map(str, results[0]))) == 10


def test_a_rule_based_reading_is_replaced_by_a_better_one_and_never_the_reverse(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    steps = [
        (diagnosis("guess", 0.9, provisional=True), "guess"),
        (diagnosis("settled", 0.6), "settled"),
        (diagnosis("guess", 0.99, provisional=True), "settled"),
        (diagnosis("weaker", 0.5), "settled"),
        (diagnosis("as sure", 0.6), "settled"),
        (diagnosis("known", 0.8, "memory"), "known"),
        (diagnosis("reasoned", 0.55, "proposal"), "reasoned"),
        (diagnosis("surer", 1.0), "reasoned"),
    ]
    for given, standing in steps:
        case = ledger.accept_diagnosis(case_id, given, fingerprint=f"r:{given.root_cause}", actor="me")
        assert case.diagnosis is not None
        assert (case.diagnosis.root_cause, case.fingerprint) == (standing, f"r:{standing}")
    assert case.reasoned
    assert case.state == "diagnosed"
    assert ledger.case("fleet", "run-1") == case


@pytest.mark.parametrize("first", ["model", "proposal"])
@pytest.mark.parametrize("second", ["model", "proposal"])
def test_a_case_gets_one_reasoned_verdict_ever(ledger: Ledger, first: str, second: str) -> None:
    case_id = open_case(ledger).case_id
    weak = diagnosis("first", 0.3).model_copy(update={"engine": first, "provisional": True})
    ledger.accept_diagnosis(case_id, diagnosis("rules", 0.9), fingerprint="r:rules", actor="me")
    case = ledger.accept_diagnosis(case_id, weak, fingerprint="r:first", actor="me")
    assert case.reasoned
    strong = diagnosis("second", 1.0).model_copy(update={"engine": second})
    with pytest.raises(RuleRefusal) as refused:
        ledger.accept_diagnosis(case_id, strong, fingerprint="r:second", actor="me")
    assert refused.value.rule == 1
    assert ledger.case("fleet", "run-1") == case


def test_the_verdict_s_row_is_unique_whatever_the_code_does(url: str, ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    ledger.accept_diagnosis(case_id, diagnosis(engine="model"), fingerprint="r:bug", actor="me")
    second = {"case_id": case_id, "fingerprint": "f", "body": "{}", "actor": "me", "accepted_at": START}
    engine = connect(url)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(tables.diagnoses).values(reasoned_case=case_id, **second))
    engine.dispose()


def test_of_processes_with_a_verdict_each_one_is_accepted(url: str, ledger: Ledger, racers: Racers) -> None:
    ids = [open_case(ledger, f"run-{n}").case_id for n in range(8)]
    shares: list[list[dict[str, JsonValue]]] = [[{"case_id": id, "cause": f"cause{n}"} for id in ids] for n in range(4)]
    results = racers.race(url, "accept", *shares)
    for round_, id in zip(zip(*results, strict=True), ids, strict=True):
        assert sorted(map(str, round_)) == sorted([str(id), *["rule 1"] * 3])


def test_three_unverifiable_proposals_close_a_case_to_proposals_and_are_audited(ledger: Ledger) -> None:
    case_id = open_case(ledger).case_id
    assert [ledger.reject_proposal(case_id, f"why {n}", "anna") for n in range(2)] == [1, 2]
    assert not ledger.proposals_closed(case_id)
    assert ledger.reject_proposal(case_id, "why 2", "anna") == 3
    assert ledger.proposals_closed(case_id)
    with pytest.raises(RuleRefusal) as refused:
        ledger.accept_diagnosis(case_id, diagnosis(engine="proposal"), fingerprint="r:bug", actor="anna")
    assert refused.value.rule == 1
    assert ledger.accept_diagnosis(case_id, diagnosis(engine="model"), fingerprint="r:bug", actor="me").reasoned
    told = [line.detail for line in ledger.audit("run-1") if "rejected" in line.action]
    assert told == ["why 2", "why 1", "why 0"]


def test_a_case_that_does_not_exist_is_told(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no case 1000000"):
        ledger.accept_diagnosis(1_000_000, diagnosis(), fingerprint="r:bug", actor="me")
    with pytest.raises(LedgerError, match="no case 1000000"):
        ledger.reject_proposal(1_000_000, "why", "me")
    assert not ledger.proposals_closed(1_000_000)


def test_strange_texts_are_kept_without_what_databases_refuse(ledger: Ledger) -> None:
    case = ledger.open_case("fleet", "r" * 5_000, origin=None, agent="a\x00\ud800", reasoner="r", signature="s" * 9_000)
    assert case.agent == "a?"
    assert len(case.run_id) == 255
    assert ledger.case("fleet", "r" * 5_000) == case
    assert ledger.case("fleet", "r" * 5_001) is None
    assert "\\u0000" in dump(TRACE)

"""A benchmark's result replaces its own part of the document and leaves the others as they are."""

from pathlib import Path

from benchmarks import report


def test_a_result_replaces_the_one_before_and_leaves_other_parts_alone(tmp_path: Path) -> None:
    document = tmp_path / "docs" / "benchmarks.md"
    report.publish("one", "First", "a result", document=document)
    report.publish("two", "Second", "another", document=document)
    report.publish("one", "First", "a newer result", document=document)
    text = document.read_text(encoding="utf-8")
    assert text.count("## First") == text.count("## Second") == 1
    assert "a newer result" in text
    assert "a result" not in text
    assert text.index("<!-- one -->") < text.index("<!-- /one -->") < text.index("<!-- two -->")


def test_a_result_names_the_command_the_day_and_the_machine(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    report.publish("scale", "Cost", "rows", document=document)
    stamp = next(line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("`python -m"))
    assert stamp.startswith("`python -m benchmarks.scale`, 20")
    assert report.machine() in stamp


def test_a_table_has_a_line_for_the_head_one_for_the_rule_and_one_for_each_row() -> None:
    lines = report.table(["hops", "ms"], [["10", 3], ["20", 4]]).splitlines()
    assert lines == ["| hops | ms |", "|---|---:|", "| 10 | 3 |", "| 20 | 4 |"]

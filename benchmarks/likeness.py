"""Fit the table of likeness: `python -m benchmarks.likeness` (needs the extra `bench`).

Over `texts/`, error texts by cause that were written for this by people who saw neither rules nor recordings, and the
texts of the readers' tests. Neither recordings nor examinations take part. The most telling groups are kept, and fitted
once more without the others. Prints how well texts of a file are read by a table that has not seen that file.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer

from benchmarks import report
from operator_mcp.diagnosis.likeness import grams
from operator_mcp.diagnosis.taxonomy import UNKNOWN
from operator_mcp.diagnosis.weighing import LIKELY
from tests.diagnosis.wordings import TEXTS

FOLDER = Path(__file__).parent / "texts"
TABLE = Path(__file__).parents[1] / "src" / "operator_mcp" / "diagnosis" / "likeness.tsv"
KEPT = 12_000
"""Groups in the table. Twice as many score no better on the examinations that were looked at."""

STRENGTH = 30.0
"""Inverse of the regularisation's strength; from 10 to 100 makes no difference."""

Text = tuple[str, str]


def texts(path: Path) -> list[Text]:
    """Give (cause, text) of one file."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [(str(row["cause"]), str(row["text"])) for row in rows]


def corpus() -> dict[str, list[Text]]:
    """Give all texts by where they come from."""
    found = {path.stem: texts(path) for path in sorted(FOLDER.glob("*.jsonl"))}
    found["tests"] = [(cause, text) for cause, group in TEXTS.items() for text in group]
    return found


def fitted(rows: Sequence[Text]) -> Pipeline:
    """Fit on all groups that occur twice, keep the most telling, fit again."""
    whole = _fit(CountVectorizer(analyzer=_grams, binary=True, min_df=2), rows)
    telling = np.abs(whole[2].coef_).max(axis=0).argsort()[::-1][:KEPT]
    vocabulary = sorted(whole[0].get_feature_names_out()[telling])
    return _fit(CountVectorizer(analyzer=_grams, binary=True, vocabulary=vocabulary), rows)


def _fit(counted: CountVectorizer, rows: Sequence[Text]) -> Pipeline:
    regression = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    return make_pipeline(counted, Normalizer(), regression).fit(
        [text for _, text in rows], [cause for cause, _ in rows]
    )


def _grams(text: str) -> list[str]:
    return sorted(grams(text))


def lines(model: Pipeline) -> Iterator[str]:
    """Yield the table's lines: the classes, their bias, then a group a line with its weights in tenths."""
    counted, _, regression = model
    yield "\t".join(["", *regression.classes_])
    yield "\t" + " ".join(str(round(float(b) * 10)) for b in regression.intercept_)
    for gram, weights in zip(counted.get_feature_names_out(), regression.coef_.T, strict=True):
        yield f"{gram}\t" + " ".join(str(round(float(w) * 10)) for w in weights)


def unseen(found: dict[str, list[Text]]) -> Iterator[list[object]]:
    """Yield, for each file, how a table fitted on the others reads it."""
    for name, rows in found.items():
        model = fitted([row for other, group in found.items() if other != name for row in group])
        shares = model.predict_proba([text for _, text in rows])
        read = model.classes_[shares.argmax(axis=1)]
        wanted = np.array([cause for cause, _ in rows])
        named = (shares.max(axis=1) >= LIKELY) & (read != UNKNOWN)
        f1 = f1_score(wanted, read, average="macro")
        yield [name, len(rows), f"{f1:.2f}", f"{named.mean():.2f}", f"{(read == wanted)[named].mean():.2f}"]


def main() -> None:
    """Print the scores on files unseen, and write the table fitted on all."""
    found = corpus()
    head = ["texts", "count", "macro-F1", f"named (share >= {LIKELY})", "of those right"]
    body = (__doc__ or "").partition("\n\n")[2] + "\n" + report.table(head, list(unseen(found)))
    model = fitted([row for group in found.values() for row in group])
    TABLE.write_text("\n".join(lines(model)) + "\n", encoding="utf-8")
    print(body)
    report.publish("likeness", "What texts read like, files unseen", body)


if __name__ == "__main__":
    main()

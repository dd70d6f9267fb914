#!/usr/bin/env python3
"""Runs `waybill lint` over folders of packages, apps and app.json files, and tabulates what it finds by rule.

  ci/lint-measure.py [--waybill PROGRAM] table FOLDER…   a table of the findings in any folders
  ci/lint-measure.py [--waybill PROGRAM] check           the findings in the own corpus are those that are labelled
  ci/lint-measure.py [--waybill PROGRAM] update          writes the list of findings anew and keeps its labels

The own corpus: the typical apps and the examples of this repository, and the apps that ci/lint_corpus.py writes. Its
findings stand in tests/fixtures/lint-measure/findings.tsv. 200 of them, drawn by a digest of each (so that a new finding
changes nothing about the others), are labelled by hand: `true`, or `false` and why. A finding of the draw without a
label is `new`, and `check` fails until somebody has looked at it.
"""

import argparse
import collections
import csv
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "fixtures" / "lint-measure" / "findings.tsv"
FIELDS = ["input", "code", "severity", "place", "message", "label", "why"]
DRAWN = 200
MOST_FALSE = 4


def inputs(folder):
    """Folders with an app.json, other documents that look like apps, and packages."""
    for path in sorted(folder.rglob("*")):
        if path.name == "app.json":
            yield path.parent
        elif path.suffix.lower() == ".intunewin" and not any((up / "app.json").exists() for up in path.parents):
            yield path
        elif path.suffix.lower() == ".json" and not any((up / "app.json").exists() for up in path.parents):
            if "installCommandLine" in path.read_text(encoding="utf-8", errors="replace"):
                yield path


def lint(waybill, path):
    run = subprocess.run([waybill, "lint", str(path), "--json"], capture_output=True, timeout=600)
    try:
        return json.loads(run.stdout)["findings"]
    except (ValueError, KeyError):
        return None


def place_of(finding):
    place = finding.get("place", {})
    line = f":{place['line']}" if "file" in place and "line" in place else ""
    return place.get("file", "") + line or place.get("pointer", "") or "-"


def findings(waybill, named_folders):
    """All findings as rows, and the number of inputs and of those that were refused."""
    rows, count, refused = [], 0, []
    for name, folder in named_folders:
        for path in inputs(folder):
            count += 1
            shown = "/".join([name, *path.relative_to(folder).parts])
            found = lint(waybill, path)
            if found is None:
                refused.append(shown)
            for finding in found or []:
                rows.append({"input": shown, "code": finding["code"], "severity": finding["severity"],
                             "place": place_of(finding), "message": finding["message"].replace(str(folder), "").replace("\t", " ")})
    return rows, count, refused


def corpus(waybill):
    sys.path.insert(0, str(ROOT / "ci"))
    import lint_corpus

    with tempfile.TemporaryDirectory() as scratch:
        fixtures = ROOT / "tests" / "fixtures"
        # The MSI of examples/msi-transform is made by ci/build-examples.sh, so that it is there or not.
        shutil.copytree(ROOT / "examples", pathlib.Path(scratch) / "examples",
                        ignore=shutil.ignore_patterns("msi-transform"))
        lint_corpus.write(pathlib.Path(scratch) / "written")
        folders = [("typical", fixtures / "typical-apps"), ("examples", pathlib.Path(scratch) / "examples"),
                   ("written", pathlib.Path(scratch) / "written")]
        return findings(waybill, folders)


def key(row):
    # Not the message: other words make no other finding.
    return tuple(row[field] for field in FIELDS[:4])


def drawn(rows):
    def draw(row):
        return hashlib.sha256("\t".join(key(row)).encode()).hexdigest()

    return {key(row) for row in sorted(rows, key=draw)[:DRAWN]}


def table(rows, count):
    by_code = collections.defaultdict(list)
    for row in rows:
        by_code[row["code"]].append(row)
    yield f"{count} inputs, {len(rows)} findings"
    yield ""
    yield "| code | findings | errors | inputs with it | for each 100 inputs |"
    yield "|---|---|---|---|---|"
    for code, found in sorted(by_code.items()):
        errors = sum(row["severity"] == "error" for row in found)
        with_it = len({row["input"] for row in found})
        yield f"| {code} | {len(found)} | {errors} | {with_it} | {100 * len(found) / max(count, 1):.1f} |"


def read_list():
    with LIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, fieldnames=None))


def write_list(rows):
    LIST.parent.mkdir(parents=True, exist_ok=True)
    with LIST.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(FIELDS) + "\n")
        for row in rows:
            file.write("\t".join(row.get(field, "") for field in FIELDS) + "\n")


def update(waybill):
    known = {key(row): row for row in read_list()} if LIST.exists() else {}
    rows, _, refused = corpus(waybill)
    if refused:
        sys.exit(f"refused: {refused}")
    chosen = drawn(rows)
    for row in rows:
        old = known.get(key(row), {})
        label = old.get("label", "")
        row["label"] = (label if label not in ("", "-") else "new") if key(row) in chosen else (label or "-")
        row["why"] = old.get("why", "")
    write_list(rows)
    return summary(rows)


def summary(rows):
    labels = collections.Counter(row["label"] for row in rows)
    return f"{len(rows)} findings: {labels['true']} labelled true, {labels['false']} false, {labels['new']} new"


def check(waybill):
    listed = read_list()
    rows, count, refused = corpus(waybill)
    was, now = collections.Counter(map(key, listed)), collections.Counter(map(key, rows))
    bad = [f"refused: {name}" for name in refused]
    bad += ["found, not listed: " + "  ".join(one) for one in sorted((now - was).elements())]
    bad += ["listed, not found: " + "  ".join(one) for one in sorted((was - now).elements())]
    chosen = drawn(listed)
    unlabelled = [row for row in listed if key(row) in chosen and row["label"] not in ("true", "false")]
    bad += ["drawn, not labelled: " + "  ".join(key(row)) for row in unlabelled]
    false = sum(row["label"] == "false" for row in listed)
    if false > MOST_FALSE:
        bad.append(f"{false} findings are labelled false, over {MOST_FALSE}")
    print("\n".join(bad + ["", *table(rows, count), "", summary(listed)]))
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waybill", default=str(ROOT / "target" / "debug" / "waybill"))
    parser.add_argument("work", choices=["table", "check", "update"])
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    given = parser.parse_args()
    if given.work == "table":
        rows, count, refused = findings(given.waybill, [(folder.name, folder) for folder in given.folders])
        print("\n".join(table(rows, count)))
        if refused:
            print(f"\nrefused: {len(refused)}: " + ", ".join(refused[:20]))
        return 0
    if given.work == "update":
        print(update(given.waybill))
        return 0
    return check(given.waybill)


if __name__ == "__main__":
    sys.exit(main())

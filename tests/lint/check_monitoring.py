#!/usr/bin/env python3
"""Fails if the dashboard or the alert rules use a metric or label that there is not, or if an alert has no
runbook. Usage: check_monitoring.py SOURCE_ROOT
"""
import json
import pathlib
import re
import sys

ROW = re.compile(r'\{"([a-z_]+)", (counter|gauge|histogram), \w+, "([a-z_,]*)",\s*"')
NAME = re.compile(r"\b(?:alexander|process)_[a-z_]+\b")
SELECTOR = re.compile(r"\b((?:alexander|process)_[a-z_]+)\{([^}]*)\}")
OF_SCRAPE = {"instance", "job", "le"}


def table(root):
    found = {}
    for name, kind, labels in ROW.findall((root / "src/base/metrics/table.cc").read_text()):
        names = [name] if kind != "histogram" else [name + end for end in ("_bucket", "_sum", "_count")]
        for one in names:
            found[one] = set(labels.split(",")) - {""} | OF_SCRAPE
    return found


def faults_of(where, expression, known):
    for name in NAME.findall(expression):
        if name not in known:
            yield f"{where}: there is no metric {name}"
    for name, labels in SELECTOR.findall(expression):
        for label in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', labels):
            if name in known and label not in known[name]:
                yield f"{where}: {name} has no label {label}"


def faults(root):
    known = table(root)
    if len(known) < 60:
        yield "the table of metrics could not be read"
    dashboard = json.loads((root / "packaging/monitoring/alexander-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        if panel["type"] != "row" and not panel["targets"]:
            yield f"dashboard: the panel {panel['title']} shows nothing"
        for target in panel.get("targets", []):
            yield from faults_of(f"dashboard, {panel['title']}", target["expr"], known)
    rules = (root / "packaging/monitoring/alexander.rules.yml").read_text()
    for block in rules.split("- alert: ")[1:]:
        alert = block.split("\n", 1)[0]
        expression = re.search(r"expr: >-\n\s*(.*)\n", block)[1]
        yield from faults_of(alert, expression, known)
        if f"\n## {alert}\n" not in (root / "docs/runbooks.md").read_text():
            yield f"docs/runbooks.md: no entry for {alert}"
        if f"runbooks.md#{alert.lower()}\n" not in block:
            yield f"{alert}: its runbook_url does not lead to its entry"


if __name__ == "__main__":
    found_faults = list(faults(pathlib.Path(sys.argv[1])))
    sys.exit("\n".join(found_faults) or 0)

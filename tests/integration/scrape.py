"""Reads metrics as Prometheus would, and the table that names them."""
import json
import pathlib
import re
import urllib.error
import urllib.request

TABLE = pathlib.Path(__file__).parents[2] / "src/base/metrics/table.cc"
ROW = re.compile(r'\{"([a-z_]+)", (counter|gauge|histogram), (s3d|fuse|both), "')
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def documented(program):
    """Names of the metrics that a daemon shows, with their kinds."""
    return {name: kind for name, kind, source in ROW.findall(TABLE.read_text())
            if source in (program, "both")}


def get(port, path="/metrics", token=None, method="GET"):
    """Status and body."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class Scrape:
    """One scrape, checked for its form."""

    def __init__(self, port, token=None):
        status, text = get(port, token=token)
        assert status == 200, text
        self.families, self.samples = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.families, f"{name} comes twice"
                self.families[name] = kind
            elif not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                key = (name, tuple(LABEL.findall(labels or "")))
                assert key not in self.samples, f"{key} comes twice"
                self.samples[key] = float(value)

    def value(self, name, **labels):
        """The sum of all samples that have these labels."""
        return sum(value for (sample, found), value in self.samples.items()
                   if sample == name and labels.items() <= dict(found).items())

    def moving(self):
        """Metrics that are not zero."""
        return {name for name, kind in self.families.items()
                if self.value(name + "_count" if kind == "histogram" else name) != 0}


def reasons(port):
    status, body = get(port, "/readyz")
    return status, json.loads(body).get("reasons", [])

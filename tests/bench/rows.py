"""The benchmarks. Each measures ours and its reference in turn, several rounds."""
import dataclasses
import hashlib
import os
import statistics

from bench_site import Unavailable

MIB = 1 << 20


@dataclasses.dataclass
class Row:
    name: str
    unit: str
    ours: list
    reference: list = dataclasses.field(default_factory=list)
    what: str = ""              # the reference in words
    target: float = None        # of the ratio to the reference; without one, of the value
    note: str = ""

    @property
    def value(self):
        return statistics.median(self.ours)

    @property
    def reference_value(self):
        return statistics.median(self.reference) if self.reference else None

    @property
    def ratio(self):
        return self.value / self.reference_value if self.reference else None

    @property
    def reached(self):
        if self.target is None:
            return None
        return self.ratio >= self.target if self.reference else self.value < self.target


class Bench:
    """What the rows need: the site, how long and how often to measure."""

    def __init__(self, site, quick, rounds):
        self.site, self.quick, self.rounds = site, quick, rounds
        self.seconds = 2 if quick else 5
        self.keys = 100_000 if quick else 1_000_000
        self.round = 0

    def compare(self, name, unit, ours, reference=None, **facts):
        """One row from two functions that each return a number in the unit."""
        row = Row(name, unit, [], **facts)
        for _ in range(self.rounds):
            self.round += 1
            row.ours.append(ours())
            if not reference:
                continue
            try:
                row.reference.append(reference())
            except Unavailable as why:
                row.note, reference = str(why), None
        return row

    def file_of(self, name, size):
        path = self.site.folder / name
        if not path.exists():
            with open(path, "wb") as file:
                file.write(os.urandom(size))
        return path


def put_object(site, bucket, key, body):
    """One signed PUT, by hand: the standard library has no S3 client."""
    import datetime
    import hmac
    import http.client
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    host, region = f"127.0.0.1:{site.port}", site.environment["AWS_DEFAULT_REGION"]
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    signed = "host;x-amz-content-sha256;x-amz-date"
    canonical = (f"PUT\n/{bucket}/{key}\n\nhost:{host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"
                 f"x-amz-date:{now}\n\n{signed}\nUNSIGNED-PAYLOAD")
    secret = ("AWS4" + site.environment["AWS_SECRET_ACCESS_KEY"]).encode()
    for word in (now[:8], region, "s3", "aws4_request"):
        secret = hmac.digest(secret, word.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret, text.encode(), "sha256").hexdigest()
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    connection.request("PUT", f"/{bucket}/{key}", body, {
        "Host": host, "x-amz-date": now, "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={site.environment['AWS_ACCESS_KEY_ID']}/"
                         f"{scope},SignedHeaders={signed},Signature={signature}"})
    reply = connection.getresponse()
    if reply.status != 200:
        raise RuntimeError(f"PUT {key}: {reply.status} {reply.read()[:500]}")
    connection.close()


def rate(measured):
    return measured["operations"] / measured["seconds"]


def put_small(bench):
    site = bench.site
    site.start_s3d()

    def ours():
        return rate(site.load("put", 64, bench.seconds, f"/bench/small-{bench.round}-", 4096))

    def reference():
        folder = site.folder / f"commits-{bench.round}"
        folder.mkdir()
        return rate(site.measure("reference", "commits", folder, bench.seconds))

    yield bench.compare("S3 PUT 4 KiB, durable, 64 connections", "objects/s", ours, reference,
                        what="append, sync, rows in batches of 64, sync the WAL", target=0.40)


def put_large(bench):
    site = bench.site
    site.start_s3d()
    count = 2 if bench.quick else 4

    def ours():
        return 256 * rate(site.load("put", 1, f"x{count}", f"/bench/large-{bench.round}-",
                                    256 * MIB))

    yield bench.compare("S3 PUT 256 MiB, one stream", "MiB/s", ours,
                        lambda: rate(site.measure("reference", "md5", 256 * count)),
                        what="MD5 alone", target=0.85)


def compare_get(bench, name, label, size, connections, target):
    site = bench.site
    site.start_s3d()
    path = bench.file_of(name, size)
    put_object(site, "bench", name, path.read_bytes())
    in_bytes = size >= MIB
    scale = size / MIB if in_bytes else 1

    def measure(path, port):
        return scale * rate(site.load("get", connections, bench.seconds, path, port=port))

    def reference():
        site.start_nginx(path)
        return measure(f"/{name}", site.nginx_port)

    yield bench.compare(label, "MiB/s" if in_bytes else "requests/s",
                        lambda: measure(f"/bench/{name}", site.port), reference,
                        what="nginx, the same file", target=target)


def get_large(bench):
    yield from compare_get(bench, "file-64m", "S3 GET 64 MiB, 16 connections", 64 * MIB, 16, 0.60)


def get_small(bench):
    yield from compare_get(bench, "file-4k", "S3 GET 4 KiB, 64 connections", 4096, 64, 0.50)


def list_flat(bench):
    site = bench.site
    site.fill("flat", bench.keys)
    site.fill("folders", bench.keys // 10, 2000)
    site.start_s3d()

    def walk(connections):
        measured = site.load("list", connections, bench.seconds, "/flat")
        return measured["keys"] / measured["seconds"]

    def rows():
        return rate(site.measure("reference", "list", site.store / "meta/alexander.db", "flat",
                                 bench.seconds))

    count = f"{bench.keys:,}"
    yield bench.compare(f"ListObjectsV2, pages of 1,000 of {count} keys", "keys/s",
                        lambda: walk(1), rows, what="the same rows, one SQLite statement",
                        target=0.50)
    yield bench.compare("the same, 4 connections", "keys/s", lambda: walk(4), rows,
                        what="the same rows, one SQLite statement, one thread")
    for bucket, label in (("flat", "all keys"), ("folders", "2,000 common prefixes")):
        yield bench.compare(
            f"ListObjectsV2 with delimiter, first page ({label})", "ms",
            lambda bucket=bucket: site.load("list", 1, "x1", f"/{bucket}", "/")["p50_ms"],
            target=10.0)


def memory(bench):
    site = bench.site
    site.daemons.stop("alexander-s3d")
    site.start_s3d()
    idle = [site.resident_bytes("alexander-s3d") / MIB]
    put_object(site, "bench", "small", os.urandom(4096))
    holder = site.hold(1000, "/bench/small")
    busy = [site.resident_bytes("alexander-s3d") / MIB]
    holder.communicate()
    site.daemons.stop("alexander-fuse")
    site.start_mount()
    mounted = [site.resident_bytes("alexander-fuse") / MIB]
    site.daemons.stop("alexander-fuse")
    yield Row("memory of alexander-s3d, idle", "MiB", idle, target=20.0)
    yield Row("memory of alexander-s3d, 1,000 connections", "MiB", busy, target=120.0)
    yield Row("memory of alexander-fuse, idle", "MiB", mounted)


def start(bench):
    site = bench.site

    def restart(name, start_it):
        site.daemons.stop(name)
        return 1000 * start_it()

    note = "on the store as the other benchmarks left it"
    yield bench.compare("start of alexander-s3d", "ms",
                        lambda: restart("alexander-s3d", site.start_s3d), target=100.0, note=note)
    yield bench.compare("start of alexander-fuse", "ms",
                        lambda: restart("alexander-fuse", site.start_mount), target=100.0,
                        note=note)
    site.daemons.stop("alexander-fuse")

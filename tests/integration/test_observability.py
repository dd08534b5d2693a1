"""What operators see: metrics, health, logs, the audit log."""
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import threading
import time
import urllib.parse

from botocore.exceptions import BotoCoreError, ClientError

from scrape import Scrape, documented, get, reasons
from support import free_port, wait_until
from test_scrub import damage_a_pack, filled
from test_tls import make_certificate

MIB = 1024 * 1024
# Cannot be planted without breaking the kernel's or the disk's promises; their presence is checked.
ZERO_IN_HEALTH = {"alexander_fuse_lagging"}


def half_an_upload(site, key):
    """A socket on which a PUT of ten bytes has sent five."""
    url = urllib.parse.urlsplit(site.client().generate_presigned_url(
        "put_object", Params={"Bucket": "bucket", "Key": key}))
    connection = socket.create_connection(("127.0.0.1", site.port))
    connection.sendall(f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n"
                       f"Content-Length: 10\r\n\r\n12345".encode())
    return connection


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("it was not refused")


class Watch:
    """Collects which metrics of both daemons have moved."""

    def __init__(self, site, s3d_port, fuse_port):
        self.site, self.ports = site, {"s3d": s3d_port, "fuse": fuse_port}
        self.moved = {"s3d": set(), "fuse": set()}

    def look(self, program="s3d"):
        scrape = Scrape(self.ports[program])
        for name, kind in documented(program).items():
            assert scrape.families.get(name) == kind, f"{name} is missing"
        assert set(scrape.families) == set(documented(program)), "something is not documented"
        self.moved[program] |= scrape.moving()
        return scrape

    def still(self, program="s3d"):
        return set(documented(program)) - self.moved[program] - ZERO_IN_HEALTH


def put_load(site, watch):
    """Small objects from several threads until the queue, the log and the mounts were seen busy."""
    stop = threading.Event()

    def write(thread):
        s3, number = site.client(), 0
        while not stop.is_set():
            s3.put_object(Bucket="bucket", Key=f"small/{thread}/{number}", Body=os.urandom(900))
            number += 1

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(6)]
    for thread in threads:
        thread.start()
    wanted = {"alexander_db_queued_changes", "alexander_changelog_lag_commits",
              "alexander_db_checkpoints_total", "alexander_db_wal_bytes"}
    try:
        for program in ("s3d", "fuse"):
            # The mount commits little: its own queue and checkpoints are seen elsewhere.
            mine = wanted if program == "s3d" else {"alexander_changelog_lag_commits"}
            wait_until(lambda: watch.look(program) and not watch.still(program) & mine, seconds=90,
                       what=f"{mine - watch.moved[program]} of {program}")
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def use_s3(site):
    s3 = site.client()
    body = os.urandom(9 * MIB)
    s3.put_object(Bucket="bucket", Key="large", Body=body)
    s3.put_object(Bucket="bucket", Key="again", Body=body)
    for _ in range(2):
        assert s3.get_object(Bucket="bucket", Key="large")["Body"].read() == body
    assert refused(s3.put_object, Bucket="bucket", Key="large", Body=b"x",
                   IfNoneMatch="*") == "PreconditionFailed"
    assert refused(site.client(alt=True).get_object, Bucket="bucket", Key="large") == "AccessDenied"
    other = site.client(alt=True)
    assert refused(other.create_bucket, Bucket="bucket") == "BucketAlreadyExists"
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="bucket", Key="again", Body=b"another version")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Suspended"})


def use_mount(site):
    folder = site.mount_point / "bucket"
    data = os.urandom(5 * MIB)
    (folder / "file").write_bytes(data)
    fd = os.open(folder / "file", os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    (folder / "copy").write_bytes(data)
    assert (folder / "file").read_bytes() == data
    assert (folder / "large").stat().st_size == 9 * MIB
    (folder / "large").read_bytes()
    assert not (folder / "missing").exists()
    try:
        os.rmdir(folder / "small")
    except OSError:
        pass  # it is not empty: that is the point


def test_every_documented_metric_moves(new_site):
    s3d_port, fuse_port = free_port(), free_port()
    settings = (f"metrics:\n  port: {s3d_port}\n  fuse_port: {fuse_port}\n"
                "logging:\n  slow_request_milliseconds: 1\n"
                "gc:\n  interval_seconds: 10\n  dead_percent: 1\n"
                "scrub:\n  period_seconds: 1\n  bytes_per_second: 0\n"
                "rate_limit:\n  key_requests_per_second: 1000000\n")
    site = new_site(settings=settings)
    site.start_s3d()
    watch = Watch(site, s3d_port, fuse_port)
    site.client().create_bucket(Bucket="bucket")
    use_s3(site)
    site.start_fuse()
    use_mount(site)
    put_load(site, watch)
    upload = half_an_upload(site, "slow")
    wait_until(lambda: watch.look().value("alexander_http_requests_in_flight") > 0)
    upload.sendall(b"67890")
    assert upload.recv(4096).startswith(b"HTTP/1.1 200 ")
    upload.close()
    watch.look("fuse")
    # What only the elected daemon does was s3d's, and so was most of the catalog's upkeep.
    assert {name for name in watch.still("fuse")
            if not re.match("alexander_(gc|scrub|snapshot|db|storage)_", name)} == set()
    site.stop()

    watch.site = new_site(settings=settings)
    collect_and_scrub(watch.site, watch)
    limited_and_certified(watch.site, watch)
    assert watch.still() == set()


def collect_and_scrub(site, watch):
    """Garbage in a sealed pack, then a damaged record, then its healing."""
    site.start_s3d()
    filled(site)
    site.start_s3d()
    site.client().delete_object(Bucket="bucket", Key="key3")
    collected = {name for name in documented("s3d") if name.startswith("alexander_gc_")}
    wait_until(lambda: watch.look() and not watch.still() & collected, seconds=120,
               what="the collection")
    site.stop_s3d()
    damage_a_pack(site)
    site.start_s3d("--gc.enabled=false")
    wait_until(lambda: watch.look().value("alexander_storage_damaged_chunks") > 0, seconds=60,
               what="the finding of the damage")
    for number in range(3):
        try:
            site.client().get_object(Bucket="bucket", Key=f"key{number}")["Body"].read()
        except (ClientError, BotoCoreError):
            pass
    assert watch.look().value("alexander_storage_corrupt_reads_total") > 0
    assert watch.look().value("alexander_scrub_damaged_total") > 0
    damage_a_pack(site)  # takes it back
    wait_until(lambda: watch.look().value("alexander_scrub_healed_total") > 0, seconds=60,
               what="the healing")
    site.stop_s3d()


def limited_and_certified(site, watch):
    """Runs with TLS, and with limits and an audit log that cannot be written."""
    certificate = make_certificate(site.folder, "metrics")
    site.start_s3d(f"--server.tls_certificate_file={certificate}",
                   f"--server.tls_key_file={site.folder}/key.pem", "--snapshot.interval_seconds=2")
    assert watch.look().value("alexander_tls_certificate_expiry_timestamp_seconds") > time.time()
    wait_until(lambda: watch.look().value("alexander_snapshot_newest_timestamp_seconds") > 0,
               seconds=60, what="the snapshot")
    site.stop_s3d()
    site.start_s3d("--rate_limit.key_requests_per_second=2", "--rate_limit.burst_seconds=1",
                   "--rate_limit.key_bytes_per_second=1000000", "--audit.file=missing/audit.log")
    s3 = site.client()
    s3.put_object(Bucket="bucket", Key="paced", Body=os.urandom(1_500_000))
    time.sleep(1.1)  # until the limit of requests has room again
    s3.delete_bucket_tagging(Bucket="bucket")
    for _ in range(3):
        try:
            s3.head_bucket(Bucket="bucket")
        except ClientError:
            pass
    watch.look()


def test_metrics_take_the_token_and_health_does_not(new_site):
    port = free_port()
    site = new_site(settings=f"metrics:\n  port: {port}\n  token: a-good-token\n")
    site.start_s3d()
    assert get(port)[0] == 401
    assert get(port, token="a-bad-token!")[0] == 401
    assert Scrape(port, token="a-good-token").value("alexander_ready") == 1
    if shutil.which("promtool"):  # from Debian's package prometheus
        subprocess.run(["promtool", "check", "metrics"], input=get(port, token="a-good-token")[1],
                       text=True, check=True, timeout=60)
    assert get(port, "/healthz")[0] == 200
    assert get(port, "/readyz") == (200, '{"status":"ok"}\n')
    assert get(port, "/other")[0] == 404
    assert "a-good-token" not in (site.folder / "s3d.log").read_text()


def test_without_a_port_nothing_listens(site):
    assert "metrics" not in (site.folder / "s3d.log").read_text()


def test_health_on_the_s3_port(site):
    for path in ("/health", "/healthz", "/minio/health/live", "/readyz", "/minio/health/ready"):
        assert get(site.port, path) == (200, '{"status":"ok"}\n'), path
        assert get(site.port, path, method="HEAD") == (200, "")
        assert get(site.port, path, method="DELETE")[0] == 404
    assert get(site.port, "/health/")[0] in (403, 404)


def test_probes_shadow_no_bucket_of_their_name(site, s3):
    public = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
         "Resource": ["arn:aws:s3:::*"]}]}
    for bucket in ("health", "healthz", "readyz", "minio"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="health/live", Body=b"an object")
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(public).replace(
            "arn:aws:s3:::*", f'arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*'))
        assert s3.list_objects(Bucket=bucket)["Contents"][0]["Key"] == "health/live"
        assert s3.get_object(Bucket=bucket, Key="health/live")["Body"].read() == b"an object"
        assert "an object" in get(site.port, f"/{bucket}/health/live?x-id=GetObject")[1]
        assert "<Key>health/live</Key>" in get(site.port, f"/{bucket}?list-type=2")[1]
    # The one case that a probe takes, as docs/s3.md says.
    assert get(site.port, "/minio/health/live") == (200, '{"status":"ok"}\n')


def test_a_daemon_that_stops_says_so_while_it_finishes(new_site):
    port = free_port()
    site = new_site(settings=f"metrics:\n  port: {port}\n")
    site.start_s3d()
    site.client().create_bucket(Bucket="bucket")
    upload = half_an_upload(site, "key")
    wait_until(lambda: Scrape(port).value("alexander_http_requests_in_flight") > 0)
    site.s3d.terminate()
    wait_until(lambda: reasons(port) == (503, ["draining"]), what="draining")
    assert get(port, "/healthz")[0] == 200
    assert Scrape(port).value("alexander_ready") == 0
    upload.sendall(b"67890")
    assert upload.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert site.s3d.wait(timeout=60) == 0


def lines_of(site, category):
    lines = [json.loads(line) for line in (site.folder / "s3d.log").read_text().splitlines()]
    return [line for line in lines if line["category"] == category]


def test_a_request_is_one_line_with_its_id(new_site):
    site = new_site(settings="logging:\n  format: json\n  slow_request_milliseconds: 1\n")
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    key = 'a "key"\nwith\\everything\x7f ü'
    body = os.urandom(16 << 20)  # no machine stores this within the millisecond that makes a request slow
    answer = s3.put_object(Bucket="bucket", Key=key, Body=body)
    request = answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]

    def lines():
        return [line for line in lines_of(site, "access") if line["request"] == request]

    wait_until(lines)
    [line] = lines()
    assert line["message"] == "PutObject" and line["bucket"] == "bucket" and line["key"] == key
    assert (line["user"], line["peer"], line["status"], line["in"]) == ("main", "127.0.0.1", 200, len(body))
    assert line["microseconds"] > 1000

    wait_until(lambda: [entry for entry in lines_of(site, "slow") if entry["request"] == request])
    [slow] = [line for line in lines_of(site, "slow") if line["request"] == request]
    assert 0 < slow["until_operation"] <= slow["until_answer"] <= slow["microseconds"]
    assert 0 < slow["waiting_for_store"] <= slow["microseconds"]


def acts(site):
    text = (site.store / "audit.log").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_acts_of_administration_are_recorded(new_site):
    site = new_site()
    site.start_s3d()
    s3, other = site.client(), site.client(alt=True)
    s3.create_bucket(Bucket="bucket", ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket="bucket", Key="key", Body=b"x")
    s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    version = s3.put_object(Bucket="bucket", Key="key", Body=b"y")["VersionId"]
    s3.delete_object(Bucket="bucket", Key="key", VersionId=version, BypassGovernanceRetention=True)
    assert refused(other.put_bucket_acl, Bucket="bucket", ACL="public-read") == "AccessDenied"
    site.admin("bucket", "set-quota", "bucket", "--bytes", "1000000")
    site.admin("user", "disable", "alt")
    site.admin("user", "list")

    def names():
        return [act["act"] for act in acts(site)]

    # Written after the answer: wait for the last one of s3d.
    wait_until(lambda: "PutBucketAcl" in names())
    assert names() == ["init", "user create", "accesskey create", "user create",
                       "accesskey create", "CreateBucket", "PutBucketTagging", "DeleteObject",
                       "PutBucketAcl", "bucket set-quota", "user disable"]
    found = {act["act"]: act for act in acts(site)}
    assert found["PutBucketAcl"] | {"request": 0, "time": 0} == {
        "time": 0, "act": "PutBucketAcl", "program": "alexander-s3d", "user": "alt",
        "address": "127.0.0.1", "request": 0, "bucket": "bucket", "key": "", "bypass": False,
        "status": 403, "error": "AccessDenied"}
    assert found["DeleteObject"]["bypass"] and found["DeleteObject"]["key"] == "key"
    assert found["bucket set-quota"]["arguments"] == "bucket --bytes=1000000"
    mode = (site.store / "audit.log").stat()
    assert stat.S_IMODE(mode.st_mode) == 0o640 and mode.st_uid == (site.store / "STORE").stat().st_uid


def test_no_log_has_a_secret(new_site):
    port = free_port()
    site = new_site(settings=f"logging:\n  level: debug\nmetrics:\n  port: {port}\n")
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"the body is nobody's business")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert get(site.port, url.split(str(site.port), 1)[1])[0] == 200
    forged = re.sub("(?<=X-Amz-Signature=).", lambda digit: "0" if digit[0] != "0" else "1", url)
    assert get(site.port, forged.split(str(site.port), 1)[1])[0] == 403
    site.stop_s3d()

    text = (site.folder / "s3d.log").read_text() + (site.store / "audit.log").read_text()
    secrets = [site.secret_key, site.alt_secret_key, site.key_file.read_text().strip(),
               re.search("X-Amz-Signature=([0-9a-f]+)", url)[1], "nobody's business"]
    assert [secret for secret in secrets if secret in text] == []

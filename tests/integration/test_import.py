"""alexander-admin import: what another S3 server has, here a second store of ours, and folders."""
import hashlib
import http.server
import json
import os
import random
import signal
import subprocess
import threading

import pytest

from support import tree_of, wait_until


def environment(endpoint, site):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return dict(inherited, AWS_ACCESS_KEY_ID=site.access_key, AWS_SECRET_ACCESS_KEY=site.secret_key,
                AWS_ENDPOINT_URL=endpoint, HOME=str(site.folder))


def run_import(new, old, *arguments, endpoint=None):
    done = new.run_admin("--json", "import", "--owner", "main", *arguments,
                         env=environment(endpoint or old.endpoint, old))
    return done, json.loads(done.stdout) if done.stdout else None


def imported(new, old, *arguments):
    done, answer = run_import(new, old, *arguments)
    assert done.returncode == 0, done.stderr
    assert set(answer) == {"buckets", "copied", "copied_bytes", "delete_markers", "skipped", "kept", "failed",
                           "dry_run"}
    return answer


def history(s3, bucket):
    """Of each key what it was, newest first, with everything that an import copies."""
    found = {}
    listing = s3.list_object_versions(Bucket=bucket)
    for row in listing.get("Versions", []) + listing.get("DeleteMarkers", []):
        entry = {"marker": "ETag" not in row, "latest": row["IsLatest"]}
        if not entry["marker"]:
            name = {"Bucket": bucket, "Key": row["Key"], "VersionId": row["VersionId"]}
            got = s3.get_object(**name)
            entry.update(etag=row["ETag"], body=hashlib.sha256(got["Body"].read()).hexdigest(),
                         type=got["ContentType"], metadata=got["Metadata"], cache=got.get("CacheControl"),
                         tags=s3.get_object_tagging(**name)["TagSet"])
        found.setdefault(row["Key"], []).append((row["LastModified"], row["VersionId"], entry))
    # Version ids sort newest first within a moment.
    return {key: [entry for _, _, entry in sorted(rows, key=lambda row: row[1])] for key, rows in found.items()}


def put_parts(s3, bucket, key, parts, **more):
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key, **more)["UploadId"]
    name = {"Bucket": bucket, "Key": key, "UploadId": upload}
    made = [{"PartNumber": number, "ETag": s3.upload_part(**name, PartNumber=number, Body=body)["ETag"]}
            for number, body in enumerate(parts, 1)]
    s3.complete_multipart_upload(**name, MultipartUpload={"Parts": made})


@pytest.fixture
def servers(new_site):
    old, new = new_site(), new_site()
    for site in (old, new):
        site.start_s3d()
    return old, new


def fill(s3, luck):
    s3.create_bucket(Bucket="empty")
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a/ü +%41&.jpg", Body=b"cat", ContentType="image/jpeg", CacheControl="no-cache",
                  Metadata={"colour": "black"}, Tagging="kind=cat&note=a%20b")
    s3.put_object(Bucket="plain", Key="nothing", Body=b"")
    even, odd = luck.randbytes(11 << 20), luck.randbytes(6 << 20)
    put_parts(s3, "plain", "even", [even[:5 << 20], even[5 << 20:10 << 20], even[10 << 20:]], ContentType="x/even")
    put_parts(s3, "plain", "uneven", [odd, even[:5 << 20], b"end"], Metadata={"n": "1"})
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two", b"two"):
        s3.put_object(Bucket="kept", Key="k", Body=body, Metadata={"body": body.decode()})
    s3.delete_object(Bucket="kept", Key="k")
    s3.put_object(Bucket="kept", Key="k", Body=b"three")
    s3.put_object(Bucket="kept", Key="k2", Body=b"deleted")
    s3.delete_object(Bucket="kept", Key="k2")
    s3.delete_object(Bucket="kept", Key="never was")


def test_everything_comes_over_and_the_next_run_copies_what_is_new(servers):
    old, new = servers
    source, target = old.client(), new.client()
    fill(source, random.Random(1))
    would = imported(new, old, "--dry-run", "s3://")
    assert would["dry_run"] and would["copied"] == 9 and would["delete_markers"] == 3
    assert target.list_buckets()["Buckets"] == []

    done = imported(new, old, "s3://")
    assert (done["buckets"], done["copied"], done["delete_markers"], done["skipped"]) == (3, 9, 3, 0)
    assert done["copied_bytes"] == would["copied_bytes"]
    for bucket in ("empty", "plain", "kept"):
        assert history(target, bucket) == history(source, bucket), bucket
    assert target.get_bucket_versioning(Bucket="kept")["Status"] == "Enabled"
    assert "Status" not in target.get_bucket_versioning(Bucket="plain")

    again = imported(new, old, "s3://")
    assert (again["copied"], again["delete_markers"], again["skipped"]) == (0, 0, 12)
    source.put_object(Bucket="kept", Key="k", Body=b"four")
    source.put_object(Bucket="plain", Key="new", Body=b"new")
    source.put_object(Bucket="plain", Key="nothing", Body=b"now something")
    assert imported(new, old, "s3://")["copied"] == 3
    for bucket in ("plain", "kept"):
        assert history(target, bucket) == history(source, bucket)
    assert new.run_admin("fsck").returncode == 0


def test_what_is_here_and_differs_stays_unless_asked(servers):
    old, new = servers
    source, target = old.client(), new.client()
    source.create_bucket(Bucket="from")
    for key in ("d/a", "d/b", "e/c"):
        source.put_object(Bucket="from", Key=key, Body=key.encode())
    assert imported(new, old, "s3://from/d/", "s3://into/x/")["copied"] == 2
    assert [row["Key"] for row in target.list_objects_v2(Bucket="into")["Contents"]] == ["x/a", "x/b"]

    target.put_object(Bucket="into", Key="x/a", Body=b"mine")
    done, answer = run_import(new, old, "s3://from/d/", "s3://into/x/")
    assert done.returncode == 1 and "from/x/a" in done.stderr and "--overwrite" in done.stderr
    assert (answer["kept"], answer["skipped"], answer["copied"]) == (1, 1, 0)
    assert target.get_object(Bucket="into", Key="x/a")["Body"].read() == b"mine"
    assert imported(new, old, "--overwrite", "s3://from/d/", "s3://into/x/")["copied"] == 1
    assert target.get_object(Bucket="into", Key="x/a")["Body"].read() == b"d/a"


def test_versions_need_a_bucket_that_keeps_them(servers):
    old, new = servers
    source, target = old.client(), new.client()
    source.create_bucket(Bucket="bbb")
    source.put_bucket_versioning(Bucket="bbb", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        source.put_object(Bucket="bbb", Key="k", Body=body)
    target.create_bucket(Bucket="bbb")
    done, _ = run_import(new, old, "s3://bbb")
    assert done.returncode == 1 and "set-versioning bbb enabled" in done.stderr
    assert imported(new, old, "--current-only", "s3://bbb")["copied"] == 1
    assert target.get_object(Bucket="bbb", Key="k")["Body"].read() == b"2"
    # Another history than there: nothing is mixed up.
    target.put_bucket_versioning(Bucket="bbb", VersioningConfiguration={"Status": "Enabled"})
    target.put_object(Bucket="bbb", Key="k", Body=b"mine")
    done, answer = run_import(new, old, "s3://bbb")
    assert done.returncode == 1 and answer["kept"] == 1
    assert imported(new, old, "--overwrite", "s3://bbb")["copied"] == 1
    assert [row["IsLatest"] for row in target.list_object_versions(Bucket="bbb")["Versions"]] == [True, False, False]


def test_an_import_that_is_killed_goes_on(servers):
    old, new = servers
    source, target = old.client(), new.client()
    luck = random.Random(4)
    source.create_bucket(Bucket="bbb")
    for number in range(8):
        put_parts(source, "bbb", f"k{number}", [luck.randbytes(5 << 20), luck.randbytes(100_000)])
    command = [new.program("alexander-admin"), "--config", str(new.config), "import", "--owner", "main", "s3://bbb"]
    running = subprocess.Popen(command, env=environment(old.endpoint, old), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)

    def has_begun():
        names = [row["Name"] for row in target.list_buckets()["Buckets"]]
        return running.poll() is not None or (names and target.list_objects_v2(Bucket="bbb")["KeyCount"] > 1)
    wait_until(has_begun, seconds=60, what="the import")
    running.send_signal(signal.SIGKILL)
    running.wait(timeout=60)
    answer = imported(new, old, "s3://bbb")
    assert answer["copied"] + answer["skipped"] == 8 and answer["skipped"] > 1
    assert history(target, "bbb") == history(source, "bbb")


class Liar(http.server.BaseHTTPRequestHandler):
    """A server whose object is not what its ETag says."""
    protocol_version = "HTTP/1.1"
    etag = hashlib.md5(b"right").hexdigest()

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if "versioning" in self.path:
            return self.answer(200, b"<VersioningConfiguration/>")
        if "list-type" in self.path:
            return self.answer(200, b"<ListBucketResult><Contents><Key>k</Key><Size>5</Size><ETag>" +
                               self.etag.encode() + b"</ETag></Contents></ListBucketResult>")
        return self.answer(206, b"wrong", Content_Range="bytes 0-4/5", ETag=f'"{self.etag}"')

    def do_HEAD(self):
        self.answer(200, b"wrong", ETag=f'"{self.etag}"')

    def log_message(self, *arguments):
        pass


def test_bytes_that_are_not_those_of_the_etag_are_not_stored(new_site):
    new = new_site()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            done, answer = run_import(new, new, "s3://liar", endpoint=f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
    assert done.returncode == 1 and "not those of its ETag" in done.stderr
    assert answer["failed"] == 1 and answer["copied"] == 0
    assert new.admin_json("status")["objects"] == 0


def test_slips_are_told(servers):
    old, new = servers
    assert run_import(new, old, "s3://", "s3://bbb")[0].returncode == 2
    assert run_import(new, old, "bbb")[0].returncode == 2
    missing, _ = run_import(new, old, "s3://not-there")
    assert missing.returncode == 1 and "NoSuchBucket" in missing.stderr
    assert new.client().list_buckets()["Buckets"] == []
    assert new.run_admin("import", "--owner", "nobody", "s3://bbb", env=environment(old.endpoint, old)).returncode == 1


# folders


def from_folder(site, *arguments, status=0):
    done = site.run_admin("--json", "import", "--owner", "main", *map(str, arguments))
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture
def folder(tmp_path):
    top = tmp_path / "photos"
    for name, body in (("2026/ü +%.jpg", b"cat"), ("2026/empty", b""), ("2026/deep/er/f", b"deep"), ("a", b"a")):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(body)
    (top / "large").write_bytes(random.Random(1).randbytes(9 << 20))
    (top / "nothing/here").mkdir(parents=True)
    (top / "a").chmod(0o640)
    for name, nanoseconds in (("a", 1_000_000_007_500_000_000), ("2026/ü +%.jpg", -1_500_000_000)):
        os.utime(top / name, ns=(nanoseconds, nanoseconds))
    return top


def test_a_folder_becomes_objects_with_times_and_modes(new_site, folder):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    would, _ = from_folder(site, "--dry-run", folder, "s3://photos/old")
    assert (would["copied"], would["dry_run"]) == (6, True) and s3.list_buckets()["Buckets"] == []
    done, _ = from_folder(site, folder, "s3://photos/old")
    assert (done["buckets"], done["copied"], done["skipped"], done["failed"]) == (1, 6, 0, 0)
    assert done["copied_bytes"] == would["copied_bytes"] == (9 << 20) + 8
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket="photos")["Contents"]]
    assert keys == ["old/2026/deep/er/f", "old/2026/empty", "old/2026/ü +%.jpg", "old/a", "old/large",
                    "old/nothing/here/"]
    got = s3.get_object(Bucket="photos", Key="old/large", ChecksumMode="ENABLED")
    assert got["Body"].read() == (folder / "large").read_bytes() and got["ChecksumCRC64NVME"]
    assert got["ETag"] == '"' + hashlib.md5((folder / "large").read_bytes()).hexdigest() + '"'
    head = s3.head_object(Bucket="photos", Key="old/a")
    assert head["Metadata"]["mtime"] == "1000000007.500000000"
    assert int(head["Metadata"]["mode"]) == 0o100640
    assert s3.head_object(Bucket="photos", Key="old/2026/ü +%.jpg")["Metadata"]["mtime"] == "-1.500000000"
    site.start_fuse()
    shown = os.stat(site.mount_point / "photos/old/a")
    assert (shown.st_mtime_ns, shown.st_mode & 0o777) == (1_000_000_007_500_000_000, 0o640)
    assert os.stat(site.mount_point / "photos/old/2026/ü +%.jpg").st_mtime_ns == -1_500_000_000

    again, _ = from_folder(site, folder, "s3://photos/old/")
    assert (again["copied"], again["skipped"]) == (0, 6)
    assert site.run_admin("export", "s3://photos/old/", folder.parent / "back").returncode == 0
    assert tree_of(folder.parent / "back") == tree_of(folder)


def test_of_a_folder_what_is_here_and_differs_stays_unless_it_is_older(new_site, folder):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    from_folder(site, folder, "s3://photos")
    (folder / "a").write_bytes(b"b")
    os.utime(folder / "a", (1, 1))
    answer, said = from_folder(site, folder, "s3://photos", status=1)
    assert (answer["copied"], answer["kept"], answer["skipped"]) == (0, 1, 5) and "--overwrite" in said
    assert s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"a"
    os.utime(folder / "a", (4_000_000_000, 4_000_000_000))
    assert from_folder(site, folder, "s3://photos")[0]["copied"] == 1
    assert s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"b"
    (folder / "a").write_bytes(b"c")
    os.utime(folder / "a", (1, 1))
    assert from_folder(site, "--overwrite", folder, "s3://photos")[0]["copied"] == 1
    assert s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"c"
    # What came in parts is compared byte by byte.
    parts = random.Random(1).randbytes(9 << 20)
    put_parts(s3, "photos", "large", [parts[:5 << 20], parts[5 << 20:]])
    assert from_folder(site, folder, "s3://photos")[0]["skipped"] == 6


def test_what_no_object_is_is_told_and_the_rest_is_imported(new_site, folder, tmp_path):
    site = new_site()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_bytes(b"x")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "link to a file").symlink_to(tmp_path / "outside/secret")
    os.mkfifo(folder / "pipe")
    below = folder
    for _ in range(6):
        below /= "d" * 200
        below.mkdir()
    (below / "deep").write_bytes(b"x")
    answer, said = from_folder(site, folder, "s3://photos", status=1)
    assert (answer["copied"], answer["failed"]) == (6, 4)
    assert "link: is a symbolic link" in said and "pipe: is a pipe" in said and "longer path" in said
    site.start_s3d()
    keys = [row["Key"] for row in site.client().list_objects_v2(Bucket="photos")["Contents"]]
    assert len(keys) == 6 and not any("link" in key or "secret" in key for key in keys)


def test_slips_with_folders_are_told(new_site, folder):
    site = new_site()
    for arguments, words in (((folder,), "say where"), ((folder, "s3://b/"), "no name that a bucket"),
                             (("--endpoint", "http://127.0.0.1:1", folder, "s3://bbb"), "--endpoint"),
                             (("--current-only", folder, "s3://bbb"), "--current-only"),
                             ((site.store, "s3://bbb"), "holds the store"), (("/", "s3://bbb"), "holds the store"),
                             ((folder / "absent", "s3://bbb"), "absent")):
        done = site.run_admin("import", "--owner", "main", *map(str, arguments))
        assert done.returncode in (1, 2) and words in done.stderr, done.stderr
    assert site.admin_json("bucket", "list") == []

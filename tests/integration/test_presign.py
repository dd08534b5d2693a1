"""alexander-admin presign: URLs that carry the right of one of the store's keys."""
import json
import subprocess
import time

import pytest

from support import wait_until

KEYS = ("plain.txt", "with space + plus.txt", "100%25/%41", "/leading//slash/../x", "ü/日本語", "a&b=c?d#e;f,g@h",
        "(x)*'!~")


def curl(url, *options):
    """(status, body) of a request, the URL taken as it stands."""
    done = subprocess.run(["curl", "-s", "--path-as-is", "-g", "-w", "\n%{http_code}", *options, url],
                          capture_output=True, check=True, timeout=60)
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


def test_a_url_reads_writes_asks_and_deletes_any_key(site, s3, bucket):
    for key in KEYS:
        name = f"s3://{bucket}/{key}"
        put = site.admin("presign", name, "--method", "PUT", "--username", "main").rstrip("\n")
        assert put.startswith(f"{site.endpoint}/{bucket}/")
        assert curl(put, "-X", "PUT", "--data-binary", f"body of {key}")[0] == 200
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == f"body of {key}".encode()
        got = site.admin("presign", name, "--username", "main").strip()
        assert curl(got) == (200, f"body of {key}".encode())
        assert curl(got, "-X", "PUT", "--data-binary", "other")[0] == 403, "it is for GET alone"
        head = site.admin("presign", name, "--method=HEAD", "--access-key", site.access_key).strip()
        assert curl(head, "--head")[0] == 200
    gone = site.admin("presign", f"s3://{bucket}/{KEYS[0]}", "--method", "DELETE", "--username", "main").strip()
    assert curl(gone, "-X", "DELETE")[0] == 204
    assert {row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]} == set(KEYS[1:])


def test_a_url_ends(site, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body")
    url = site.admin("presign", f"s3://{bucket}/k", "--expires", "1s", "--username", "main").strip()
    wait_until(lambda: curl(url)[0] == 403, what="the end of the URL")
    assert b"Request has expired" in curl(url)[1]


def test_a_url_has_the_rights_of_its_key(site, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body")
    other = site.admin("presign", f"s3://{bucket}/k", "--access-key", site.alt_access_key).strip()
    assert curl(other)[0] == 403
    made = site.admin_json("accesskey", "create", "--username", "main")
    url = site.admin("presign", f"s3://{bucket}/k", "--access-key", made["access_key_id"]).strip()
    assert curl(url) == (200, b"body")
    site.admin("accesskey", "revoke", "--username", "main", made["access_key_id"])
    assert curl(url)[0] == 403


def test_the_answer_in_json_and_another_endpoint(site, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body")
    answer = site.admin_json("presign", f"s3://{bucket}/k", "--expires", "2d", "--username", "main",
                             "--endpoint", f"http://localhost:{site.port}/")
    assert set(answer) == {"url", "method", "bucket", "key", "access_key_id", "expires"}
    assert answer["access_key_id"] == site.access_key and answer["url"].startswith("http://localhost:")
    assert "X-Amz-Expires=172800&" in answer["url"]
    assert curl(answer["url"]) == (200, b"body")
    assert site.secret_key not in json.dumps(answer)


@pytest.mark.parametrize("arguments,status,said", [
    (["s3://BUCKET/k"], 2, "--username or --access-key"),
    (["s3://BUCKET", "--username", "main"], 2, "names no key"),
    (["s3://BUCKET/k", "--username", "nobody"], 1, "nobody"),
    (["s3://BUCKET/k", "--access-key", "AKNOTTHERE"], 1, "AKNOTTHERE"),
    (["s3://no-such-bucket/k", "--username", "main"], 1, "no-such-bucket"),
    (["s3://BUCKET/k", "--username", "main", "--method", "POST"], 2, "POST"),
    (["s3://BUCKET/k", "--username", "main", "--expires", "8d"], 2, "seven days"),
    (["s3://BUCKET/k", "--username", "main", "--expires", "soon"], 2, "soon"),
    (["s3://BUCKET/k", "--username", "main", "--server.host=0.0.0.0"], 2, "--endpoint"),
    (["s3://BUCKET/k", "--username", "main", "--endpoint", "example.org"], 2, "example.org"),
])
def test_what_cannot_be_signed_is_told(site, bucket, arguments, status, said):
    done = site.run_admin("presign", *[word.replace("BUCKET", bucket) for word in arguments])
    assert done.returncode == status and said in done.stderr, done.stderr


def test_a_key_that_ends_before_the_url_is_not_used(site, bucket):
    user = f"short-{bucket}"
    site.admin("user", "create", user)
    site.admin("accesskey", "create", "--username", user, "--expires", "2099-01-01")
    site.admin("presign", f"s3://{bucket}/k", "--username", user)
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    short = site.admin_json("accesskey", "create", "--username", user, "--expires", end)["access_key_id"]
    done = site.run_admin("presign", f"s3://{bucket}/k", "--access-key", short, "--expires", "7d")
    assert done.returncode == 2 and "expires at" in done.stderr
    site.admin("presign", f"s3://{bucket}/k", "--access-key", short, "--expires", "15m")
    site.admin("user", "disable", user)
    done = site.run_admin("presign", f"s3://{bucket}/k", "--username", user)
    assert done.returncode == 1 and "disabled" in done.stderr

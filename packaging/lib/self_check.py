#!/usr/bin/env python3
"""Puts over S3, reads in the mount, writes there, gets over S3, compares.

Uses nothing but Python's library, so that it runs on a machine without any S3 client; the
environment is that of quickstart.env.
"""
import datetime
import hashlib
import hmac
import os
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

ENDPOINT = os.environ["ALEXANDER_ENDPOINT"]
MOUNT = os.environ.get("ALEXANDER_MOUNT", "")
BUCKET = "quickstart-self-check"


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def request(method, path, body=b""):
    """One signed request; returns (status, body)."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    region = os.environ["AWS_DEFAULT_REGION"]
    digest = hashlib.sha256(body).hexdigest()
    host = urllib.parse.urlsplit(ENDPOINT).netloc
    signed = "host;x-amz-content-sha256;x-amz-date"
    canonical = (f"{method}\n{path}\n\nhost:{host}\nx-amz-content-sha256:{digest}\n"
                 f"x-amz-date:{stamp}\n\n{signed}\n{digest}")
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = sign(key, part)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers = {"x-amz-date": stamp, "x-amz-content-sha256": digest,
               "Authorization": f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}"
                                f"/{scope}, SignedHeaders={signed}, Signature={signature}"}
    call = urllib.request.Request(ENDPOINT + path, data=body or None, headers=headers,
                                  method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def expect(what, condition, detail=""):
    print(("ok    " if condition else "FAIL  ") + what + (f": {detail}" if not condition else ""))
    if not condition:
        sys.exit(1)


def main():
    data = os.urandom(3_000_000) + b"text that repeats " * 100_000
    key = f"/{BUCKET}/folder/from-s3.bin"
    status, answer = request("PUT", f"/{BUCKET}")
    expect("create a bucket", status == 200, answer)
    status, answer = request("PUT", key, data)
    expect("put over S3", status == 200, answer)
    status, answer = request("GET", key)
    expect("get over S3", status == 200 and answer == data, status)
    if MOUNT:
        folder = pathlib.Path(MOUNT) / BUCKET / "folder"
        expect("read in the mount", (folder / "from-s3.bin").read_bytes() == data)
        written = data[::-1]
        (folder / "from-mount.bin").write_bytes(written)
        status, answer = request("GET", f"/{BUCKET}/folder/from-mount.bin")
        expect("written in the mount, got over S3", status == 200 and answer == written, status)
        (folder / "from-mount.bin").unlink()
        status, _ = request("GET", f"/{BUCKET}/folder/from-mount.bin")
        expect("removed in the mount, gone over S3", status == 404, status)
    status, _ = request("DELETE", key)
    expect("delete over S3", status == 204, status)
    if MOUNT:
        expect("gone in the mount", not (folder / "from-s3.bin").exists())
        folder.rmdir()  # the mount wrote in it, so it stays until it is removed
    status, answer = request("DELETE", f"/{BUCKET}")
    expect("delete the bucket", status == 204, answer)


if __name__ == "__main__":
    main()

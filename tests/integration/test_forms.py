"""Uploads from forms, sent by curl as browsers send them."""
import base64
import hashlib
import hmac
import json
import re

import pytest


def send(site, fields, body):
    """The answer's status, and all of it; the file comes last."""
    fields = dict(fields)
    bucket = fields.pop("bucket_of_the_url")
    form = []
    for name, value in fields.items():
        form += ["--form-string", f"{name}={value}"]
    path = site.folder / "upload.txt"
    path.write_bytes(body)
    answer = site.run("curl", "-sS", "-i", *form, "-F", f"file=@{path};type=text/plain",
                      f"{site.endpoint}/{bucket}")
    answer = answer.split("HTTP/1.1 100 Continue\n\n")[-1]
    return int(re.match(r"HTTP/1\.1 (\d+)", answer)[1]), answer


def presigned(s3, bucket, key, conditions=(), **fields):
    post = s3.generate_presigned_post(bucket, key, Fields=dict(fields), Conditions=list(conditions))
    return {"bucket_of_the_url": bucket, **post["fields"]}


def test_a_form_stores_what_its_policy_allows(site, s3, bucket):
    fields = presigned(s3, bucket, "up/${filename}", [
        {"Content-Type": "text/css"}, {"x-amz-meta-a": "b"}, ["content-length-range", 1, 10]],
        **{"Content-Type": "text/css", "x-amz-meta-a": "b"})
    status, answer = send(site, fields, b"body")
    assert status == 204, answer
    got = s3.get_object(Bucket=bucket, Key="up/upload.txt")
    assert got["Body"].read() == b"body"
    assert (got["ContentType"], got["Metadata"]) == ("text/css", {"a": "b"})
    assert got["ETag"] == '"' + hashlib.md5(b"body").hexdigest() + '"'


@pytest.mark.parametrize("body, code", [(b"", "EntityTooSmall"), (b"x" * 11, "EntityTooLarge")])
def test_files_of_another_size_than_allowed_are_refused(site, s3, bucket, body, code):
    fields = presigned(s3, bucket, "k", [["content-length-range", 1, 10]])
    status, answer = send(site, fields, body)
    assert (status, code in answer) == (400, True), answer
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_what_the_policy_does_not_speak_of_is_refused(site, s3, bucket):
    fields = presigned(s3, bucket, "k")
    status, answer = send(site, {**fields, "x-amz-meta-a": "b"}, b"x")
    assert status == 403 and "Extra input fields" in answer
    status, answer = send(site, {**presigned(s3, bucket, "k"), "key": "other"}, b"x")
    assert status == 403
    forged = presigned(s3, bucket, "k")
    forged["x-amz-signature"] = "0" * 64
    status, answer = send(site, forged, b"x")
    assert status == 403 and "SignatureDoesNotMatch" in answer
    status, _ = send(site, {"bucket_of_the_url": bucket, "key": "k"}, b"x")
    assert status == 403
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_older_signatures_of_forms_are_taken(site, s3, bucket):
    policy = base64.b64encode(json.dumps({"expiration": "2099-01-01T00:00:00Z", "conditions": [
        {"bucket": bucket}, ["starts-with", "$key", ""]]}).encode()).decode()
    signature = base64.b64encode(hmac.new(
        site.secret_key.encode(), policy.encode(), hashlib.sha1).digest()).decode()
    fields = {"bucket_of_the_url": bucket, "key": "k", "AWSAccessKeyId": site.access_key,
              "policy": policy, "signature": signature}
    assert send(site, fields, b"x")[0] == 204
    assert send(site, {**fields, "signature": "AAAA"}, b"y")[0] == 403
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_form_says_what_success_is(site, s3, bucket):
    fields = presigned(s3, bucket, "k", [{"success_action_status": "201"}],
                       success_action_status="201")
    status, answer = send(site, fields, b"x")
    assert status == 201 and "<Key>k</Key>" in answer
    fields = presigned(s3, bucket, "k", [{"success_action_redirect": "http://127.0.0.1:1/done"}],
                       success_action_redirect="http://127.0.0.1:1/done")
    status, answer = send(site, fields, b"x")
    assert status == 303
    etag = hashlib.md5(b"x").hexdigest()
    assert f"Location: http://127.0.0.1:1/done?bucket={bucket}&key=k&etag=%22{etag}%22" in answer


def test_checksums_of_the_file_are_checked(site, s3, bucket):
    good = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert send(site, {**presigned(s3, bucket, "k"), "x-amz-checksum-sha256": good}, b"x")[0] == 204
    status, answer = send(site, {**presigned(s3, bucket, "k"), "x-amz-checksum-sha256": good}, b"y")
    assert status == 400 and "BadDigest" in answer
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ContentLength"]) == (good, 1)

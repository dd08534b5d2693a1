"""What S3 says on the wire where two rules meet; the plain cases are in test_protocol.py."""
import base64
import datetime
import hashlib
import os
import socket
import xml.etree.ElementTree as ElementTree

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from test_protocol import NAMESPACE, ask, code_in, fetch, headers_of, presigned, refused


# bodies and connections


def test_a_body_of_another_hash_than_was_signed_leaves_nothing(site, s3, bucket):
    target = f"{site.endpoint}/{bucket}/k"
    request = AWSRequest(method="PUT", url=target, data=b"what was signed")
    S3SigV4Auth(Credentials(site.access_key, site.secret_key), "s3", "us-east-1").add_auth(request)
    answer = fetch(target, "PUT", dict(request.headers), b"what is sent !!")
    assert (answer.status, code_in(answer)) == (400, "XAmzContentSHA256Mismatch")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def one_answer(connection):
    """Status line and headers of the next answer, its body read."""
    received = b""
    while b"\r\n\r\n" not in received:
        block = connection.recv(1 << 16)
        assert block, received
        received += block
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in
               (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(1 << 16)
    return int(lines[0].split()[1]), headers


@pytest.mark.parametrize("case", ["no bucket", "no right", "a condition"])
def test_what_must_fail_is_refused_before_its_body_is_invited(site, s3, bucket, case):
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    client = site.client(alt=True) if case == "no right" else s3
    place = {"Bucket": "absent-" + bucket if case == "no bucket" else bucket, "Key": "there"}
    condition = {"IfNoneMatch": "*"} if case == "a condition" else {}
    path = presigned(client, "put_object", **place, **condition)[len(site.endpoint):]
    head = (f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 5\r\n"
            "Expect: 100-continue\r\n" + ("If-None-Match: *\r\n" if condition else "") + "\r\n")
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
        connection.sendall(head.encode())
        status, headers = one_answer(connection)
        assert status == {"no bucket": 404, "no right": 403, "a condition": 412}[case]
        # The connection goes on, or the answer says that it does not.
        if headers.get("connection", "").lower() != "close":
            connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
            assert one_answer(connection)[0] == 200
    assert s3.get_object(Bucket=bucket, Key="there")["Body"].read() == b"1"


def test_overrides_of_a_presigned_url_are_answered(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    url = presigned(s3, "get_object", Bucket=bucket, Key="k", ResponseContentType="a/b",
                    ResponseContentDisposition="attachment")
    answer = fetch(url)
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"]) == ("a/b", "attachment")


def test_metadata_that_is_no_ascii_comes_back_byte_by_byte(site, s3, bucket):
    value = "grün =?UTF-8?B?w6Q=?="
    request = AWSRequest(method="PUT", url=f"{site.endpoint}/{bucket}/k", data=b"",
                         headers={"x-amz-meta-a": value})
    S3SigV4Auth(Credentials(site.access_key, site.secret_key), "s3", "us-east-1").add_auth(request)
    on_the_wire = value.encode().decode("latin-1")  # which is how urllib3 writes and reads headers
    answer = fetch(request.url, "PUT", dict(request.headers) | {"x-amz-meta-a": on_the_wire}, b"")
    assert answer.status == 200, answer.data
    answer = fetch(presigned(s3, "get_object", Bucket=bucket, Key="k"))
    assert answer.headers["x-amz-meta-a"] == on_the_wire


# keys and listings


def test_the_length_of_a_key_is_counted_in_bytes(s3, bucket):
    s3.put_object(Bucket=bucket, Key="é" * 512, Body=b"x")
    assert refused(s3.put_object, Bucket=bucket, Key="é" * 512 + "x", Body=b"") == (400, "KeyTooLongError")
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["é" * 512]


def test_control_characters_of_keys_survive_a_listing(site, s3, bucket):
    keys = ["a\x01b", "a\rb", "a\nb", "a\x7fb"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]  # boto3 asks for encoding-type=url
    assert [row["Key"] for row in listed] == sorted(keys)
    for key in keys:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    raw = ask(site, "GET", f"/{bucket}?list-type=2").data
    for reference in (b"a&#x1;b", b"a&#13;b"):
        assert reference in raw


def test_a_listing_repeats_what_it_was_asked_in_the_encoding_it_was_asked_for(site, bucket):
    def elements(query):
        root = ElementTree.fromstring(ask(site, "GET", f"/{bucket}?{query}").data)
        return {child.tag.removeprefix(NAMESPACE): child.text for child in root}

    url = elements("list-type=2&encoding-type=url&prefix=a%20%2B&delimiter=%2B%20&start-after=%C3%A9")
    assert (url["Prefix"], url["Delimiter"], url["StartAfter"]) == ("a%20%2B", "%2B%20", "%C3%A9")
    plain = elements("prefix=a%20%2B&delimiter=%2B&marker=%C3%A9")
    assert (plain["Prefix"], plain["Delimiter"], plain["Marker"]) == ("a +", "+", "é")
    assert "Delimiter" not in elements("list-type=2&delimiter=")
    marked = elements("encoding-type=url&marker=%C3%A9")
    assert marked["Marker"] == "%C3%A9"


def test_versions_and_markers_are_listed_in_one_order(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
        s3.delete_object(Bucket=bucket, Key=key)
    s3.put_object(Bucket=bucket, Key="b", Body=b"2")
    root = ElementTree.fromstring(fetch(presigned(s3, "list_object_versions", Bucket=bucket)).data)
    rows = [(row.tag.removeprefix(NAMESPACE), row.findtext(NAMESPACE + "Key"),
             row.findtext(NAMESPACE + "IsLatest")) for row in root if row.find(NAMESPACE + "Key") is not None]
    assert rows == [("DeleteMarker", "a", "true"), ("Version", "a", "false"),
                    ("Version", "b", "true"), ("DeleteMarker", "b", "false"), ("Version", "b", "false"),
                    ("DeleteMarker", "c", "true"), ("Version", "c", "false")]


# uploads in parts


def test_each_algorithm_of_an_upload_has_its_types(s3, bucket):
    def kind_of(algorithm, **kind):
        return s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm,
                                          **kind)["ChecksumType"]

    assert kind_of("CRC64NVME") == "FULL_OBJECT"
    for algorithm in ("CRC32", "CRC32C"):
        assert kind_of(algorithm) == "COMPOSITE"
        assert kind_of(algorithm, ChecksumType="FULL_OBJECT") == "FULL_OBJECT"
    for algorithm, kind in (("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT")):
        assert refused(s3.create_multipart_upload, Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm,
                       ChecksumType=kind) == (400, "InvalidRequest")


def test_a_part_that_is_named_with_another_checksum_is_not_taken(s3, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**place, ChecksumAlgorithm="SHA256")["UploadId"]
    part = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
    other = base64.b64encode(hashlib.sha256(b"y").digest()).decode()
    named = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": other}
    status, code = refused(s3.complete_multipart_upload, **place, UploadId=upload,
                           MultipartUpload={"Parts": [named]})
    assert (status, code) in ((400, "InvalidPart"), (400, "BadDigest"))
    named["ChecksumSHA256"] = part["ChecksumSHA256"]
    done = [s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": [named]})
            for _ in range(2)]
    assert done[0]["ChecksumSHA256"].endswith("-1")
    assert [(row["ETag"], row["ChecksumSHA256"]) for row in done[1:]] == \
        [(done[0]["ETag"], done[0]["ChecksumSHA256"])]


def test_part_numbers_and_lists_of_none_are_refused(site, s3, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    for number in (0, 10_001):
        assert refused(s3.upload_part, **place, UploadId=upload, PartNumber=number, Body=b"") == \
            (400, "InvalidArgument")
    s3.upload_part(**place, UploadId=upload, PartNumber=10_000, Body=b"")
    for document in (b"<CompleteMultipartUpload/>", b"", b"<CompleteMultipartUpload><Part></CompleteMultipartUpload>"):
        answer = ask(site, "POST", f"/{bucket}/k?uploadId={upload}", body=document)
        assert (answer.status, code_in(answer)) == (400, "MalformedXML")
    assert len(s3.list_parts(**place, UploadId=upload)["Parts"]) == 1


def test_a_default_retention_counts_from_completion(s3, site):
    bucket = site.new_bucket_name()
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}})
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert head["ObjectLockRetainUntilDate"] == head["LastModified"] + datetime.timedelta(days=3)
    past = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
    assert refused(s3.put_object, Bucket=bucket, Key="p", Body=b"", ObjectLockMode="GOVERNANCE",
                   ObjectLockRetainUntilDate=past) == (400, "InvalidArgument")


# copies, conditions, lists


@pytest.mark.parametrize("change", [
    {"StorageClass": "STANDARD_IA"}, {"ServerSideEncryption": "AES256"}, {"ChecksumAlgorithm": "SHA256"},
    {"TaggingDirective": "REPLACE", "Tagging": "a=1"}, {"MetadataDirective": "REPLACE"}])
def test_a_copy_onto_itself_must_change_something(s3, bucket, change):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    copy = {"Bucket": bucket, "Key": "k", "CopySource": f"{bucket}/k"}
    assert refused(s3.copy_object, **copy) == (400, "InvalidRequest")
    s3.copy_object(**copy, **change)
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    for name, field in (("StorageClass", "StorageClass"), ("ServerSideEncryption", "ServerSideEncryption")):
        if name in change:
            assert head[field] == change[name]
    if "ChecksumAlgorithm" in change:
        assert head["ChecksumSHA256"]
    if "Tagging" in change:
        assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}]


@pytest.mark.fuse
def test_more_than_5_gib_are_copied_in_parts_only(mounted_site, s3, bucket, mount):
    with open(mount / "large", "wb") as file:
        file.truncate((5 << 30) + 1)
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/large")
    assert error.value.response["Error"]["Code"] == "InvalidRequest"
    os.truncate(mount / "large", 5 << 30)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/large")
    assert s3.head_object(Bucket=bucket, Key="copy")["ContentLength"] == 5 << 30


def test_what_was_deleted_counts_as_absent_for_writers(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    s3.delete_object(Bucket=bucket, Key="k")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfMatch=etag) == (404, "NoSuchKey")
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"3", IfNoneMatch="*") == \
        (412, "PreconditionFailed")


def test_a_part_of_an_object_says_which_checksum_it_has(s3, bucket):
    body = os.urandom(1000)
    s3.put_object(Bucket=bucket, Key="k", Body=body, ChecksumAlgorithm="CRC32C")
    headers = headers_of(s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED"))
    assert headers["x-amz-checksum-crc32c"] and headers["x-amz-checksum-type"] == "FULL_OBJECT"

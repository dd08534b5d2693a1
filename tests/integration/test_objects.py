"""Objects over S3 with the newest boto3."""
import base64
import hashlib
import os
import zlib

import pytest
from botocore.exceptions import ClientError


def code_of(error):
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("size", [0, 1, 1000, 1024, 5000, 65_536, 300_000, 3_000_000])
def test_an_object_comes_back_as_it_was_put(s3, bucket, size):
    data = os.urandom(size)
    put = s3.put_object(Bucket=bucket, Key="k", Body=data, ContentType="text/x-test",
                        Metadata={"Colour": "blue"})
    assert put["ETag"] == f'"{hashlib.md5(data).hexdigest()}"'

    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == data
    assert got["ContentLength"] == size
    assert got["ETag"] == put["ETag"]
    assert got["ContentType"] == "text/x-test"
    assert got["Metadata"] == {"colour": "blue"}
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == size


KEYS = ["a", "a/", "a/b", "a//b", "/leading", "trailing/", "./x", "../y", "a/./b", "a/../c", "with space",
        "plus+and%20percent", "quote\"'<>&", "emoji-\U0001F600", "e\u0301 and \u00e9", "back\\slash",
        "tab\there", "semi;colon=equals?query&amp", "~tilde*star(paren)!", "x" * 1024, "a/" * 500 + "deep"]


def test_every_key_that_s3_allows_can_be_put_listed_and_read(s3, bucket):
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in KEYS:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()

    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(KEYS, key=lambda key: key.encode())

    for key in KEYS:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_key_of_1025_bytes_is_refused(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b"")
    assert code_of(error) == ("KeyTooLongError", 400)


@pytest.mark.parametrize("header,status,expected", [
    ("bytes=0-9", 206, slice(0, 10)), ("bytes=90-", 206, slice(90, 100)),
    ("bytes=-5", 206, slice(95, 100)), ("bytes=-500", 206, slice(0, 100)),
    ("bytes=50-5000", 206, slice(50, 100)), ("bytes=10-5", 200, slice(0, 100)),
    ("bytes=0-1,5-6", 200, slice(0, 100)), ("lines=0-9", 200, slice(0, 100)),
    ("bytes=abc", 200, slice(0, 100)),
])
def test_ranges(s3, bucket, header, status, expected):
    data = bytes(range(100))
    s3.put_object(Bucket=bucket, Key="k", Body=data)
    got = s3.get_object(Bucket=bucket, Key="k", Range=header)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == status
    assert got["Body"].read() == data[expected]


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_without_a_byte_is_refused(s3, bucket, header):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(100))
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", Range=header)
    assert code_of(error) == ("InvalidRange", 416)


def test_read_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    assert code_of(error)[1] == 412
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    assert code_of(error)[1] == 304
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", IfModifiedSince=modified)
    assert code_of(error)[1] == 304
    s3.get_object(Bucket=bucket, Key="k", IfUnmodifiedSince=modified)


def test_write_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    assert code_of(error) == ("PreconditionFailed", 412)
    s3.put_object(Bucket=bucket, Key="k", Body=b"3", IfMatch=etag)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"4", IfMatch=etag)
    assert code_of(error) == ("PreconditionFailed", 412)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="absent", Body=b"5", IfMatch=etag)
    assert code_of(error) == ("NoSuchKey", 404)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"3"


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums_are_kept_and_shown_on_request(s3, bucket, algorithm):
    try:
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    except Exception as error:  # the CRT is an optional part of boto3
        if "CRT" in str(error):
            pytest.fail(f"{algorithm} needs awscrt: {error}")
        raise
    shown = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert shown[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    assert shown["ChecksumType"] == "FULL_OBJECT"


def test_a_wrong_checksum_or_md5_leaves_nothing(s3, bucket):
    wrong = base64.b64encode(zlib.crc32(b"other").to_bytes(4, "big")).decode()
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumCRC32=wrong)
    assert code_of(error) == ("BadDigest", 400)
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentMD5=wrong)
    assert code_of(error) == ("BadDigest", 400)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentMD5="bm90IGFuIG1kNQ==")
    assert code_of(error) == ("InvalidDigest", 400)
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="k")
    assert code_of(error)[1] == 404


def test_copies(s3, bucket, site):
    s3.put_object(Bucket=bucket, Key="from", Body=b"content", Metadata={"a": "1"}, ContentType="x/y")
    source = {"Bucket": bucket, "Key": "from"}
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    got = s3.get_object(Bucket=bucket, Key="to")
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (b"content", {"a": "1"}, "x/y")

    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"b": "2"})
    got = s3.head_object(Bucket=bucket, Key="to")
    assert got["Metadata"] == {"b": "2"} and got["ContentType"] == "binary/octet-stream"

    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="from", CopySource=source)
    assert code_of(error) == ("InvalidRequest", 400)
    s3.copy_object(Bucket=bucket, Key="from", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"c": "3"})
    assert s3.get_object(Bucket=bucket, Key="from")["Body"].read() == b"content"

    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "absent"})
    assert code_of(error) == ("NoSuchKey", 404)


def test_delete_objects_reports_each_key(s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ("a", "b", "absent")]})
    assert sorted(item["Key"] for item in answer["Deleted"]) == ["a", "absent", "b"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    with pytest.raises(ClientError) as error:
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})
    assert code_of(error) == ("MalformedXML", 400)


def test_what_is_not_offered_answers_501_and_touches_nothing(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"keep me")
    calls = [
        lambda: s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1}),
        lambda: s3.get_object_torrent(Bucket=bucket, Key="k"),
        lambda: s3.delete_bucket_replication(Bucket=bucket),
        lambda: s3.get_bucket_inventory_configuration(Bucket=bucket, Id="x"),
        lambda: s3.delete_bucket_analytics_configuration(Bucket=bucket, Id="x"),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms"),
    ]
    for call in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert code_of(error) == ("NotImplemented", 501)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"keep me"


def test_response_headers_can_be_overridden(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    got = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/plain",
                        ResponseContentDisposition="attachment; filename=x")
    assert got["ContentType"] == "text/plain"
    assert got["ContentDisposition"] == "attachment; filename=x"


def test_a_gzip_encoding_stays_and_aws_chunked_does_not(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentEncoding="gzip", ChecksumAlgorithm="CRC32")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentEncoding"] == "gzip"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentEncoding="deflate, gzip")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentEncoding"] == "deflate, gzip"


def test_metadata_over_2_kib_is_refused(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "x" * 2100})
    assert code_of(error) == ("MetadataTooLarge", 400)


def test_a_presigned_url_reads_and_expires(s3, bucket, site):
    import urllib.error
    import urllib.request
    s3.put_object(Bucket=bucket, Key="k", Body=b"shared")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    assert opener.open(url).read() == b"shared"
    with pytest.raises(urllib.error.HTTPError) as error:
        opener.open(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert error.value.code == 403


def test_another_user_sees_and_changes_nothing(s3, bucket, site):
    s3.put_object(Bucket=bucket, Key="k", Body=b"mine")
    other = site.client(alt=True)
    assert bucket not in [entry["Name"] for entry in other.list_buckets()["Buckets"]]
    for call in (lambda: other.get_object(Bucket=bucket, Key="k"),
                 lambda: other.put_object(Bucket=bucket, Key="k", Body=b"yours"),
                 lambda: other.delete_bucket(Bucket=bucket),
                 lambda: other.list_objects_v2(Bucket=bucket)):
        with pytest.raises(ClientError) as error:
            call()
        assert code_of(error) == ("AccessDenied", 403)
    with pytest.raises(ClientError) as error:
        other.create_bucket(Bucket=bucket)
    assert code_of(error) == ("BucketAlreadyExists", 409)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"mine"

"""Multipart uploads."""
import base64
import hashlib
import os

import pytest
from botocore.exceptions import ClientError

MIB = 1024 * 1024


def upload(s3, bucket, key, parts, **options):
    made = s3.create_multipart_upload(Bucket=bucket, Key=key, **options)["UploadId"]
    done = []
    for number, body in enumerate(parts, 1):
        answer = s3.upload_part(Bucket=bucket, Key=key, UploadId=made, PartNumber=number, Body=body)
        done.append({"PartNumber": number, "ETag": answer["ETag"]})
    return made, done


def complete(s3, bucket, key, made, done, **options):
    return s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=made,
                                        MultipartUpload={"Parts": done}, **options)


def etag_of(parts):
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(parts)}"'


def test_parts_become_one_object(s3, bucket):
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB + 17), os.urandom(100)]
    made, done = upload(s3, bucket, "k", parts, Metadata={"a": "b"}, ContentType="x/y")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [made]
    listed = s3.list_parts(Bucket=bucket, Key="k", UploadId=made)["Parts"]
    assert [part["Size"] for part in listed] == [len(part) for part in parts]

    assert complete(s3, bucket, "k", made, done)["ETag"] == etag_of(parts)
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"".join(parts)
    assert (got["Metadata"], got["ContentType"], got["ETag"]) == ({"a": "b"}, "x/y", etag_of(parts))
    part = s3.get_object(Bucket=bucket, Key="k", PartNumber=2)
    assert part["Body"].read() == parts[1] and part["PartsCount"] == 3
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert complete(s3, bucket, "k", made, done)["ETag"] == etag_of(parts)  # a repeat is the same


def test_mistakes_leave_the_upload_open(s3, bucket):
    made, done = upload(s3, bucket, "k", [b"small", b"last"])

    def refused(parts, expected):
        with pytest.raises(ClientError) as error:
            complete(s3, bucket, "k", made, parts)
        assert error.value.response["Error"]["Code"] == expected

    refused(done, "EntityTooSmall")
    refused(done[::-1], "InvalidPartOrder")
    refused([{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}], "InvalidPart")
    refused([{"PartNumber": 9, "ETag": done[0]["ETag"]}], "InvalidPart")
    assert complete(s3, bucket, "k", made, done[:1])["ETag"] == etag_of([b"small"])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"small"


def test_an_aborted_upload_is_gone(s3, bucket):
    made, done = upload(s3, bucket, "k", [b"x"])
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=made)
    for call in (lambda: complete(s3, bucket, "k", made, done),
                 lambda: s3.list_parts(Bucket=bucket, Key="k", UploadId=made),
                 lambda: s3.upload_part(Bucket=bucket, Key="k", UploadId=made, PartNumber=1, Body=b"")):
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == "NoSuchUpload"


def test_a_part_can_be_replaced_and_copied(s3, bucket):
    source = os.urandom(6 * MIB)
    s3.put_object(Bucket=bucket, Key="source", Body=source)
    made = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=made, PartNumber=1, Body=b"thrown away")
    first = s3.upload_part_copy(Bucket=bucket, Key="k", UploadId=made, PartNumber=1,
                                CopySource={"Bucket": bucket, "Key": "source"})
    second = s3.upload_part_copy(Bucket=bucket, Key="k", UploadId=made, PartNumber=2,
                                 CopySource={"Bucket": bucket, "Key": "source"},
                                 CopySourceRange="bytes=1000-1999")
    done = [{"PartNumber": 1, "ETag": first["CopyPartResult"]["ETag"]},
            {"PartNumber": 2, "ETag": second["CopyPartResult"]["ETag"]}]
    assert complete(s3, bucket, "k", made, done)["ETag"] == etag_of([source, source[1000:2000]])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == source + source[1000:2000]


@pytest.mark.parametrize("algorithm,kind", [("SHA256", "COMPOSITE"), ("CRC32", "COMPOSITE"),
                                            ("CRC32", "FULL_OBJECT"), ("CRC64NVME", "FULL_OBJECT")])
def test_checksums_of_parts_and_whole(s3, bucket, algorithm, kind):
    parts = [os.urandom(5 * MIB), b"tail"]
    made = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm,
                                      ChecksumType=kind)["UploadId"]
    done = []
    for number, body in enumerate(parts, 1):
        answer = s3.upload_part(Bucket=bucket, Key="k", UploadId=made, PartNumber=number, Body=body,
                                ChecksumAlgorithm=algorithm)
        name = f"Checksum{algorithm}"
        done.append({"PartNumber": number, "ETag": answer["ETag"], name: answer[name]})
    answer = complete(s3, bucket, "k", made, done)
    shown = answer[f"Checksum{algorithm}"]
    if algorithm == "SHA256":
        digests = b"".join(hashlib.sha256(part).digest() for part in parts)
        assert shown == base64.b64encode(hashlib.sha256(digests).digest()).decode() + "-2"
    if kind == "FULL_OBJECT":
        whole = s3.put_object(Bucket=bucket, Key="whole", Body=b"".join(parts), ChecksumAlgorithm=algorithm)
        assert shown == whole[f"Checksum{algorithm}"]
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (head[f"Checksum{algorithm}"], head["ChecksumType"]) == (shown, kind)


def test_conditions_hold_at_completion(s3, bucket):
    made, done = upload(s3, bucket, "k", [b"x"])
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")
    with pytest.raises(ClientError) as error:
        complete(s3, bucket, "k", made, done, IfNoneMatch="*")
    assert error.value.response["Error"]["Code"] == "PreconditionFailed"
    s3.delete_object(Bucket=bucket, Key="k")
    complete(s3, bucket, "k", made, done, IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_uploads_keep_a_bucket_from_being_deleted_and_list_in_order(s3, bucket):
    keys = ["b", "a", "c/d"]
    made = {key: s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in keys}
    listed = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [entry["Key"] for entry in listed] == ["a", "b", "c/d"]
    grouped = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in grouped["CommonPrefixes"]] == ["c/"]
    first = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=1)
    assert first["IsTruncated"]
    rest = s3.list_multipart_uploads(Bucket=bucket, KeyMarker=first["NextKeyMarker"],
                                     UploadIdMarker=first["NextUploadIdMarker"])
    assert [entry["Key"] for entry in rest["Uploads"]] == ["b", "c/d"]
    for key, identity in made.items():
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=identity)
    s3.delete_bucket(Bucket=bucket)

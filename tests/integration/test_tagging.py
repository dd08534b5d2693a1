"""Tags, attributes, checksums of every algorithm, and conditional deletes, by boto3."""
import base64
import hashlib

import pytest
from botocore.exceptions import ClientError


def code_of(refused):
    return refused.value.response["Error"]["Code"]


def status_of(refused):
    return refused.value.response["ResponseMetadata"]["HTTPStatusCode"]


def tags_of(s3, bucket, key, **version):
    return {tag["Key"]: tag["Value"]
            for tag in s3.get_object_tagging(Bucket=bucket, Key=key, **version)["TagSet"]}


def summed(body, algorithm):
    """Arguments that send the body with that checksum; botocore computes all but MD5."""
    if algorithm != "MD5":
        return {"Body": body, "ChecksumAlgorithm": algorithm}
    return {"Body": body, "ChecksumMD5": base64.b64encode(hashlib.md5(body).digest()).decode()}


def tag_set(**tags):
    return {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}


def test_tags_come_with_a_put_and_are_changed_without_touching_the_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"body", Tagging="a=1&b=two+words")
    before = s3.head_object(Bucket=bucket, Key="k")
    assert before["ResponseMetadata"]["HTTPHeaders"]["x-amz-tagging-count"] == "2"
    assert tags_of(s3, bucket, "k") == {"a": "1", "b": "two words"}

    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(c="3"))
    assert tags_of(s3, bucket, "k") == {"c": "3"}
    after = s3.get_object(Bucket=bucket, Key="k")
    assert (after["ETag"], after["LastModified"]) == (before["ETag"], before["LastModified"])
    assert after["Body"].read() == b"body"
    assert after["TagCount"] == 1

    answer = s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert tags_of(s3, bucket, "k") == {}


def test_each_version_has_tags_of_its_own(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1", Tagging="v=1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    answer = s3.put_object_tagging(Bucket=bucket, Key="k", VersionId=first, Tagging=tag_set(v="one"))
    assert answer["VersionId"] == first
    assert tags_of(s3, bucket, "k", VersionId=first) == {"v": "one"}
    assert tags_of(s3, bucket, "k", VersionId=second) == {}
    s3.delete_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError) as refused:
        s3.get_object_tagging(Bucket=bucket, Key="k")
    assert code_of(refused) == "MethodNotAllowed"


def test_copies_keep_tags_or_replace_them(s3, bucket):
    source = {"Bucket": bucket, "Key": "k"}
    s3.put_object(**source, Body=b"x", Tagging="a=1")
    s3.copy_object(Bucket=bucket, Key="same", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="other", CopySource=source, TaggingDirective="REPLACE",
                   Tagging="b=2")
    s3.copy_object(Bucket=bucket, Key="none", CopySource=source, TaggingDirective="REPLACE")
    assert [tags_of(s3, bucket, key) for key in ("same", "other", "none")] == [
        {"a": "1"}, {"b": "2"}, {}]


def test_tags_of_an_upload_are_those_of_the_object(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", Tagging="a=1")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert tags_of(s3, bucket, "k") == {"a": "1"}


@pytest.mark.parametrize("tags", [
    "&".join(f"k{i}=v" for i in range(11)), "a=1&a=2", "k" * 129 + "=v", "k=" + "v" * 257, "=v"])
def test_tags_beyond_the_limits_are_refused_and_nothing_is_stored(s3, bucket, tags):
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging=tags)
    assert code_of(refused) == "InvalidTag"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_object_attributes_say_what_was_asked_for(s3, bucket):
    everything = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"body", ChecksumAlgorithm="SHA256")
    plain = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=everything)
    assert plain["ETag"] == put["ETag"].strip('"')
    assert plain["Checksum"] == {"ChecksumSHA256": put["ChecksumSHA256"],
                                 "ChecksumType": "FULL_OBJECT"}
    assert (plain["ObjectSize"], plain["StorageClass"]) == (4, "STANDARD")
    assert "ObjectParts" not in plain
    size = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectSize"])
    assert "ETag" not in size and size["ObjectSize"] == 4

    upload = s3.create_multipart_upload(Bucket=bucket, Key="m", ChecksumAlgorithm="CRC32C")["UploadId"]
    parts = []
    for number, body in enumerate([b"a" * (5 << 20), b"b" * (5 << 20), b"c"], 1):
        part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=number, Body=body,
                              ChecksumAlgorithm="CRC32C")
        parts.append({"PartNumber": number, "ETag": part["ETag"],
                      "ChecksumCRC32C": part["ChecksumCRC32C"]})
    done = s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload,
                                        MultipartUpload={"Parts": parts},
                                        MpuObjectSize=(10 << 20) + 1)
    page = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=everything, MaxParts=2)
    assert page["Checksum"] == {"ChecksumCRC32C": done["ChecksumCRC32C"],
                                "ChecksumType": "COMPOSITE"}
    assert page["ObjectParts"]["TotalPartsCount"] == 3
    assert page["ObjectParts"]["IsTruncated"] is True
    assert page["ObjectParts"]["NextPartNumberMarker"] == 2
    assert [(part["PartNumber"], part["Size"], part["ChecksumCRC32C"])
            for part in page["ObjectParts"]["Parts"]] == [
                (1, 5 << 20, parts[0]["ChecksumCRC32C"]), (2, 5 << 20, parts[1]["ChecksumCRC32C"])]
    rest = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=everything,
                                    PartNumberMarker=2)
    assert [part["Size"] for part in rest["ObjectParts"]["Parts"]] == [1]
    assert rest["ObjectParts"]["IsTruncated"] is False


def test_an_upload_of_another_size_than_announced_is_refused_and_stays_open(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"12345")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    with pytest.raises(ClientError):
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts,
                                     MpuObjectSize=6)
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts,
                                 MpuObjectSize=5)
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 5


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512",
                                       "MD5", "XXHASH64", "XXHASH3", "XXHASH128"])
def test_every_checksum_of_the_sdk_is_checked_kept_and_returned(s3, bucket, algorithm):
    field = "Checksum" + algorithm
    put = s3.put_object(Bucket=bucket, Key="k", **summed(b"some bytes", algorithm))
    assert put[field]
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (got[field], got["ChecksumType"]) == (put[field], "FULL_OBJECT")
    assert got["Body"].read() == b"some bytes"
    other = s3.put_object(Bucket=bucket, Key="other", **summed(b"others", algorithm))
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="wrong", Body=b"some bytes", **{field: other[field]})
    assert code_of(refused) == "BadDigest"


@pytest.mark.parametrize("algorithm", ["SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"])
def test_checksums_that_cannot_be_joined_make_composites_only(s3, bucket, algorithm):
    field = "Checksum" + algorithm
    with pytest.raises(ClientError) as refused:
        s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm,
                                   ChecksumType="FULL_OBJECT")
    assert code_of(refused) == "InvalidRequest"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm)
    assert upload["ChecksumType"] == "COMPOSITE"
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload["UploadId"], PartNumber=1,
                          **summed(b"x", algorithm))
    done = s3.complete_multipart_upload(
        Bucket=bucket, Key="k", UploadId=upload["UploadId"], MultipartUpload={
            "Parts": [{"PartNumber": 1, "ETag": part["ETag"], field: part[field]}]})
    assert done[field].endswith("-1")
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[field] == done[field]


def test_a_copy_gets_the_checksum_that_is_asked_for(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"bytes")
    wanted = s3.put_object(Bucket=bucket, Key="w", Body=b"bytes", ChecksumAlgorithm="SHA512")
    copy = s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "k"},
                          ChecksumAlgorithm="SHA512")
    assert copy["CopyObjectResult"]["ChecksumSHA512"] == wanted["ChecksumSHA512"]


def test_deletes_hold_to_their_conditions(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"body")
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    for condition in ({"IfMatch": '"0"'}, {"IfMatchSize": 5},
                      {"IfMatchLastModifiedTime": modified.replace(year=2000)}):
        with pytest.raises(ClientError) as refused:
            s3.delete_object(Bucket=bucket, Key="k", **condition)
        assert (status_of(refused), code_of(refused)) == (412, "PreconditionFailed")
    many = s3.delete_objects(Bucket=bucket, Delete={"Objects": [
        {"Key": "k", "ETag": "other"}, {"Key": "k", "Size": 7}, {"Key": "absent"}]})
    assert [error["Code"] for error in many["Errors"]] == ["PreconditionFailed"] * 2
    assert [gone["Key"] for gone in many["Deleted"]] == ["absent"]
    s3.delete_object(Bucket=bucket, Key="k", IfMatch=put["ETag"], IfMatchSize=4,
                     IfMatchLastModifiedTime=modified)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    with pytest.raises(ClientError) as refused:
        s3.delete_object(Bucket=bucket, Key="k", IfMatch="*")
    assert status_of(refused) == 404

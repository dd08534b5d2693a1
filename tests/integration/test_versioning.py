"""Versions and delete markers."""
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def versioned(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def versions_of(s3, bucket, **options):
    answer = s3.list_object_versions(Bucket=bucket, **options)
    return ([(entry["Key"], entry["VersionId"], entry["IsLatest"]) for entry in answer.get("Versions", [])],
            [(entry["Key"], entry["VersionId"], entry["IsLatest"]) for entry in answer.get("DeleteMarkers", [])])


def test_every_put_is_a_version(s3, versioned):
    ids = [s3.put_object(Bucket=versioned, Key="k", Body=str(n).encode())["VersionId"] for n in range(5)]
    assert len(set(ids)) == 5
    for n, version in enumerate(ids):
        assert s3.get_object(Bucket=versioned, Key="k", VersionId=version)["Body"].read() == str(n).encode()
    listed, markers = versions_of(s3, versioned)
    assert [version for _, version, _ in listed] == ids[::-1]
    assert [latest for _, _, latest in listed] == [True] + [False] * 4
    assert markers == []


def test_a_delete_adds_a_marker_and_removing_it_undeletes(s3, versioned):
    version = s3.put_object(Bucket=versioned, Key="k", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=versioned, Key="k")
    assert marker["DeleteMarker"]
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=versioned, Key="k")
    assert error.value.response["Error"]["Code"] == "NoSuchKey"
    assert error.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=versioned, Key="k", VersionId=marker["VersionId"])
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 405
    assert "Contents" not in s3.list_objects_v2(Bucket=versioned)
    assert s3.get_object(Bucket=versioned, Key="k", VersionId=version)["Body"].read() == b"x"
    s3.delete_object(Bucket=versioned, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"x"


def test_deleting_the_newest_version_exposes_the_next(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=versioned, Key="k", Body=b"2")["VersionId"]
    s3.delete_object(Bucket=versioned, Key="k", VersionId=second)
    got = s3.get_object(Bucket=versioned, Key="k")
    assert (got["Body"].read(), got["VersionId"]) == (b"1", first)
    s3.delete_object(Bucket=versioned, Key="k", VersionId=first)
    s3.delete_object(Bucket=versioned, Key="k", VersionId=first)  # again is fine
    assert versions_of(s3, versioned) == ([], [])
    s3.delete_bucket(Bucket=versioned)


def test_objects_older_than_versioning_are_the_null_version(s3, bucket):
    s3.put_object(Bucket=bucket, Key="old", Body=b"0")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert versions_of(s3, bucket)[0] == [("old", "null", True)]
    new = s3.put_object(Bucket=bucket, Key="old", Body=b"1")["VersionId"]
    assert versions_of(s3, bucket)[0] == [("old", new, True), ("old", "null", False)]
    assert s3.get_object(Bucket=bucket, Key="old", VersionId="null")["Body"].read() == b"0"


def test_suspended_versioning_replaces_the_null_version_only(s3, versioned):
    kept = s3.put_object(Bucket=versioned, Key="k", Body=b"kept")["VersionId"]
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})
    for body in (b"a", b"b"):
        assert "VersionId" not in s3.put_object(Bucket=versioned, Key="k", Body=body)
    assert versions_of(s3, versioned)[0] == [("k", "null", True), ("k", kept, False)]
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"b"
    assert s3.delete_object(Bucket=versioned, Key="k")["VersionId"] == "null"
    listed, markers = versions_of(s3, versioned)
    assert listed == [("k", kept, False)] and markers == [("k", "null", True)]


def test_pages_of_versions_continue(s3, versioned):
    for key in ("a", "b/x", "b/y", "c"):
        for n in range(3):
            s3.put_object(Bucket=versioned, Key=key, Body=str(n).encode())
    s3.delete_object(Bucket=versioned, Key="a")
    whole = s3.list_object_versions(Bucket=versioned)
    expected = sorted((entry["Key"], entry["VersionId"]) for entry in whole["Versions"])
    for page in (1, 2, 5):
        found = [(entry["Key"], entry["VersionId"])
                 for answer in s3.get_paginator("list_object_versions").paginate(
                     Bucket=versioned, PaginationConfig={"PageSize": page})
                 for entry in answer.get("Versions", [])]
        assert sorted(found) == expected and len(found) == 12
    grouped = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [entry["Prefix"] for entry in grouped["CommonPrefixes"]] == ["b/"]


def test_bad_and_unknown_version_ids(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="other", Body=b"2")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=versioned, Key="k", VersionId="no-such-thing")
    assert error.value.response["Error"]["Code"] == "InvalidArgument"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=versioned, Key="other", VersionId=first)
    assert error.value.response["Error"]["Code"] == "NoSuchVersion"


def test_a_bucket_with_versions_left_is_not_deleted(s3, versioned):
    s3.put_object(Bucket=versioned, Key="k", Body=b"1")
    s3.delete_object(Bucket=versioned, Key="k")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=versioned)
    assert error.value.response["Error"]["Code"] == "BucketNotEmpty"

"""RenameObject, which AWS has for directory buckets, on every bucket."""
import concurrent.futures
import os
import urllib.parse

import pytest
from botocore.exceptions import ClientError


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def keys_of(s3, bucket):
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_an_object_moves_with_all_it_has(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b/ü", Body=b"body", ContentType="text/x",
                  Metadata={"m": "1"}, Tagging="t=1", ChecksumAlgorithm="SHA256")
    before = s3.head_object(Bucket=bucket, Key="a b/ü", ChecksumMode="ENABLED")
    s3.rename_object(Bucket=bucket, Key="new/k", RenameSource=urllib.parse.quote("a b/ü"))
    after = s3.head_object(Bucket=bucket, Key="new/k", ChecksumMode="ENABLED")
    for name in ("ETag", "ContentType", "Metadata", "ChecksumSHA256", "LastModified"):
        assert after[name] == before[name]
    assert s3.get_object_tagging(Bucket=bucket, Key="new/k")["TagSet"] == [{"Key": "t", "Value": "1"}]
    assert keys_of(s3, bucket) == ["new/k"]


@pytest.mark.parametrize("form", ["{key}", "{bucket}/{key}", "/{bucket}/{key}"])
def test_the_source_is_named_as_aws_documents_it(s3, bucket, form):
    s3.put_object(Bucket=bucket, Key="old", Body=b"1")
    s3.rename_object(Bucket=bucket, Key="new", RenameSource=form.format(bucket=bucket, key="old"))
    assert keys_of(s3, bucket) == ["new"]


def test_a_plain_key_wins_over_a_longer_name_of_another(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"short")
    s3.put_object(Bucket=bucket, Key=f"{bucket}/k", Body=b"long")
    s3.rename_object(Bucket=bucket, Key="new", RenameSource=f"{bucket}/k")
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"long"
    assert keys_of(s3, bucket) == ["k", "new"]


def test_conditions_and_refusals_change_nothing(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ETag"]
    other = s3.put_object(Bucket=bucket, Key="b", Body=b"2")["ETag"]
    rename = {"Bucket": bucket, "Key": "b", "RenameSource": "a"}
    failed = (412, "PreconditionFailed")
    assert refused(s3.rename_object, **rename, DestinationIfNoneMatch="*") == failed
    assert refused(s3.rename_object, **rename, DestinationIfMatch=etag) == failed
    assert refused(s3.rename_object, **rename, SourceIfMatch=other) == failed
    assert refused(s3.rename_object, **rename, SourceIfNoneMatch="*") == failed
    assert refused(s3.rename_object, **rename, SourceIfUnmodifiedSince=1) == failed
    assert refused(s3.rename_object, **rename, DestinationIfModifiedSince=4_000_000_000) == failed
    assert refused(s3.rename_object, **rename | {"RenameSource": "c"}) == (404, "NoSuchKey")
    assert refused(s3.rename_object, **rename | {"RenameSource": "b"})[0] == 400
    assert refused(s3.rename_object, **rename | {"Key": "c/"})[0] == 400
    assert refused(s3.rename_object, **rename, ClientToken="x" * 65) == (400, "InvalidArgument")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"2"
    s3.rename_object(**rename, DestinationIfMatch=other, SourceIfMatch=etag)
    assert keys_of(s3, bucket) == ["b"]


def test_a_failed_condition_is_named(s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    with pytest.raises(ClientError) as error:
        s3.rename_object(Bucket=bucket, Key="b", RenameSource="a", DestinationIfNoneMatch="*")
    assert error.value.response["Error"]["Condition"] == "If-None-Match"


def test_a_token_makes_a_retry_harmless_even_after_a_restart(new_site):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="tokens")
    s3.put_object(Bucket="tokens", Key="a", Body=b"1")
    rename = {"Bucket": "tokens", "Key": "b", "RenameSource": "a", "ClientToken": "t-1"}
    s3.rename_object(**rename)
    site.stop_s3d()
    site.start_s3d()
    s3.rename_object(**rename)
    s3.put_object(Bucket="tokens", Key="a", Body=b"2")
    s3.rename_object(**rename)
    assert s3.get_object(Bucket="tokens", Key="b")["Body"].read() == b"1"
    assert refused(s3.rename_object, **rename | {"Key": "c"}) == (400, "IdempotencyParameterMismatch")


def test_versioned_buckets_keep_both_histories(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    answer = s3.rename_object(Bucket=bucket, Key="b", RenameSource="a")
    version = answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-version-id"]
    assert s3.get_object(Bucket=bucket, Key="b", VersionId=version)["Body"].read() == b"1"
    assert s3.get_object(Bucket=bucket, Key="a", VersionId=first)["Body"].read() == b"1"
    markers = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]
    assert [(marker["Key"], marker["IsLatest"]) for marker in markers] == [("a", True)]


def test_who_renames_must_read_and_delete_the_source_and_write_the_destination(site, s3, bucket):
    other = site.client(alt=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    actions = ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"]

    def allow(names):
        resource = [f"arn:aws:s3:::{bucket}/*"]
        s3.put_bucket_policy(Bucket=bucket, Policy=str({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": names, "Resource": resource}]})
            .replace("'", '"'))

    for missing in actions:
        allow([name for name in actions if name != missing])
        denied = refused(other.rename_object, Bucket=bucket, Key="b", RenameSource="a")
        assert denied == (403, "AccessDenied")
        assert keys_of(s3, bucket) == ["a"]
    allow(actions)
    other.rename_object(Bucket=bucket, Key="b", RenameSource="a", ClientToken="x")
    other.rename_object(Bucket=bucket, Key="b", RenameSource="a", ClientToken="x")
    assert refused(other.rename_object, Bucket=bucket, Key="b", RenameSource="a") == \
        (403, "AccessDenied")
    assert keys_of(s3, bucket) == ["b"]


def test_of_many_renames_to_one_free_key_one_wins(site, s3, bucket):
    names = [f"k{number}" for number in range(16)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=name.encode())
    client = site.client(max_pool_connections=16)

    def rename(name):
        try:
            client.rename_object(Bucket=bucket, Key="lock", RenameSource=name,
                                 DestinationIfNoneMatch="*")
            return name
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"
            return None

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        winners = [name for name in pool.map(rename, names) if name]
    assert len(winners) == 1
    assert s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == winners[0].encode()
    assert sorted(keys_of(s3, bucket)) == sorted(set(names) - set(winners) | {"lock"})


def test_the_mount_shows_it_at_once(mounted_site, mount, s3, bucket):
    (mount / "a").write_bytes(b"1")
    os.chmod(mount / "a", 0o600)
    reader = open(mount / "a", "rb")
    s3.rename_object(Bucket=bucket, Key="d/b", RenameSource="a")
    assert not (mount / "a").exists()
    assert (mount / "d/b").read_bytes() == b"1"
    assert (mount / "d/b").stat().st_mode & 0o777 == 0o600
    assert reader.read() == b"1"
    reader.close()
    (mount / "d/b").write_bytes(b"2")
    assert s3.get_object(Bucket=bucket, Key="d/b")["Body"].read() == b"2"

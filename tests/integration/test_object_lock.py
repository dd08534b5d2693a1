"""Object lock over S3 and through the mount."""
import datetime
import errno
import os

import pytest
from botocore.exceptions import ClientError

NEVER = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def locked(site, s3):
    name = site.new_bucket_name()
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def retention(mode, until=NEVER):
    return {"Mode": mode, "RetainUntilDate": until}


def test_a_bucket_made_with_the_flag_keeps_versions_for_good(s3, locked):
    assert s3.get_bucket_versioning(Bucket=locked)["Status"] == "Enabled"
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket=locked,
                   VersioningConfiguration={"Status": "Suspended"}) == "InvalidBucketState"


def test_buckets_without_lock_say_so(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refusal(s3.get_object_lock_configuration,
                   Bucket=bucket) == "ObjectLockConfigurationNotFoundError"
    for call in (s3.get_object_retention, s3.get_object_legal_hold):
        assert refusal(call, Bucket=bucket, Key="k") == "InvalidRequest"
    assert refusal(s3.put_object, Bucket=bucket, Key="n", Body=b"x",
                   ObjectLockLegalHoldStatus="ON") == "InvalidRequest"
    assert refusal(s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled"}) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled"})
    s3.put_object_legal_hold(Bucket=bucket, Key="k", LegalHold={"Status": "ON"})
    assert refusal(s3.delete_object, Bucket=bucket, Key="k", VersionId="null") == "AccessDenied"


@pytest.mark.parametrize("rule, code", [
    ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidRetentionPeriod"),
    ({"Mode": "GOVERNANCE", "Days": 1, "Years": 1}, "MalformedXML"),
    ({"Mode": "GOVERNANCE"}, "MalformedXML"),
    ({"Mode": "abc", "Days": 1}, "MalformedXML")])
def test_default_retentions_that_make_no_sense_are_refused(s3, locked, rule, code):
    assert refusal(s3.put_object_lock_configuration, Bucket=locked, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": rule}}) == code


def test_the_default_retention_is_that_of_new_versions(s3, locked):
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}})
    put = s3.put_object(Bucket=locked, Key="k", Body=b"x")
    head = s3.head_object(Bucket=locked, Key="k")
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == head["LastModified"] + datetime.timedelta(days=3)
    assert refusal(s3.delete_object, Bucket=locked, Key="k", VersionId=put["VersionId"],
                   BypassGovernanceRetention=True) == "AccessDenied"
    upload = s3.create_multipart_upload(Bucket=locked, Key="m")["UploadId"]
    part = s3.upload_part(Bucket=locked, Key="m", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=locked, Key="m", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert s3.head_object(Bucket=locked, Key="m")["ObjectLockMode"] == "COMPLIANCE"
    s3.copy_object(Bucket=locked, Key="c", CopySource={"Bucket": locked, "Key": "k"})
    assert s3.head_object(Bucket=locked, Key="c")["ObjectLockMode"] == "COMPLIANCE"


def test_a_locked_version_stays_while_its_key_goes_on(s3, locked):
    first = s3.put_object(Bucket=locked, Key="k", Body=b"1", ObjectLockMode="GOVERNANCE",
                          ObjectLockRetainUntilDate=NEVER)["VersionId"]
    assert s3.put_object(Bucket=locked, Key="k", Body=b"2")["VersionId"] != first
    assert s3.delete_object(Bucket=locked, Key="k")["DeleteMarker"]
    assert refusal(s3.delete_object, Bucket=locked, Key="k", VersionId=first) == "AccessDenied"
    many = s3.delete_objects(Bucket=locked, Delete={"Objects": [{"Key": "k", "VersionId": first}]})
    assert many["Errors"][0]["Code"] == "AccessDenied"
    assert s3.get_object(Bucket=locked, Key="k", VersionId=first)["Body"].read() == b"1"
    s3.delete_object(Bucket=locked, Key="k", VersionId=first, BypassGovernanceRetention=True)
    assert refusal(s3.get_object, Bucket=locked, Key="k", VersionId=first) == "NoSuchVersion"


def test_retention_is_made_longer_and_only_governance_weaker(s3, locked):
    later = NEVER + datetime.timedelta(days=1)
    target = {"Bucket": locked, "Key": "k"}
    s3.put_object(**target, Body=b"x")
    assert refusal(s3.get_object_retention, **target) == "NoSuchObjectLockConfiguration"
    assert refusal(s3.put_object_retention, **target, Retention=retention(
        "GOVERNANCE", datetime.datetime(2000, 1, 1))) == "InvalidArgument"
    s3.put_object_retention(**target, Retention=retention("GOVERNANCE", later))
    assert s3.get_object_retention(**target)["Retention"] == retention("GOVERNANCE", later)
    assert refusal(s3.put_object_retention, **target,
                   Retention=retention("GOVERNANCE")) == "AccessDenied"
    s3.put_object_retention(**target, Retention=retention("GOVERNANCE"),
                            BypassGovernanceRetention=True)
    s3.put_object_retention(**target, Retention=retention("COMPLIANCE"),
                            BypassGovernanceRetention=True)
    s3.put_object_retention(**target, Retention=retention("COMPLIANCE", later))
    for weaker in (retention("COMPLIANCE"), retention("GOVERNANCE", later)):
        assert refusal(s3.put_object_retention, **target, Retention=weaker,
                       BypassGovernanceRetention=True) == "AccessDenied"


def test_a_legal_hold_is_put_on_and_taken_off(s3, locked):
    put = s3.put_object(Bucket=locked, Key="k", Body=b"x", ObjectLockLegalHoldStatus="ON")
    target = {"Bucket": locked, "Key": "k", "VersionId": put["VersionId"]}
    assert s3.get_object_legal_hold(**target)["LegalHold"] == {"Status": "ON"}
    assert s3.head_object(**target)["ObjectLockLegalHoldStatus"] == "ON"
    assert refusal(s3.delete_object, **target, BypassGovernanceRetention=True) == "AccessDenied"
    assert refusal(s3.put_object_legal_hold, **target, LegalHold={"Status": "abc"}) == "MalformedXML"
    s3.put_object_legal_hold(**target, LegalHold={"Status": "OFF"})
    s3.delete_object(**target)


def test_the_mount_leaves_locked_versions_alone(site, mounted_site, s3, locked):
    folder = mounted_site.mount_point / locked
    for name in ("locked", "free"):
        s3.put_object(Bucket=locked, Key=f"d/{name}", Body=b"1234")
    s3.put_object_legal_hold(Bucket=locked, Key="d/locked", LegalHold={"Status": "ON"})
    path = folder / "d" / "locked"

    def errno_of(action):
        with pytest.raises(OSError) as refused:
            action()
        return refused.value.errno

    assert path.read_bytes() == b"1234"
    assert errno_of(path.unlink) == errno.EPERM
    assert errno_of(lambda: os.truncate(path, 2)) == errno.EPERM
    assert errno_of(lambda: path.write_bytes(b"other")) == errno.EPERM
    assert errno_of(lambda: os.open(path, os.O_RDWR)) == errno.EPERM
    assert errno_of(lambda: path.rename(folder / "d" / "moved")) == errno.EPERM
    assert errno_of(lambda: (folder / "d" / "free").rename(path)) == errno.EPERM
    assert errno_of(lambda: (folder / "d").rename(folder / "e")) == errno.EXDEV
    assert s3.get_object(Bucket=locked, Key="d/locked")["Body"].read() == b"1234"
    (folder / "d" / "free").write_bytes(b"new")
    (folder / "d" / "free").unlink()
    s3.put_object_legal_hold(Bucket=locked, Key="d/locked", LegalHold={"Status": "OFF"})
    path.unlink()
    assert not path.exists()


def test_a_lock_that_comes_while_a_file_is_open_keeps_what_was_there(site, mounted_site, s3, locked):
    path = mounted_site.mount_point / locked / "open"
    version = s3.put_object(Bucket=locked, Key="open", Body=b"before")["VersionId"]
    with open(path, "r+b", buffering=0) as file:
        file.write(b"after!")
        s3.put_object_legal_hold(Bucket=locked, Key="open", VersionId=version,
                                 LegalHold={"Status": "ON"})
        os.fsync(file.fileno())
    assert s3.get_object(Bucket=locked, Key="open", VersionId=version)["Body"].read() == b"before"

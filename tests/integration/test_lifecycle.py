"""Lifecycle rules in a daemon whose days are short, and by hand."""
import pytest

from support import wait_until


@pytest.fixture
def aging(new_site):
    """A site whose day is a second, looked after every second."""
    site = new_site(settings="lifecycle:\n  day_seconds: 1\n  interval_seconds: 1\n")
    site.start_s3d()
    return site


def rules(*given):
    return {"Rules": [{"ID": f"r{number}", "Status": "Enabled", **rule}
                      for number, rule in enumerate(given)]}


def keys_of(s3, bucket):
    return [row["Key"] for row in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_the_daemon_removes_what_is_due_and_nothing_else(aging):
    s3 = aging.client()
    s3.create_bucket(Bucket="bucket")
    for key in ("logs/a", "keep/a"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"x")
    s3.put_object(Bucket="bucket", Key="tagged", Body=b"x", Tagging="old=yes")
    upload = s3.create_multipart_upload(Bucket="bucket", Key="logs/part")["UploadId"]
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration=rules(
        {"Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"Filter": {"Tag": {"Key": "old", "Value": "yes"}}, "Expiration": {"Days": 1}}))
    wait_until(lambda: keys_of(s3, "bucket") == ["keep/a"], 30, "the expiration")
    wait_until(lambda: "Uploads" not in s3.list_multipart_uploads(Bucket="bucket"), 30,
               f"the end of {upload}")


def test_versions_go_by_their_rules_and_locked_ones_stay(aging):
    s3 = aging.client()
    s3.create_bucket(Bucket="bucket", ObjectLockEnabledForBucket=True)
    locked = s3.put_object(Bucket="bucket", Key="k", Body=b"0",
                           ObjectLockLegalHoldStatus="ON")["VersionId"]
    for body in (b"1", b"2", b"3"):
        newest = s3.put_object(Bucket="bucket", Key="k", Body=body)["VersionId"]
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration=rules(
        {"Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}))
    wait_until(lambda: [row["VersionId"] for row in
                        s3.list_object_versions(Bucket="bucket")["Versions"]] == [newest, locked],
               30, "the end of old versions")


def test_by_hand_first_dry_then_for_good(new_site):
    site = new_site(settings="lifecycle:\n  day_seconds: 1\n  interval_seconds: 86400\n")
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration=rules(
        {"Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}))
    expected = {"action": "expire", "bucket": "bucket", "key": "k", "id": "", "rule": "r0"}
    wait_until(lambda: site.admin_json("lifecycle", "run", "--dry-run") == [expected], 30, "a day")
    assert keys_of(s3, "bucket") == ["k"]
    assert site.admin_json("lifecycle", "run") == [expected]
    assert keys_of(s3, "bucket") == []

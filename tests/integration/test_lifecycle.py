"""Lifecycle rules in a daemon whose days are short, and by hand."""
import datetime
from email.utils import parsedate_to_datetime

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


def test_an_object_tells_when_and_why_it_will_go(bucket, s3):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules(
        {"Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}},
        {"Filter": {"Prefix": "logs/", "Tag": {"Key": "old", "Value": "yes"}},
         "Expiration": {"Days": 1}},
        {"Filter": {"ObjectSizeGreaterThan": 100}, "Expiration": {"Date": "2099-01-01T00:00:00Z"}}))

    def told(answer):
        text = answer.get("Expiration")
        return text and text.split('rule-id="')[1].rstrip('"')

    assert told(s3.put_object(Bucket=bucket, Key="logs/a", Body=b"x")) == "r0"
    assert told(s3.put_object(Bucket=bucket, Key="logs/b", Body=b"x", Tagging="old=yes")) == "r1"
    assert told(s3.put_object(Bucket=bucket, Key="k", Body=b"x")) is None
    large = s3.put_object(Bucket=bucket, Key="l", Body=b"x" * 101)
    assert large["Expiration"] == 'expiry-date="Thu, 01 Jan 2099 00:00:00 GMT", rule-id="r2"'
    head = s3.head_object(Bucket=bucket, Key="logs/b")
    due = parsedate_to_datetime(head["Expiration"].split('"')[1])
    assert datetime.timedelta(days=1) <= due - head["LastModified"] <= datetime.timedelta(days=2)
    assert (due.hour, due.minute, due.second) == (0, 0, 0)
    assert told(s3.get_object(Bucket=bucket, Key="logs/a")) == "r0"
    copy = s3.copy_object(Bucket=bucket, Key="logs/c", CopySource=f"{bucket}/k")
    assert told(copy) == "r0"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="logs/m", Tagging="old=yes")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="logs/m", UploadId=upload, PartNumber=1, Body=b"x")
    assert told(s3.complete_multipart_upload(
        Bucket=bucket, Key="logs/m", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})) == "r1"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert told(s3.head_object(Bucket=bucket, Key="logs/a")) is None

"""Who may do what: two users, nobody, policies, lists and blocks, by real clients."""
import datetime
import json
import time

import boto3
import pytest
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def alt(site):
    return site.client(alt=True)


@pytest.fixture
def nobody(site):
    return boto3.client("s3", endpoint_url=site.endpoint, region_name="us-east-1",
                        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}))


def client_of(site, access_key, secret_key):
    return boto3.client("s3", endpoint_url=site.endpoint, region_name="us-east-1",
                        aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        config=Config(s3={"addressing_style": "path"}))


def refused(call, *arguments, **options):
    """The S3 code of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    return caught.value.response["Error"]["Code"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource, **more):
    return {"Effect": "Allow", "Principal": "*", "Action": action,
            "Resource": f"arn:aws:s3:::{resource}", **more}


def test_a_user_cannot_touch_or_see_another_users_bucket(bucket, s3, alt, nobody):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for client in (alt, nobody):
        assert refused(client.list_objects_v2, Bucket=bucket) == "AccessDenied"
        assert refused(client.get_object, Bucket=bucket, Key="k") == "AccessDenied"
        assert refused(client.get_object, Bucket=bucket, Key="absent") == "AccessDenied"
        assert refused(client.put_object, Bucket=bucket, Key="n", Body=b"") == "AccessDenied"
        assert refused(client.delete_object, Bucket=bucket, Key="k") == "AccessDenied"
        assert refused(client.get_bucket_acl, Bucket=bucket) == "AccessDenied"
        assert refused(client.put_bucket_policy, Bucket=bucket, Policy="{}") == "AccessDenied"
        assert refused(client.delete_bucket, Bucket=bucket) == "AccessDenied"
    answer = alt.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    assert bucket not in [row["Name"] for row in alt.list_buckets()["Buckets"]]
    assert refused(nobody.list_buckets) == "AccessDenied"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_copy_needs_the_right_to_read_its_source(bucket, s3, alt, site):
    s3.put_object(Bucket=bucket, Key="secret", Body=b"x")
    own = site.new_bucket_name()
    alt.create_bucket(Bucket=own)
    source = {"Bucket": bucket, "Key": "secret"}
    assert refused(alt.copy_object, Bucket=own, Key="k", CopySource=source) == "AccessDenied"
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"{bucket}/*")))
    alt.copy_object(Bucket=own, Key="k", CopySource=source)
    assert alt.get_object(Bucket=own, Key="k")["Body"].read() == b"x"


def test_a_policy_is_in_force_when_put_returns_and_gone_when_deleted(bucket, s3, nobody):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for _ in range(5):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"{bucket}/*")))
        assert nobody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
        s3.delete_bucket_policy(Bucket=bucket)
        assert refused(nobody.get_object, Bucket=bucket, Key="k") == "AccessDenied"


def test_deny_binds_the_owner_but_not_over_the_policy(bucket, s3):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(deny))
    assert refused(s3.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"y") == "AccessDenied"
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"] == [deny]
    s3.delete_bucket_policy(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_delete_objects_is_judged_key_by_key(bucket, s3, alt):
    for key in ("mine/a", "other/a"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(allow("s3:DeleteObject", f"{bucket}/mine/*")))
    answer = alt.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "mine/a"}, {"Key": "other/a"}]})
    assert [row["Key"] for row in answer["Deleted"]] == ["mine/a"]
    assert [(row["Key"], row["Code"]) for row in answer["Errors"]] == [("other/a", "AccessDenied")]
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["other/a"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement": []}',
                                  '{"Statement": {"Effect": "Allow"}}'])
def test_a_policy_that_makes_no_sense_is_refused_and_changes_nothing(bucket, s3, text):
    good = policy(allow("s3:GetObject", f"{bucket}/*"))
    s3.put_bucket_policy(Bucket=bucket, Policy=good)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == "MalformedPolicy"
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == good


def test_conditions_on_address_and_prefix(bucket, s3, alt):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    local = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    far = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(
        allow("s3:GetObject", f"{bucket}/*", Condition=far)))
    assert refused(alt.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(
        allow("s3:GetObject", f"{bucket}/*", Condition=local),
        allow("s3:ListBucket", bucket, Condition={"StringEquals": {"s3:prefix": "home/"}})))
    assert alt.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    alt.list_objects_v2(Bucket=bucket, Prefix="home/")
    assert refused(alt.list_objects_v2, Bucket=bucket) == "AccessDenied"


def test_canned_lists_open_buckets_and_objects(bucket, s3, nobody):
    s3.put_object(Bucket=bucket, Key="open", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"y")
    assert nobody.get_object(Bucket=bucket, Key="open")["Body"].read() == b"x"
    assert refused(nobody.get_object, Bucket=bucket, Key="closed") == "AccessDenied"
    assert refused(nobody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert len(nobody.list_objects_v2(Bucket=bucket)["Contents"]) == 2
    nobody.put_object(Bucket=bucket, Key="gift", Body=b"z")
    assert s3.get_object(Bucket=bucket, Key="gift")["Body"].read() == b"z"
    s3.put_object_acl(Bucket=bucket, Key="open", ACL="private")
    assert refused(nobody.get_object, Bucket=bucket, Key="open") == "AccessDenied"
    assert s3.head_object(Bucket=bucket, Key="open")["ContentLength"] == 1


def test_lists_of_versions_are_their_own(bucket, s3, nobody):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    etag = s3.head_object(Bucket=bucket, Key="k")["ETag"]
    s3.put_object_acl(Bucket=bucket, Key="k", VersionId=first, ACL="public-read")
    assert nobody.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"1"
    assert refused(nobody.get_object, Bucket=bucket, Key="k", VersionId=second) == "AccessDenied"
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ETag"], head["VersionId"]) == (etag, second)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2


def test_what_another_user_writes_is_the_writers_unless_the_owner_is_enforced(bucket, s3, alt):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:PutObject", f"{bucket}/*")))
    alt.put_object(Bucket=bucket, Key="theirs", Body=b"x")
    assert refused(s3.get_object, Bucket=bucket, Key="theirs") == "AccessDenied"
    assert alt.get_object(Bucket=bucket, Key="theirs")["Body"].read() == b"x"
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    alt.put_object(Bucket=bucket, Key="ours", Body=b"y")
    for key in ("theirs", "ours"):
        s3.get_object(Bucket=bucket, Key=key)
    assert refused(alt.get_object, Bucket=bucket, Key="theirs") == "AccessDenied"
    assert refused(alt.put_object, Bucket=bucket, Key="k", Body=b"",
                   ACL="public-read") == "AccessControlListNotSupported"


def test_a_block_overrules_lists_and_policies(bucket, s3, nobody):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={
        "BlockPublicAcls": True, "IgnorePublicAcls": True,
        "BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    assert refused(nobody.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert refused(s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read") == "AccessDenied"
    assert refused(s3.put_object, Bucket=bucket, Key="n", Body=b"",
                   ACL="public-read") == "AccessDenied"
    assert refused(s3.put_bucket_policy, Bucket=bucket,
                   Policy=policy(allow("s3:GetObject", f"{bucket}/*"))) == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="n", Body=b"", ACL="private")


def test_an_administrator_from_the_environment_comes_and_goes(new_site, monkeypatch):
    site = new_site()
    for variable, value in (("MINIO_ROOT_USER", "operator"), ("MINIO_ROOT_PASSWORD", "first-secret")):
        monkeypatch.setenv(variable, value)
    site.start_s3d()
    root = client_of(site, "operator", "first-secret")
    site.client().create_bucket(Bucket="users-own")
    root.put_object(Bucket="users-own", Key="k", Body=b"x")
    assert site.client().get_object(Bucket="users-own", Key="k")["Body"].read() == b"x"
    site.stop_s3d()

    monkeypatch.setenv("ALEXANDER_ROOT_PASSWORD", "second-secret")
    site.start_s3d()
    assert refused(root.list_buckets) == "SignatureDoesNotMatch"
    client_of(site, "operator", "second-secret").list_buckets()
    site.stop_s3d()

    for variable in ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD", "ALEXANDER_ROOT_PASSWORD"):
        monkeypatch.delenv(variable)
    site.start_s3d()
    assert refused(client_of(site, "operator", "second-secret").list_buckets) == "InvalidAccessKeyId"


def test_disabled_users_and_expired_keys_stop_at_once(site, alt):
    alt.list_buckets()
    assert site.admin_json("user", "disable", "alt")["enabled"] is False
    assert refused(alt.list_buckets) == "InvalidAccessKeyId"
    site.admin("user", "enable", "alt")
    alt.list_buckets()
    assert site.run_admin("accesskey", "create", "--username", "alt", "--expires",
                          "2001-01-01").returncode == 2
    key = site.admin_json("accesskey", "create", "--username", "alt", "--expires", "2999-01-01")
    assert key["expires"].startswith("2999-01-01T00:00:00")


def works_until(client, expires):
    """Asks until refused. True if the key worked before; never after the second that it names."""
    worked = False
    while True:
        begun = time.time()
        try:
            client.list_buckets()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidAccessKeyId"
            assert time.time() >= expires
            return worked
        assert begun < expires
        worked = True


def test_a_key_works_until_the_second_it_expires(site):
    for seconds in (3, 10, 30):  # a machine may be too slow to use a key that lives so shortly
        expires = int(time.time()) + seconds
        when = datetime.datetime.fromtimestamp(expires, datetime.timezone.utc)
        key = site.admin_json("accesskey", "create", "--username", "alt", "--expires",
                              when.strftime("%Y-%m-%dT%H:%M:%SZ"))
        client = client_of(site, key["access_key_id"], key["secret_access_key"])
        if works_until(client, expires):
            return
    raise AssertionError("the key never worked")


def test_anonymous_reads_are_told_nothing_by_response_overrides(bucket, s3, site):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    url = f"{site.endpoint}/{bucket}/k"
    assert urllib3.request("GET", url).status == 200
    assert urllib3.request("GET", url + "?response-content-type=text/html").status == 400

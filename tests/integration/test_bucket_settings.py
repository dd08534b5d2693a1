"""Settings of buckets: what was put is what is got, and the exact answer when there is none."""
import pytest
import urllib3
from botocore.exceptions import ClientError

ABSENT = [
    ("policy", "NoSuchBucketPolicy"),
    ("cors", "NoSuchCORSConfiguration"),
    ("lifecycle", "NoSuchLifecycleConfiguration"),
    ("tagging", "NoSuchTagSet"),
    ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("ownership_controls", "OwnershipControlsNotFoundError"),
    ("website", "NoSuchWebsiteConfiguration"),
    ("replication", "ReplicationConfigurationNotFoundError"),
]
LIFECYCLE = {"Rules": [
    {"ID": "one", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}},
    {"Status": "Disabled", "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}],
                                              "ObjectSizeGreaterThan": 10}},
     "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}},
    {"ID": "three", "Status": "Enabled", "Filter": {"Prefix": ""},
     "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]}
CORS = {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://*.example.org"],
                       "AllowedHeaders": ["x-amz-*"], "ExposeHeaders": ["ETag"],
                       "MaxAgeSeconds": 600}]}


def refused(call, **options):
    with pytest.raises(ClientError) as caught:
        call(**options)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def getter(s3, name):
    renamed = {"lifecycle": "lifecycle_configuration"}
    return getattr(s3, "get_bucket_" + renamed.get(name, name))


@pytest.mark.parametrize(("name", "code"), ABSENT)
def test_a_setting_that_is_not_there_has_its_own_404(bucket, s3, name, code):
    assert refused(getter(s3, name), Bucket=bucket) == (404, code)
    if name != "replication":
        deleted = getattr(s3, "delete_bucket_" + name)(Bucket=bucket)
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(s3.get_public_access_block, Bucket=bucket) == (
        404, "NoSuchPublicAccessBlockConfiguration")


def test_what_this_server_does_not_do_is_answered_truthfully(bucket, s3):
    def answer(call):
        return {name: value for name, value in call(Bucket=bucket).items()
                if name != "ResponseMetadata"}
    assert answer(s3.get_bucket_notification_configuration) == {}
    assert answer(s3.get_bucket_logging) == {}
    assert answer(s3.get_bucket_accelerate_configuration) == {}
    assert answer(s3.get_bucket_request_payment) == {"Payer": "BucketOwner"}
    assert refused(s3.put_bucket_logging, Bucket=bucket, BucketLoggingStatus={})[0] == 501


def test_documents_come_back_and_survive_a_restart(new_site):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="settings", ObjectOwnership="BucketOwnerPreferred", ACL="public-read")
    s3.put_bucket_cors(Bucket="settings", CORSConfiguration=CORS)
    s3.put_bucket_lifecycle_configuration(Bucket="settings", LifecycleConfiguration=LIFECYCLE)
    tags = [{"Key": "größe", "Value": "a b & c"}]
    s3.put_bucket_tagging(Bucket="settings", Tagging={"TagSet": tags})
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket="settings", ServerSideEncryptionConfiguration=encryption)
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"}}
    s3.put_bucket_website(Bucket="settings", WebsiteConfiguration=website)
    site.stop_s3d()
    site.start_s3d()

    assert s3.get_bucket_cors(Bucket="settings")["CORSRules"] == CORS["CORSRules"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket="settings")["Rules"]
    assert rules[1].pop("ID")
    assert rules == LIFECYCLE["Rules"]
    assert s3.get_bucket_tagging(Bucket="settings")["TagSet"] == tags
    assert s3.get_bucket_encryption(Bucket="settings")["ServerSideEncryptionConfiguration"] == \
        encryption
    answer = s3.get_bucket_website(Bucket="settings")
    assert {name: answer[name] for name in website} == website
    ownership = s3.get_bucket_ownership_controls(Bucket="settings")["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    assert len(s3.get_bucket_acl(Bucket="settings")["Grants"]) == 2
    s3.delete_bucket_lifecycle(Bucket="settings")
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket="settings")[0] == 404
    s3.delete_bucket(Bucket="settings")


@pytest.mark.parametrize("change", [
    {"Status": "enabled"},
    {"ID": "x" * 256},
    {"Expiration": {"Days": 0}},
    {"Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": True}},
    {"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]},
    {"Expiration": {}},
])
def test_a_lifecycle_rule_that_cannot_be_kept_is_refused(bucket, s3, change):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    status, _ = refused(s3.put_bucket_lifecycle_configuration, Bucket=bucket,
                        LifecycleConfiguration={"Rules": [rule | change]})
    assert status == 400
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket)[0] == 404


def test_a_preflight_is_answered_by_the_rules(bucket, s3, site):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=CORS)
    url = f"{site.endpoint}/{bucket}/k"

    def ask(origin, method, headers=""):
        return urllib3.request("OPTIONS", url, headers={
            "Origin": origin, "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers})

    good = ask("https://www.example.org", "PUT", "X-Amz-Date, x-amz-acl")
    assert good.status == 200
    assert good.headers["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert good.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert good.headers["Access-Control-Allow-Headers"] == "x-amz-date, x-amz-acl"
    assert good.headers["Access-Control-Max-Age"] == "600"
    assert ask("https://example.com", "PUT").status == 403
    assert ask("https://www.example.org", "DELETE").status == 403
    assert ask("https://www.example.org", "PUT", "authorization").status == 403
    assert urllib3.request("OPTIONS", url).status == 400
    denied = urllib3.request("GET", url, headers={"Origin": "https://www.example.org"})
    assert denied.status == 403
    assert denied.headers["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert denied.headers["Access-Control-Expose-Headers"] == "ETag"
    stranger = urllib3.request("GET", url, headers={"Origin": "https://example.com"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_making_ones_own_bucket_again_never_changes_its_list(bucket, s3):
    s3.create_bucket(Bucket=bucket)
    assert refused(s3.create_bucket, Bucket=bucket, ACL="public-read") == (409, "BucketAlreadyExists")
    assert len(s3.get_bucket_acl(Bucket=bucket)["Grants"]) == 1


def test_a_bucket_goes_with_its_unfinished_uploads(site, s3):
    name = site.new_bucket_name()
    s3.create_bucket(Bucket=name)
    upload = s3.create_multipart_upload(Bucket=name, Key="k")["UploadId"]
    s3.upload_part(Bucket=name, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=name)


def test_a_quota_holds_for_s3_and_is_told_by_name(bucket, s3, site):
    row = site.admin_json("bucket", "set-quota", bucket, "--bytes", "10", "--objects", "2")
    assert (row["quota_bytes"], row["quota_objects"]) == (10, 2)
    s3.put_object(Bucket=bucket, Key="a", Body=b"123456")
    assert refused(s3.put_object, Bucket=bucket, Key="b", Body=b"12345") == (403, "QuotaExceeded")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="b")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="b", UploadId=upload, PartNumber=1, Body=b"12345")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    assert refused(s3.complete_multipart_upload, Bucket=bucket, Key="b", UploadId=upload,
                   MultipartUpload=parts)[1] == "QuotaExceeded"
    site.admin("bucket", "set-quota", bucket, "--bytes", "0")
    s3.complete_multipart_upload(Bucket=bucket, Key="b", UploadId=upload, MultipartUpload=parts)
    assert refused(s3.put_object, Bucket=bucket, Key="c", Body=b"")[1] == "QuotaExceeded"
    assert site.run_admin("bucket", "set-quota", bucket).returncode == 2

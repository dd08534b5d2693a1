"""What S3 says on the wire, line by line, where it is easily got wrong."""
import base64
import concurrent.futures
import hashlib
import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def headers_of(answer):
    return answer["ResponseMetadata"]["HTTPHeaders"]


def presigned(s3, operation, **parameters):
    return s3.generate_presigned_url(operation, Params=parameters)


def fetch(url, method="GET", headers=None, body=None):
    return urllib3.request(method, url, headers=headers or {}, body=body, retries=False)


def ask(site, method, target, headers=None, body=b""):
    """A request signed in its headers, as it is: nothing is added that a client would."""
    request = AWSRequest(method=method, url=site.endpoint + target, headers=headers or {}, data=body)
    S3SigV4Auth(Credentials(site.access_key, site.secret_key), "s3", "us-east-1").add_auth(request)
    return fetch(site.endpoint + target, method, dict(request.headers), body)


def code_in(answer):
    return ElementTree.fromstring(answer.data).findtext("Code")


# checksums


def test_an_object_sent_without_checksum_has_crc64nvme_when_asked(s3, bucket):
    assert fetch(presigned(s3, "put_object", Bucket=bucket, Key="k"), "PUT",
                 body=b"123456789").status == 200
    shown = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    expected = base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode()
    assert (shown["ChecksumCRC64NVME"], shown["ChecksumType"]) == (expected, "FULL_OBJECT")
    assert "ChecksumCRC64NVME" not in s3.head_object(Bucket=bucket, Key="k")
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-3", ChecksumMode="ENABLED")
    assert "ChecksumCRC64NVME" not in part


def test_a_part_is_read_with_the_checksum_it_was_sent_with(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    named = []
    for number, body in enumerate([b"a" * (5 << 20), b"b"], 1):
        part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=body,
                              ChecksumAlgorithm="SHA256")
        named.append({"PartNumber": number, "ETag": part["ETag"],
                      "ChecksumSHA256": part["ChecksumSHA256"]})
    complete = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    bare = [{"PartNumber": 1, "ETag": named[0]["ETag"]}, named[1]]
    assert refused(s3.complete_multipart_upload, **complete, MultipartUpload={"Parts": bare}) == \
        (400, "InvalidRequest")
    s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": named})
    for part in named:
        got = s3.get_object(Bucket=bucket, Key="k", PartNumber=part["PartNumber"],
                            ChecksumMode="ENABLED")
        assert (got["ChecksumSHA256"], got["ChecksumType"]) == (part["ChecksumSHA256"], "COMPOSITE")


def test_a_copied_part_tells_its_checksum(s3, bucket):
    body = b"some bytes"
    s3.put_object(Bucket=bucket, Key="source", Body=body)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    part = s3.upload_part_copy(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1,
                               CopySource={"Bucket": bucket, "Key": "source"})["CopyPartResult"]
    assert part["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]})


def test_documents_are_checked_by_either_digest(site, s3, bucket):
    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    for header, digest in (("Content-MD5", hashlib.md5), ("x-amz-checksum-sha256", hashlib.sha256)):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x")
        wrong = base64.b64encode(digest(b"other").digest()).decode()
        answer = ask(site, "POST", f"/{bucket}?delete", {header: wrong}, body)
        assert (answer.status, code_in(answer)) == (400, "BadDigest")
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
        right = base64.b64encode(digest(body).digest()).decode()
        assert ask(site, "POST", f"/{bucket}?delete", {header: right}, body).status == 200
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


# answers


def test_what_has_not_changed_is_answered_with_its_headers_alone(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x", CacheControl="max-age=9")["ETag"]
    answer = fetch(presigned(s3, "get_object", Bucket=bucket, Key="k"),
                   headers={"If-None-Match": etag})
    assert (answer.status, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "max-age=9"
    assert answer.headers["Last-Modified"]


def test_an_error_of_head_has_no_body(s3, bucket):
    answer = fetch(presigned(s3, "head_object", Bucket=bucket, Key="absent"), "HEAD")
    assert (answer.status, answer.data) == (404, b"")
    assert answer.headers["x-amz-request-id"]


def test_times_are_written_as_s3_writes_them(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    answer = fetch(presigned(s3, "list_objects_v2", Bucket=bucket))
    stamp = ElementTree.fromstring(answer.data).findtext(f".//{NAMESPACE}LastModified")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp)
    modified = headers_of(s3.head_object(Bucket=bucket, Key="k"))["last-modified"]
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", modified)


def test_a_put_says_its_length(s3, bucket, site):
    path = presigned(s3, "put_object", Bucket=bucket, Key="k")[len(site.endpoint):]
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.putrequest("PUT", path)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, ElementTree.fromstring(answer.read()).findtext("Code")) == \
        (411, "MissingContentLength")
    connection.close()
    assert fetch(presigned(s3, "put_object", Bucket=bucket, Key="k"), "PUT", body=b"").status == 200


def test_headers_of_metadata_are_lower_case_and_joined(s3, bucket, site):
    path = presigned(s3, "put_object", Bucket=bucket, Key="k", Metadata={"a": "1,2"})
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.putrequest("PUT", path[len(site.endpoint):])
    connection.putheader("Content-Length", "0")
    connection.putheader("X-Amz-Meta-A", "1")
    connection.putheader("x-amz-meta-a", "2")
    connection.endheaders()
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "1,2"}


def test_overrides_of_a_signed_head_are_answered(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="k", ResponseContentType="a/b",
                          ResponseCacheControl="no-cache")["ContentType"] == "a/b"


def test_answers_to_other_origins_say_what_they_depend_on(s3, bucket, site):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]})
    answer = fetch(f"{site.endpoint}/{bucket}/k", headers={"Origin": "https://a.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "Origin" in answer.headers["Vary"]


# listings


def test_a_page_of_keys_says_what_s3_says(s3, bucket):
    for key in ("foo+1/bar", "quux ab/x", "a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=5000, Delimiter="/")
    assert (page["MaxKeys"], page["KeyCount"], page["IsTruncated"]) == (1000, 4, False)
    assert "Owner" not in page["Contents"][0]
    assert "Owner" in s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]
    raw = fetch(presigned(s3, "list_objects_v2", Bucket=bucket, Delimiter="/", EncodingType="url"))
    prefixes = [item.text for item in ElementTree.fromstring(raw.data).iterfind(
        f"{NAMESPACE}CommonPrefixes/{NAMESPACE}Prefix")]
    assert prefixes == ["foo%2B1/", "quux%20ab/"]
    first = s3.list_objects_v2(Bucket=bucket, MaxKeys=1)
    second = s3.list_objects_v2(Bucket=bucket, MaxKeys=1, StartAfter="z",
                                ContinuationToken=first["NextContinuationToken"])
    assert [row["Key"] for row in second["Contents"]] == ["b"]
    assert (second["StartAfter"], second["ContinuationToken"]) == \
        ("z", first["NextContinuationToken"])
    empty = s3.list_objects_v2(Bucket=bucket, ContinuationToken="")
    assert (empty["ContinuationToken"], empty["KeyCount"]) == ("", 4)


def test_what_clients_of_ceph_ask_for(site, s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"xyz")
    answer = ask(site, "HEAD", f"/{bucket}?read-stats=true")
    assert (answer.headers["x-rgw-object-count"], answer.headers["x-rgw-bytes-used"]) == ("2", "6")
    assert ask(site, "GET", f"/{bucket}?allow-unordered=true").status == 200
    answer = ask(site, "GET", f"/{bucket}?allow-unordered=true&delimiter=%2F")
    assert (answer.status, code_in(answer)) == (400, "InvalidArgument")


def test_the_older_listing_names_a_marker_only_with_a_delimiter(s3, bucket):
    for key in ("a/1", "a/2", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    plain = s3.list_objects(Bucket=bucket, MaxKeys=1)
    assert plain["IsTruncated"] and "NextMarker" not in plain
    rolled = s3.list_objects(Bucket=bucket, MaxKeys=1, Delimiter="/")
    assert rolled["NextMarker"] == "a/"
    after = s3.list_objects(Bucket=bucket, Delimiter="/", Marker="a/")
    assert [row["Key"] for row in after["Contents"]] == ["b", "c"]
    assert "CommonPrefixes" not in after
    assert [row["Key"] for row in s3.list_objects(Bucket=bucket, Marker="bb")["Contents"]] == ["c"]


@pytest.mark.parametrize("value", ["-1", "x", "99999999999999999999"])
@pytest.mark.parametrize("query", ["", "list-type=2&", "versions&"])
def test_a_number_of_keys_that_is_none_is_refused(site, bucket, query, value):
    answer = ask(site, "GET", f"/{bucket}?{query}max-keys={value}")
    assert (answer.status, code_in(answer)) == (400, "InvalidArgument")


def test_a_version_marker_needs_its_key(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"")["VersionId"]
    assert refused(s3.list_object_versions, Bucket=bucket, VersionIdMarker=version) == \
        (400, "InvalidArgument")


def test_uploads_of_one_key_are_listed_by_age(s3, bucket):
    made = [s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"] for _ in range(5)]
    listed = [row["UploadId"] for row in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]]
    assert listed == made


# keys, copies, parts


def test_a_key_has_no_zero_byte_and_a_bucket_no_slash(s3, bucket, site):
    answer = fetch(presigned(s3, "get_object", Bucket=bucket, Key="k\0"))
    assert (answer.status, code_in(answer)) == (400, "InvalidURI")
    answer = fetch(presigned(s3, "get_object", Bucket=bucket, Key="k\1"))
    assert (answer.status, code_in(answer)) == (404, "NoSuchKey")
    for target in (f"/{bucket}", f"/{bucket}/"):
        answer = fetch(site.endpoint + target)
        assert (answer.status, code_in(answer)) == (403, "AccessDenied")


def test_a_copy_source_may_be_written_in_several_ways(site, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="d/ü+x", Body=b"old")["VersionId"]
    s3.put_object(Bucket=bucket, Key="d/ü+x", Body=b"new")
    key = urllib.parse.quote("d/ü+x", safe="")
    for source, body in ((f"{bucket}/{key}", b"new"), (f"/{bucket}/{key}", b"new"),
                         (f"{bucket}%2F{key}", b"new"), (f"{bucket}/{key}?versionId={old}", b"old")):
        answer = ask(site, "PUT", f"/{bucket}/copy", {"x-amz-copy-source": source})
        assert answer.status == 200, answer.data
        assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body
    itself = f"/{bucket}/{urllib.parse.quote('d/ü+x')}"
    answer = ask(site, "PUT", itself, {"x-amz-copy-source": f"{bucket}/{key}"})
    assert (answer.status, code_in(answer)) == (400, "InvalidRequest")
    answer = ask(site, "PUT", itself, {"x-amz-copy-source": f"{bucket}/{key}?versionId={old}"})
    assert answer.status == 200
    assert s3.get_object(Bucket=bucket, Key="d/ü+x")["Body"].read() == b"old"


def test_a_copy_obeys_what_its_destination_must_be(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    copy = {"Bucket": bucket, "Key": "b", "CopySource": f"{bucket}/a"}
    s3.copy_object(**copy, IfNoneMatch="*")
    assert refused(s3.copy_object, **copy, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert refused(s3.copy_object, **copy, IfMatch='"0"') == (412, "PreconditionFailed")


def test_etags_of_parts_come_in_any_quotes_and_other_parts_are_thrown_away(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    etags = [s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number,
                            Body=body)["ETag"].strip('"')
             for number, body in enumerate([b"a" * (5 << 20), b"unused" * (1 << 20), b"z"], 1)]
    complete = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    parts = [{"PartNumber": 1, "ETag": etags[0]}, {"PartNumber": 3, "ETag": f"&quot;{etags[2]}&quot;"}]
    done = s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == (5 << 20) + 1
    parts[1]["ETag"] = f'"{etags[2]}"'
    again = s3.complete_multipart_upload(**complete, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    assert again["ETag"] == done["ETag"]  # a repeat of what succeeded knows no conditions


def test_what_an_upload_was_begun_with_is_the_objects(s3, site):
    bucket = site.new_bucket_name()
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key="k", Metadata={"a": "1"}, Tagging="t=2", ContentType="x/y",
        ObjectLockLegalHoldStatus="ON")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["Metadata"], head["ContentType"]) == ({"a": "1"}, "x/y")
    assert head["ObjectLockLegalHoldStatus"] == "ON"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "t", "Value": "2"}]


def test_a_lock_is_put_on_what_was_checked(s3, site):
    bucket = site.new_bucket_name()
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    url = presigned(s3, "put_object", Bucket=bucket, Key="k", ObjectLockLegalHoldStatus="ON")
    headers = {"x-amz-object-lock-legal-hold": "ON"}
    answer = fetch(url, "PUT", headers, b"x")
    assert (answer.status, code_in(answer)) == (400, "InvalidRequest")
    headers["Content-MD5"] = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    url = presigned(s3, "put_object", Bucket=bucket, Key="k", ObjectLockLegalHoldStatus="ON",
                    ContentMD5=headers["Content-MD5"])
    assert fetch(url, "PUT", headers, b"x").status == 200


# ranges and parts


def test_ranges_of_nothing_and_parts_of_a_whole(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    assert refused(s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-") == (416, "InvalidRange")
    assert s3.get_object(Bucket=bucket, Key="empty", Range="bytes=-5")["ContentLength"] == 0
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-")
    assert headers_of(error.value.response)["content-range"] == "bytes */10"
    assert refused(s3.get_object, Bucket=bucket, Key="k", Range="bytes=0-1", PartNumber=1) == \
        (400, "InvalidRequest")
    assert refused(s3.get_object, Bucket=bucket, Key="k", PartNumber=2) == (416, "InvalidPartNumber")
    whole = s3.get_object(Bucket=bucket, Key="k", PartNumber=1)
    assert (whole["ContentRange"], whole["ContentLength"]) == ("bytes 0-9/10", 10)
    assert "PartsCount" not in whole


# versions and conditions


def test_deleting_what_is_not_there_is_done(s3, bucket):
    answer = s3.delete_object(Bucket=bucket, Key="absent")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204 and "DeleteMarker" not in answer
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    marker = s3.delete_object(Bucket=bucket, Key="absent")
    assert marker["DeleteMarker"]
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="absent", VersionId=marker["VersionId"])
    headers = headers_of(error.value.response)
    assert (headers["allow"], headers["x-amz-delete-marker"]) == ("DELETE", "true")
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [
        {"Key": "absent", "VersionId": marker["VersionId"]}]})["Deleted"]
    assert gone == [{"Key": "absent", "VersionId": marker["VersionId"], "DeleteMarker": True,
                     "DeleteMarkerVersionId": marker["VersionId"]}]


def test_a_write_may_exclude_one_etag(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch='"0"')["ETag"]
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfNoneMatch=etag) == \
        (412, "PreconditionFailed")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfNoneMatch=etag,
                   IfMatch=etag) == (501, "NotImplemented")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"2",
                   IfNoneMatch=f'{etag}, "0"') == (501, "NotImplemented")
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch='"0"')


def test_who_may_not_read_cannot_ask_for_an_etag(site, s3, bucket):
    other = site.client(alt=True)
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:PutObject", "s3:DeleteObject"],
         "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    denied = (403, "AccessDenied")
    assert refused(other.put_object, Bucket=bucket, Key="k", Body=b"2", IfMatch=etag) == denied
    assert refused(other.delete_object, Bucket=bucket, Key="k", IfMatch=etag) == denied
    errors = other.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "ETag": etag}]})
    assert [row["Code"] for row in errors["Errors"]] == ["AccessDenied"]
    other.put_object(Bucket=bucket, Key="k", Body=b"2")


def test_a_policy_may_insist_on_a_condition(s3, bucket):
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": f"arn:aws:s3:::{bucket}/*",
         "Condition": {"Null": {"s3:if-none-match": "true"}}}]}))
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"") == (403, "AccessDenied")
    s3.put_object(Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*")


def test_of_64_writers_of_a_free_key_one_wins(site, s3, bucket):
    client = site.client(max_pool_connections=64)

    def write(number):
        try:
            client.put_object(Bucket=bucket, Key="lock", Body=str(number).encode(), IfNoneMatch="*")
            return number
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed",
                                                       "ConditionalRequestConflict")
            return None

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        winners = [number for number in pool.map(write, range(64)) if number is not None]
    assert len(winners) == 1
    assert s3.get_object(Bucket=bucket, Key="lock")["Body"].read() == str(winners[0]).encode()


def test_64_writers_of_one_key_make_64_versions(site, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client = site.client(max_pool_connections=64)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        made = dict(pool.map(lambda number: (client.put_object(
            Bucket=bucket, Key="k", Body=str(number).encode())["VersionId"], number), range(64)))
    listed = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert {row["VersionId"] for row in listed} == set(made) and len(listed) == 64
    assert [row["IsLatest"] for row in listed] == [True] + [False] * 63
    assert listed == sorted(listed, key=lambda row: row["VersionId"])
    for version, number in made.items():
        body = s3.get_object(Bucket=bucket, Key="k", VersionId=version)["Body"].read()
        assert body == str(number).encode()


# who asks


def test_lists_are_refused_where_the_owner_is_enforced(s3, bucket):
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    refusal = (400, "AccessControlListNotSupported")
    for acl in ("public-read", "private"):
        assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL=acl) == refusal
        assert refused(s3.put_bucket_acl, Bucket=bucket, ACL=acl) == refusal
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="bucket-owner-full-control")
    s3.put_object(Bucket=bucket, Key="k", Body=b"")


def test_an_expected_owner_is_compared_and_a_payer_is_not(s3, bucket):
    owner = s3.list_buckets()["Owner"]["ID"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ExpectedBucketOwner=owner, RequestPayer="requester")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"",
                   ExpectedBucketOwner="111122223333") == (403, "AccessDenied")


def test_a_missing_key_is_told_to_who_may_list_it(site, s3, bucket):
    other = site.client(alt=True)
    arn = f"arn:aws:s3:::{bucket}"
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn + "/*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": arn,
         "Condition": {"StringLike": {"s3:prefix": "open/*"}}}]}))
    assert refused(other.get_object, Bucket=bucket, Key="open/absent") == (404, "NoSuchKey")
    assert refused(other.get_object, Bucket=bucket, Key="other") == (403, "AccessDenied")


def test_encryption_headers_that_contradict_each_other_are_refused(s3, bucket):
    headers = {
        "x-amz-server-side-encryption-aws-kms-key-id": "key",
        "x-amz-server-side-encryption": "aes:kms"}
    for name, value in headers.items():
        def add(params, name=name, value=value, **_):
            params["headers"][name] = value
        s3.meta.events.register("before-call.s3.PutObject", add, unique_id="encryption")
        try:
            assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"") == (400, "InvalidArgument")
        finally:
            s3.meta.events.unregister("before-call.s3.PutObject", unique_id="encryption")
    assert refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", SSEKMSKeyId="key",
                   ServerSideEncryption="aws:kms") == (501, "NotImplemented")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_bucket_has_50_tags(s3, bucket):
    tags = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": tags})[0] == 400
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags[:50]})

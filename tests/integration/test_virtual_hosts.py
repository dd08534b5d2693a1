"""Buckets named by the host, below server.domain."""
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def ask(site, method, host, target, body=b""):
    url = site.endpoint + target
    request = AWSRequest(method=method, url=url, headers={"Host": host}, data=body)
    S3SigV4Auth(Credentials(site.access_key, site.secret_key), "s3", "us-east-1").add_auth(request)
    return urllib3.request(method, url, headers=dict(request.headers), body=body, retries=False)


def test_a_bucket_is_named_by_its_host_or_by_the_path(new_site):
    site = new_site()
    site.start_s3d("--server.domain=s3.example.org")
    host = f"photos.s3.example.org:{site.port}"
    assert ask(site, "PUT", host, "/").status == 200
    assert ask(site, "PUT", host, "/a/b%20c", b"1").status == 200
    assert ask(site, "GET", host, "/a/b%20c").data == b"1"
    assert ask(site, "GET", f"s3.example.org:{site.port}", "/photos/a/b%20c").data == b"1"
    assert b"<Key>a/b c</Key>" in ask(site, "GET", host, "/?list-type=2").data
    assert [row["Name"] for row in site.client().list_buckets()["Buckets"]] == ["photos"]
    assert ask(site, "GET", f"other.s3.example.org:{site.port}", "/a").status == 404

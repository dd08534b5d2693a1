"""Limits of requests and bytes, and who is believed about addresses."""
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from support import wait_until

MIB = 1024 * 1024


def ask(site, path="/none", **headers):
    """Status and headers of an anonymous GET."""
    request = urllib.request.Request(f"{site.endpoint}{path}",
                                     headers={name.replace("_", "-"): value
                                              for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers


def test_requests_beyond_the_limit_of_an_address_are_told_to_slow_down(new_site):
    site = new_site(settings="rate_limit:\n  address_requests_per_second: 2\n  burst_seconds: 5\n")
    site.start_s3d()
    answers = [ask(site) for _ in range(40)]
    limited = [headers for status, headers in answers if status == 503]
    assert [status for status, _ in answers[:10]] == [404] * 10
    assert limited and all(1 <= int(headers["Retry-After"]) <= 5 for headers in limited)
    assert len(limited[0].get_all("Retry-After")) == 1
    # Probes are not requests of clients.
    assert [ask(site, "/healthz")[0] for _ in range(20)] == [200] * 20
    wait_until(lambda: ask(site)[0] == 404, what="room for a request")


def test_a_key_has_limits_of_its_own(new_site):
    site = new_site(settings="rate_limit:\n  key_requests_per_second: 1\n  burst_seconds: 5\n")
    site.start_s3d()
    s3, other = site.client(), site.client(alt=True)

    def is_limited(client):
        try:
            client.list_buckets()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "SlowDown"
            return True
        return False

    assert any(is_limited(s3) for _ in range(20))
    assert not is_limited(other)
    assert ask(site)[0] == 404  # nor is who has no key


def test_a_transfer_is_slowed_down_and_whole(new_site):
    site = new_site(settings="rate_limit:\n  key_bytes_per_second: 4194304\n  burst_seconds: 1\n")
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    body = os.urandom(10 * MIB)

    began = time.monotonic()
    s3.put_object(Bucket="bucket", Key="key", Body=body)
    uploaded = time.monotonic()
    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == body
    downloaded = time.monotonic()

    # Ten are sent, four of them at once; then ten more, with nothing saved up.
    assert uploaded - began >= 1.4
    assert downloaded - uploaded >= 2.3


def peers_of(site, **headers):
    before = len(access_lines(site))
    ask(site, **headers)
    wait_until(lambda: len(access_lines(site)) > before)
    return access_lines(site)[-1]["peer"]


def access_lines(site):
    lines = [json.loads(line) for line in (site.folder / "s3d.log").read_text().splitlines()]
    return [line for line in lines if line["category"] == "access"]


PUBLIC_TO_ONE = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
     "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.7"}, "Bool": {"aws:SecureTransport": "true"}}}]}


def filled(site):
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"x")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps(PUBLIC_TO_ONE))


def test_nobody_is_believed_about_addresses_by_default(new_site):
    site = new_site(settings="logging:\n  format: json\n")
    filled(site)
    assert peers_of(site, X_Forwarded_For="192.0.2.7") == "127.0.0.1"
    assert ask(site, "/bucket/key", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https")[0] == 403


def test_a_trusted_proxy_speaks_for_its_clients(new_site):
    site = new_site(settings="logging:\n  format: json\n"
                             "rate_limit:\n  address_requests_per_second: 2\n  burst_seconds: 10\n")
    site.config.write_text(site.config.read_text().replace(
        "server:\n", "server:\n  trusted_proxies: 127.0.0.1, 10.0.0.0/8\n  domain: s3.example.org\n"))
    filled(site)
    assert peers_of(site, X_Forwarded_For="6.6.6.6, 192.0.2.7, 10.0.0.1") == "192.0.2.7"
    secure = {"X_Forwarded_Proto": "https"}
    assert ask(site, "/bucket/key", X_Forwarded_For="192.0.2.7", **secure)[0] == 200
    assert ask(site, "/bucket/key", X_Forwarded_For="192.0.2.7")[0] == 403
    assert ask(site, "/bucket/key", X_Forwarded_For="192.0.2.8", **secure)[0] == 403
    assert ask(site, "/bucket/key", X_Forwarded_For="192.0.2.7, 192.0.2.8", **secure)[0] == 403
    assert ask(site, "/key", X_Forwarded_For="192.0.2.7", X_Forwarded_Host="bucket.s3.example.org",
               **secure)[0] == 200
    # Each client has an account of its own.
    assert 503 in {ask(site, X_Forwarded_For="192.0.2.9")[0] for _ in range(60)}
    assert ask(site, X_Forwarded_For="192.0.2.10")[0] == 404


def test_a_proxy_that_is_no_address_is_an_error(new_site):
    site = new_site()
    done = subprocess.run([site.program("alexander-s3d"), "--config", str(site.config),
                           "--server.trusted_proxies=proxy.example.org"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 2 and "proxy.example.org" in done.stderr

"""TLS: real clients, keys of customers, new certificates while it runs."""
import base64
import hashlib
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support import REGION, Site, wait_until

KEY = bytes(range(32))
OTHER = bytes(32)


def make_certificate(folder, name):
    """A self-signed certificate for the loopback address; returns its path."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem", "-subj", f"/CN={name}",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
        check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return folder / "certificate.pem"


@pytest.fixture(scope="module")
def tls(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder, "first")
    site = Site(pathlib.Path(request.config.getoption("--build")), folder / "site")
    text = site.config.read_text().replace(
        "server:\n", f"server:\n  tls_certificate_file: {folder}/certificate.pem\n"
                     f"  tls_key_file: {folder}/key.pem\n  header_timeout_seconds: 2\n")
    site.config.write_text(text)
    site.endpoint = f"https://127.0.0.1:{site.port}"
    site.folder_of_certificates = folder
    site.start_s3d()
    yield site
    site.stop()


def client_of(site):
    return boto3.client("s3", endpoint_url=site.endpoint, region_name=REGION,
                        verify=str(site.folder_of_certificates / "certificate.pem"),
                        aws_access_key_id=site.access_key,
                        aws_secret_access_key=site.secret_key,
                        config=Config(s3={"addressing_style": "path"}, signature_version="s3v4",
                                      retries={"max_attempts": 1}))


@pytest.fixture
def s3(tls):
    return client_of(tls)


@pytest.fixture
def bucket(tls, s3):
    name = tls.new_bucket_name()
    s3.create_bucket(Bucket=name)
    return name


def customer(key=KEY, prefix="SSECustomer"):
    return {prefix + "Algorithm": "AES256", prefix + "Key": key}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return (refused.value.response["ResponseMetadata"]["HTTPStatusCode"],
            refused.value.response["Error"]["Code"])


def test_large_bodies_go_both_ways_and_connections_are_kept(s3, bucket):
    body = os.urandom(24 << 20)
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body
    assert s3.get_object(Bucket=bucket, Key="large",
                         Range="bytes=1000-20000000")["Body"].read() == body[1000:20000001]
    for number in range(50):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"x" * number)
    assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) == 51


def test_aws_cli_and_curl_speak_tls(tls, s3, bucket, tmp_path):
    authority = tls.folder_of_certificates / "certificate.pem"
    source = tmp_path / "source"
    source.write_bytes(os.urandom(9 << 20))
    aws = ["aws", "--endpoint-url", tls.endpoint, "--ca-bundle", authority]
    tls.run(*aws, "s3", "cp", source, f"s3://{bucket}/file")
    tls.run(*aws, "s3", "cp", f"s3://{bucket}/file", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "file"})
    tls.run("curl", "-sS", "--fail", "--cacert", authority, "-o", tmp_path / "curled", url)
    assert (tmp_path / "curled").read_bytes() == source.read_bytes()


def handshake(site, **limits):
    context = ssl.create_default_context(cafile=site.folder_of_certificates / "certificate.pem")
    for name, value in limits.items():
        setattr(context, name, value)
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.version(), dict(pair[0] for pair in secure.getpeercert()["subject"])


def test_only_tls_1_2_and_later(tls):
    assert handshake(tls)[0] == "TLSv1.3"
    assert handshake(tls, maximum_version=ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{tls.port}", "-tls1_1",
                           "-cipher", "ALL:@SECLEVEL=0"],
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False)
    assert done.returncode != 0


def test_plain_http_and_silent_peers_get_nothing_and_hold_nobody_up(tls, s3, bucket):
    with socket.create_connection(("127.0.0.1", tls.port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert b"HTTP" not in plain.recv(1000)
        except ConnectionResetError:
            pass
    silent = [socket.create_connection(("127.0.0.1", tls.port)) for _ in range(40)]
    for one in silent:
        one.sendall(b"\x16\x03\x01")  # a handshake that never goes on
    begun = time.monotonic()
    s3.list_objects_v2(Bucket=bucket)
    assert time.monotonic() - begun < 5
    for one in silent:
        one.settimeout(20)
        try:
            while one.recv(1000):
                pass
        except ConnectionResetError:
            pass
        one.close()


def test_sighup_takes_a_new_certificate_and_keeps_the_old_for_a_bad_one(tls):
    open_client = client_of(tls)
    open_client.list_buckets()
    make_certificate(tls.folder_of_certificates, "second")
    tls.s3d.send_signal(signal.SIGHUP)
    wait_until(lambda: b"read again" in (tls.folder / "s3d.log").read_bytes())
    assert handshake(tls)[1]["commonName"] == "second"
    open_client.list_buckets()
    good = (tls.folder_of_certificates / "key.pem").read_bytes()
    (tls.folder_of_certificates / "key.pem").write_bytes(b"nonsense")
    tls.s3d.send_signal(signal.SIGHUP)
    wait_until(lambda: b"former certificate stays" in (tls.folder / "s3d.log").read_bytes())
    (tls.folder_of_certificates / "key.pem").write_bytes(good)
    assert handshake(tls)[1]["commonName"] == "second"


def test_objects_under_a_customers_key_open_with_it_only(s3, bucket):
    body = os.urandom(300_000)
    put = s3.put_object(Bucket=bucket, Key="k", Body=body, **customer())
    md5 = base64.b64encode(hashlib.md5(KEY).digest()).decode()
    assert (put["SSECustomerAlgorithm"], put["SSECustomerKeyMD5"]) == ("AES256", md5)
    assert "ServerSideEncryption" not in put
    assert put["ETag"].strip('"') != hashlib.md5(body).hexdigest()
    got = s3.get_object(Bucket=bucket, Key="k", **customer(), ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got["ChecksumCRC32"] == put["ChecksumCRC32"]
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=12345-234567", **customer())
    assert part["Body"].read() == body[12345:234568]
    assert s3.head_object(Bucket=bucket, Key="k", **customer())["ContentLength"] == len(body)
    target = {"Bucket": bucket, "Key": "k"}
    assert refusal(s3.get_object, **target) == (400, "InvalidRequest")
    assert refusal(s3.get_object, **target, **customer(OTHER)) == (403, "AccessDenied")
    assert refusal(s3.head_object, **target)[0] == 400
    s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    assert refusal(s3.get_object, Bucket=bucket, Key="plain",
                   **customer()) == (400, "InvalidRequest")
    assert refusal(s3.copy_object, Bucket=bucket, Key="c",
                   CopySource=target) == (400, "InvalidRequest")


def test_copies_go_from_key_to_key_and_to_none(s3, bucket):
    body = os.urandom(200_000)
    s3.put_object(Bucket=bucket, Key="k", Body=body, Metadata={"a": "b"}, **customer())
    source = {"Bucket": bucket, "Key": "k"}
    s3.copy_object(Bucket=bucket, Key="other", CopySource=source, **customer(OTHER),
                   **customer(prefix="CopySourceSSECustomer"))
    other = s3.get_object(Bucket=bucket, Key="other", **customer(OTHER))
    assert other["Body"].read() == body and other["Metadata"]["a"] == "b"
    s3.copy_object(Bucket=bucket, Key="none", CopySource=source,
                   **customer(prefix="CopySourceSSECustomer"))
    none = s3.get_object(Bucket=bucket, Key="none")
    assert none["Body"].read() == body
    assert none["ETag"].strip('"') == hashlib.md5(body).hexdigest()


def test_parts_come_under_the_key_of_their_upload(s3, bucket):
    bodies = [os.urandom(5 << 20), os.urandom(5 << 20), b"end"]
    s3.put_object(Bucket=bucket, Key="source", Body=bodies[1])
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="CRC32",
                                        ChecksumType="FULL_OBJECT", **customer())["UploadId"]
    target = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    assert refusal(s3.upload_part, **target, PartNumber=1,
                   Body=bodies[0]) == (400, "InvalidRequest")
    assert refusal(s3.upload_part, **target, PartNumber=1, Body=bodies[0],
                   **customer(OTHER)) == (400, "InvalidRequest")
    etags = [s3.upload_part(**target, PartNumber=1, Body=bodies[0], **customer())["ETag"],
             s3.upload_part_copy(**target, PartNumber=2, CopySource={
                 "Bucket": bucket, "Key": "source"}, **customer())["CopyPartResult"]["ETag"],
             s3.upload_part(**target, PartNumber=3, Body=bodies[2], **customer())["ETag"]]
    done = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": [
        {"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]})
    body = b"".join(bodies)
    got = s3.get_object(Bucket=bucket, Key="k", **customer(), ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got["ChecksumCRC32"] == done["ChecksumCRC32"]
    across = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={(5 << 20) - 7}-{(10 << 20) + 1}",
                           **customer())
    assert across["Body"].read() == body[(5 << 20) - 7:(10 << 20) + 2]
    second = s3.get_object(Bucket=bucket, Key="k", PartNumber=2, **customer())
    assert second["Body"].read() == bodies[1]


def test_equal_bytes_are_stored_once_in_the_clear_and_each_time_under_a_key(tls, s3, bucket):
    body = os.urandom(2 << 20)

    def stored_bytes():
        return sum(path.stat().st_size for path in tls.store.rglob("*")
                   if path.is_file() and "pack" in str(path))

    s3.put_object(Bucket=bucket, Key="one", Body=body)
    before = stored_bytes()
    s3.put_object(Bucket=bucket, Key="two", Body=body)
    assert stored_bytes() - before < len(body) / 2
    for name in ("three", "four"):
        before = stored_bytes()
        s3.put_object(Bucket=bucket, Key=name, Body=body, **customer())
        assert stored_bytes() - before >= len(body)


def test_keys_over_plain_http_are_refused(site):
    s3 = site.client()
    name = site.new_bucket_name()
    s3.create_bucket(Bucket=name)
    md5 = base64.b64encode(hashlib.md5(KEY).digest()).decode()

    def add_key(request, **_):
        request.headers["x-amz-server-side-encryption-customer-algorithm"] = "AES256"
        request.headers["x-amz-server-side-encryption-customer-key"] = base64.b64encode(KEY).decode()
        request.headers["x-amz-server-side-encryption-customer-key-MD5"] = md5

    s3.meta.events.register("before-sign.s3.PutObject", add_key)
    assert refusal(s3.put_object, Bucket=name, Key="k", Body=b"x") == (400, "InvalidRequest")
    assert "Contents" not in s3.list_objects_v2(Bucket=name)

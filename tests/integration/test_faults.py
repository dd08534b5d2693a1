"""Bad input and faults: a clear error each, and nothing is lost."""
import os
import socket
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

from support import edit_catalog, wait_until


def packs_of(site):
    return [path for path in site.store.rglob("*.pack")]


def flip_bit(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


# starting

def start_fails(site, *arguments):
    done = subprocess.run([site.program("alexander-s3d"), "--config", str(site.config), *arguments],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    return done.stderr


def test_a_port_in_use_is_named(new_site):
    site = new_site()
    site.start_s3d()
    assert "port is in use" in start_fails(site)


def test_a_wrong_master_key_is_refused_and_the_right_one_still_works(new_site):
    site = new_site()
    good = site.key_file.read_text()
    site.key_file.write_text("0" * 64 + "\n")
    assert "key" in start_fails(site)
    site.key_file.write_text(good)
    site.start_s3d()


def test_a_newer_store_is_refused(new_site):
    site = new_site()
    edit_catalog(site.store / "meta/alexander.db", "UPDATE store_state SET schema_version = 999")
    assert "newer" in start_fails(site)


def test_a_catalog_that_another_tool_or_the_disk_has_changed_is_refused_with_what_to_do(new_site):
    site = new_site()
    catalog = site.store / "meta/alexander.db"
    last = catalog.stat().st_size - 100
    flip_bit(catalog, last)
    done = site.run_admin("fsck")
    assert done.returncode == 1 and "alexander-admin rebuild --replace" in done.stderr
    flip_bit(catalog, last)
    site.admin("fsck")
    flip_bit(catalog, 2000)
    assert "alexander-admin rebuild --replace" in start_fails(site)


def test_a_folder_that_is_no_store_is_named(new_site, tmp_path):
    site = new_site()
    (tmp_path / "other").mkdir()
    message = start_fails(site, f"--storage.data_dir={tmp_path / 'other'}")
    assert "alexander-admin init" in message


def test_init_refuses_a_folder_with_other_things_and_a_second_time(new_site, tmp_path):
    site = new_site()
    again = site.run_admin("init", "--master-key-file", str(tmp_path / "k"))
    assert again.returncode == 1 and "store" in again.stderr
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    done = site.run_admin("init", "--master-key-file", str(tmp_path / "k2"),
                          f"--storage.data_dir={folder}")
    assert done.returncode != 0 and os.listdir(folder) == ["a.jpg"]
    assert not (tmp_path / "k2").exists()


def test_an_unknown_setting_names_the_nearest(new_site):
    site = new_site()
    assert "server.port" in start_fails(site, "--server.prot=1")


def test_two_daemons_share_one_store(new_site):
    site = new_site()
    site.start_s3d()
    other = new_site(settings="")
    first = site.client()
    first.create_bucket(Bucket="shared")
    second_port = other.port
    second = subprocess.Popen([site.program("alexander-s3d"), "--config", str(site.config),
                               f"--server.port={second_port}"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", second_port)) == 0)
        endpoint, site.endpoint = site.endpoint, f"http://127.0.0.1:{second_port}"
        client = site.client()
        site.endpoint = endpoint
        for number in range(50):
            writer, reader = (first, client)[::1 if number % 2 else -1]
            writer.put_object(Bucket="shared", Key=f"k{number}", Body=str(number).encode())
            assert reader.get_object(Bucket="shared", Key=f"k{number}")["Body"].read() == str(number).encode()
    finally:
        second.terminate()
        assert second.wait(timeout=60) == 0


# requests

def raw(site, data):
    """Sends bytes, returns what comes back until the server closes or is silent."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(data)
        connection.settimeout(3)
        answer = b""
        try:
            while block := connection.recv(65536):
                answer += block
        except TimeoutError:
            pass
        return answer


@pytest.mark.parametrize("request_bytes", [
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
])
def test_a_malformed_head_is_refused_and_the_connection_closed(site, request_bytes):
    answer = raw(site, request_bytes + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert answer.lower().count(b"x-amz-request-id: ") == 1


def test_a_refused_body_is_not_read_as_a_request(site, bucket):
    answer = raw(site, b"PUT /" + bucket.encode() + b"/k HTTP/1.1\r\nHost: x\r\nContent-Length: 38\r\n\r\n"
                       b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")
    assert answer.lower().count(b"x-amz-request-id: ") == 1


def test_signatures_that_are_wrong_or_late(site, s3, bucket):
    import boto3
    from botocore.config import Config
    wrong = boto3.client("s3", endpoint_url=site.endpoint, region_name="us-east-1",
                         aws_access_key_id=site.access_key, aws_secret_access_key="wrong",
                         config=Config(retries={"max_attempts": 1}))
    with pytest.raises(ClientError) as error:
        wrong.list_buckets()
    assert error.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
    unknown = boto3.client("s3", endpoint_url=site.endpoint, region_name="us-east-1",
                           aws_access_key_id="AKNOBODY", aws_secret_access_key="wrong")
    with pytest.raises(ClientError) as error:
        unknown.list_buckets()
    assert error.value.response["Error"]["Code"] == "InvalidAccessKeyId"
    elsewhere = boto3.client("s3", endpoint_url=site.endpoint, region_name="eu-north-1",
                             aws_access_key_id=site.access_key, aws_secret_access_key=site.secret_key)
    with pytest.raises(ClientError) as error:
        elsewhere.list_buckets()
    assert error.value.response["Error"]["Code"] == "AuthorizationHeaderMalformed"


def test_a_client_that_vanishes_leaves_nothing(site, s3, bucket):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    path = url[len(site.endpoint):]
    head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 10000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(head.encode() + os.urandom(3_000_000))
    time.sleep(0.5)
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="k")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_revoked_key_stops_at_once(site):
    site.admin("user", "create", "brief")
    key = site.admin_json("accesskey", "create", "--username", "brief")
    import boto3
    client = boto3.client("s3", endpoint_url=site.endpoint, region_name="us-east-1",
                          aws_access_key_id=key["access_key_id"],
                          aws_secret_access_key=key["secret_access_key"])
    client.list_buckets()
    site.admin("accesskey", "revoke", "--username", "brief", key["access_key_id"])
    with pytest.raises(ClientError) as error:
        client.list_buckets()
    assert error.value.response["Error"]["Code"] == "InvalidAccessKeyId"


def test_a_thousand_idle_connections_fit_in_memory(site, s3):
    connections = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(900)]
    try:
        s3.list_buckets()
        assert site.s3d_memory("VmRSS") < 120_000_000
    finally:
        for connection in connections:
            connection.close()


# damage

def test_a_flipped_bit_in_a_pack_is_an_error_never_wrong_bytes(new_site):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="bbb")
    data = os.urandom(200_000)
    s3.put_object(Bucket="bbb", Key="damaged", Body=data)
    site.stop_s3d()
    pack = max(packs_of(site), key=lambda path: path.stat().st_size)
    flip_bit(pack, 100_000)
    site.start_s3d()
    s3 = site.client()
    s3.put_object(Bucket="bbb", Key="good", Body=b"good" * 1000)
    with pytest.raises(Exception) as error:
        body = s3.get_object(Bucket="bbb", Key="damaged")["Body"].read()
        assert body != data, "the damage was not where the test thought"
        pytest.fail("wrong bytes were served")
    assert not isinstance(error.value, AssertionError), error.value
    assert s3.get_object(Bucket="bbb", Key="good")["Body"].read() == b"good" * 1000


def test_a_damaged_keyring_copy_is_survived(new_site):
    site = new_site()
    keyrings = sorted((site.store / "keys").glob("keyring.*"))
    assert len(keyrings) == 2
    for damaged in keyrings:
        good = damaged.read_bytes()
        flip_bit(damaged, len(good) // 2)
        site.start_s3d()
        site.client().list_buckets()
        site.stop_s3d()
        damaged.write_bytes(good)


def test_a_read_only_folder_is_refused_clearly(new_site, tmp_path):
    site = new_site()
    subprocess.run(["mount", "--bind", site.store, site.store], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", site.store], check=True)
    try:
        assert "ead-only" in start_fails(site)
    finally:
        subprocess.run(["umount", site.store], check=True)
    site.start_s3d()


def test_a_full_disk_refuses_writes_and_deletes_make_room(new_site, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", disk], check=True)
    site = None
    try:
        site = new_site(settings="")
        site.stop()
        text = site.config.read_text().replace(str(site.store), str(disk / "store"))
        site.config.write_text(text)
        site.key_file.unlink()
        site.admin("init", "--master-key-file", str(site.key_file))
        site.access_key, site.secret_key = site.add_user("main")
        site.start_s3d()
        s3 = site.client()
        s3.create_bucket(Bucket="bbb")
        kept = {}
        with pytest.raises(ClientError) as error:
            for number in range(60):
                kept[f"k{number}"] = os.urandom(4_000_000)
                s3.put_object(Bucket="bbb", Key=f"k{number}", Body=kept[f"k{number}"])
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
        kept.popitem()
        for key, data in kept.items():
            assert s3.get_object(Bucket="bbb", Key=key)["Body"].read() == data
        for key in list(kept)[:5]:
            s3.delete_object(Bucket="bbb", Key=key)
        assert len(s3.list_objects_v2(Bucket="bbb")["Contents"]) == len(kept) - 5
    finally:
        if site:
            site.stop()
        subprocess.run(["umount", "-l", disk], check=True)

"""Backups to another S3 server, which is a second store of ours."""
import json
import os
import random
import shutil
import signal
import subprocess

import pytest

from guides import run_guide
from support import wait_until

PLACE = "s3://backups/mine"


def remote_environment(other, **more):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    mine = {"AWS_ACCESS_KEY_ID": other.access_key, "AWS_SECRET_ACCESS_KEY": other.secret_key,
            "AWS_ENDPOINT_URL": other.endpoint, "HOME": str(other.folder)}
    return inherited | mine | more


def ask(site, other, *arguments, **more):
    done = site.run_admin("--json", "backup", *arguments, env=remote_environment(other, **more))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fill(s3, bucket, luck, count=6, size=1_500_000):
    for number in range(count):
        s3.put_object(Bucket=bucket, Key=f"d/{number} ü", Body=luck.randbytes(size), Metadata={"n": str(number)})


def everything(s3):
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        for version in s3.list_object_versions(Bucket=bucket["Name"]).get("Versions", []):
            got = s3.get_object(Bucket=bucket["Name"], Key=version["Key"], VersionId=version["VersionId"])
            found[bucket["Name"], version["Key"], version["VersionId"]] = (got["Body"].read(), got["Metadata"])
    return found


@pytest.fixture
def sites(new_site):
    """A store with something in it, and another server with a bucket for backups."""
    site, other = new_site(), new_site()
    site.start_s3d()
    other.start_s3d()
    other.client().create_bucket(Bucket="backups")
    site.client().create_bucket(Bucket="photos")
    site.client().put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    return site, other


def test_a_store_that_is_lost_comes_back_from_another_server(sites, tmp_path):
    site, other = sites
    luck, s3 = random.Random(3), site.client()
    fill(s3, "photos", luck, count=14)  # more than one part
    first = ask(site, other, "create", PLACE)
    assert first["copied_packs"] == first["packs"] > 0 and first["problems"] == 0
    fill(s3, "photos", luck, count=2)
    site.stop_s3d()  # its pack is finished
    site.start_s3d()
    ask(site, other, "create", PLACE)
    again = ask(site, other, "create", PLACE)
    assert again["copied_bytes"] < 500_000 < again["total_bytes"], "only the new snapshot is sent"
    assert ask(site, other, "verify", PLACE)["problems"] == 0
    names = {row["Key"] for row in other.client().list_objects_v2(Bucket="backups")["Contents"]}
    assert all(name.startswith("mine/") for name in names) and "mine/STORE" in names
    assert not other.client().list_multipart_uploads(Bucket="backups").get("Uploads")

    mine = everything(site.client())
    site.stop_s3d()
    shutil.rmtree(site.store)
    done = ask(site, other, "restore", PLACE)
    assert done["problems"] == 0 and done["packs"] > 0
    site.start_s3d()
    assert everything(site.client()) == mine and len(mine) == 16
    assert site.run_admin("fsck").returncode == 0


def test_a_backup_that_is_killed_is_never_a_broken_one(sites, tmp_path):
    site, other = sites
    luck, s3 = random.Random(5), site.client()
    fill(s3, "photos", luck, count=2)
    before = everything(s3)
    ask(site, other, "create", PLACE)
    for _ in range(2):
        fill(s3, "photos", luck, count=14)
        known = len(other.client().list_objects_v2(Bucket="backups")["Contents"])
        command = [site.program("alexander-admin"), "--config", str(site.config), "backup", "create", PLACE]
        running = subprocess.Popen(command, env=remote_environment(other), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        # Killed in the middle of an upload, or shortly before or after.
        wait_until(lambda: running.poll() is not None or
                   other.client().list_multipart_uploads(Bucket="backups").get("Uploads") or
                   len(other.client().list_objects_v2(Bucket="backups")["Contents"]) > known,
                   what="something being sent", seconds=60)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=60)
        assert ask(site, other, "verify", PLACE)["problems"] == 0
    restored = f"--storage.data_dir={tmp_path}/early"
    done = site.run_admin("--json", "backup", "restore", PLACE, restored, env=remote_environment(other))
    assert done.returncode == 0 and json.loads(done.stdout)["problems"] == 0, done.stderr
    ask(site, other, "create", PLACE)
    assert not other.client().list_multipart_uploads(Bucket="backups").get("Uploads")
    assert ask(site, other, "verify", PLACE)["problems"] == 0
    mine = everything(site.client())
    assert before.items() <= mine.items()
    site.stop_s3d()
    shutil.rmtree(site.store)
    ask(site, other, "restore", PLACE)
    site.start_s3d()
    assert everything(site.client()) == mine


def test_garbage_at_the_place_is_found(sites, tmp_path):
    site, other = sites
    s3, there = site.client(), other.client()
    fill(s3, "photos", random.Random(6), count=2)
    ask(site, other, "create", PLACE)
    pack = max(there.list_objects_v2(Bucket="backups", Prefix="mine/data/")["Contents"], key=lambda row: row["Size"])
    body = bytearray(there.get_object(Bucket="backups", Key=pack["Key"])["Body"].read())
    body[len(body) // 2] ^= 4
    there.put_object(Bucket="backups", Key=pack["Key"], Body=bytes(body))
    found = site.run_admin("backup", "verify", PLACE, env=remote_environment(other))
    assert found.returncode == 1 and "damaged" in found.stderr
    # A name that is no backup's never becomes a file.
    there.put_object(Bucket="backups", Key="mine/data/../../../evil.pack", Body=b"x")
    refused = site.run_admin("backup", "create", PLACE, env=remote_environment(other))
    assert refused.returncode == 1 and "no backup" in refused.stderr
    restored = site.run_admin("backup", "restore", PLACE, f"--storage.data_dir={tmp_path}/a/b/c",
                              env=remote_environment(other))
    assert restored.returncode != 0 and not list(tmp_path.rglob("evil*"))
    # Somebody else's backup is left alone.
    there.delete_object(Bucket="backups", Key="mine/data/../../../evil.pack")
    other_store = other.run_admin("backup", "create", PLACE, env=remote_environment(other))
    assert other_store.returncode == 1 and "another store" in other_store.stderr


def test_the_guide(sites, tmp_path):
    site, other = sites
    fill(site.client(), "photos", random.Random(8), count=1)
    keys = tmp_path / "keys"
    keys.write_text(f"[default]\naws_access_key_id = {other.access_key}\naws_secret_access_key = {other.secret_key}\n")
    keys.chmod(0o600)
    run_guide(site, "disaster-recovery.md", site.folder, "backups on another",
              {"https://s3.example.org": other.endpoint, "/root/backup.keys": keys})
    assert other.client().head_object(Bucket="backups", Key="mine/STORE")


def test_keys_and_servers_that_are_wrong_are_told(sites, tmp_path):
    site, other = sites

    def refused(*arguments, status=2, **more):
        environment = {name: value for name, value in remote_environment(other, **more).items() if value}
        done = site.run_admin("backup", "create", *arguments, env=environment)
        assert done.returncode == status, done.stderr
        assert other.secret_key not in done.stderr + done.stdout
        return done.stderr

    assert "--endpoint" in refused(PLACE, AWS_ENDPOINT_URL="")
    assert "AWS_ACCESS_KEY_ID" in refused(PLACE, AWS_ACCESS_KEY_ID="")
    assert "s3://" in refused(str(tmp_path / "folder"), "--region", "x")
    assert "create it first" in refused("s3://nothing-here/x", status=1)
    assert "403" in refused(PLACE, status=1, AWS_SECRET_ACCESS_KEY="wrong-secret-key-wrong")
    keys = tmp_path / "keys"
    keys.write_text(f"[other]\naws_access_key_id = {other.access_key}\naws_secret_access_key={other.secret_key}\n")
    keys.chmod(0o644)
    named = ["--credentials-file", str(keys), "--aws-profile", "other"]
    assert "chmod 600" in refused(PLACE, *named)
    keys.chmod(0o600)
    assert "[default]" in refused(PLACE, *named[:2])
    assert ask(site, other, "create", PLACE, *named, AWS_ACCESS_KEY_ID="wrong")["packs"] >= 0


def test_a_certificate_is_checked(new_site, tmp_path):
    certificate = tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
                    tmp_path / "key.pem", "-out", certificate, "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    other = new_site()
    other.start_s3d(f"--server.tls_certificate_file={certificate}", f"--server.tls_key_file={tmp_path}/key.pem")
    site = new_site()
    environment = remote_environment(other)

    def create(host, *arguments):
        return site.run_admin("backup", "create", "s3://backups/mine", "--endpoint", f"https://{host}:{other.port}",
                              *arguments, env=environment)

    unknown = create("localhost")
    assert unknown.returncode == 1 and "certificate" in unknown.stderr.lower(), unknown.stderr
    other_name = create("127.0.0.1", "--ca-file", str(certificate))
    assert other_name.returncode == 1 and "certificate" in other_name.stderr.lower(), other_name.stderr
    trusted = create("localhost", "--ca-file", str(certificate))
    assert trusted.returncode == 1 and "create it first" in trusted.stderr, trusted.stderr

"""Clients of backups and mounts, each through what it is used for."""
import io
import json
import os
import shutil
import subprocess

import minio
import pytest
from botocore.exceptions import ClientError
from minio.commonconfig import ENABLED, CopySource
from minio.versioningconfig import VersioningConfig

from support import tree_of, wait_until
from test_clients import folder, rclone_environment  # noqa: F401  (a fixture)


def test_minio_py(site, bucket):
    client = minio.Minio(endpoint=f"127.0.0.1:{site.port}", access_key=site.access_key,
                         secret_key=site.secret_key, secure=False, region="us-east-1")
    data = os.urandom(12 << 20)
    client.put_object(bucket_name=bucket, object_name="d/large ü", data=io.BytesIO(data),
                      length=len(data), part_size=5 << 20, metadata={"colour": "blue"})
    assert client.stat_object(bucket_name=bucket, object_name="d/large ü").size == len(data)
    client.copy_object(bucket_name=bucket, object_name="copy",
                       source=CopySource(bucket_name=bucket, object_name="d/large ü"))
    answer = client.get_object(bucket_name=bucket, object_name="copy", offset=5, length=1000)
    assert answer.read() == data[5:1005]
    answer.close()
    answer.release_conn()
    client.set_bucket_versioning(bucket_name=bucket, config=VersioningConfig(status=ENABLED))
    client.remove_object(bucket_name=bucket, object_name="copy")
    names = sorted((row.object_name, row.is_delete_marker) for row in client.list_objects(
        bucket_name=bucket, recursive=True, include_version=True))
    assert names == [("copy", False), ("copy", True), ("d/large ü", False)]
    client.fget_object(bucket_name=bucket, object_name="d/large ü",
                       file_path=str(site.folder / "fetched"))
    assert (site.folder / "fetched").read_bytes() == data


def test_rclone_finds_older_versions(site, s3, bucket, folder, tmp_path):  # noqa: F811
    def run(*words):
        return site.run("rclone", *words, env=rclone_environment(site))

    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    run("sync", folder, f"a:{bucket}")
    before = (folder / "a.txt").read_bytes()
    (folder / "a.txt").write_bytes(b"changed")
    (folder / "b/c.bin").unlink()
    run("sync", folder, f"a:{bucket}")
    run("check", folder, f"a:{bucket}")
    listed = run("lsf", "--recursive", "--files-only", "--s3-versions", f"a:{bucket}").splitlines()
    old = next(name for name in listed if name.startswith("a-v"))
    assert any(name.startswith("b/c-v") for name in listed)
    run("copyto", "--s3-versions", f"a:{bucket}/{old}", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == before


def test_duplicity(site, bucket, folder, tmp_path):  # noqa: F811
    def run(*words):
        environment = dict(site.environment(), PASSPHRASE="test")
        return site.run("/usr/bin/duplicity", *words, f"--archive-dir={tmp_path}/archive",
                        f"--s3-endpoint-url={site.endpoint}", "--no-encryption", env=environment)

    target = f"boto3+s3://{bucket}/backup"
    run("full", folder, target)
    (folder / "a.txt").write_bytes(b"changed")
    run("incremental", folder, target)
    run("verify", "--compare-data", target, folder)
    run("restore", target, tmp_path / "restored")
    assert tree_of(tmp_path / "restored") == tree_of(folder)


@pytest.fixture
def s3fs(site, bucket, tmp_path):
    """The bucket mounted by s3fs."""
    assert os.path.exists("/dev/fuse"), "there is no /dev/fuse (see --no-fuse)"
    place = tmp_path / "s3fs"
    place.mkdir()
    passwords = tmp_path / "passwd"
    passwords.write_text(f"{site.access_key}:{site.secret_key}\n")
    passwords.chmod(0o600)
    daemon = subprocess.Popen(
        ["s3fs", bucket, place, "-f", "-o", f"url={site.endpoint}", "-o", "use_path_request_style",
         "-o", f"passwd_file={passwords}", "-o", "endpoint=us-east-1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: os.path.ismount(place), what="the mount of s3fs")
        yield place
    finally:
        subprocess.run(["umount", place], check=False)
        daemon.wait(timeout=60)


@pytest.mark.fuse
def test_s3fs(s3fs, s3, bucket, folder):  # noqa: F811
    shutil.copytree(folder, s3fs / "tree", copy_function=shutil.copyfile)
    assert tree_of(s3fs / "tree") == tree_of(folder)
    os.chmod(s3fs / "tree/a.txt", 0o640)
    os.rename(s3fs / "tree/large.bin", s3fs / "moved.bin")
    head = s3.head_object(Bucket=bucket, Key="tree/a.txt")
    assert int(head["Metadata"]["mode"]) & 0o777 == 0o640
    got = s3.get_object(Bucket=bucket, Key="moved.bin")["Body"].read()
    assert got == (folder / "large.bin").read_bytes()
    s3.put_object(Bucket=bucket, Key="tree/from-s3", Body=b"x")
    assert (s3fs / "tree/from-s3").read_bytes() == b"x"
    os.unlink(s3fs / "moved.bin")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="moved")["KeyCount"] == 0


def test_a_state_is_locked_as_terraform_does(site, s3, bucket):
    """The steps of its S3 backend with use_lockfile: a lock object that only one may create."""
    other = site.client()
    key = "env/terraform.tfstate"

    def lock(client, who):
        info = json.dumps({"ID": who, "Operation": "OperationTypeApply", "Path": f"{bucket}/{key}"})
        client.put_object(Bucket=bucket, Key=key + ".tflock", Body=info, IfNoneMatch="*",
                          ContentType="application/json", ChecksumAlgorithm="SHA256")

    lock(s3, "first")
    with pytest.raises(ClientError) as error:
        lock(other, "second")
    assert error.value.response["Error"]["Code"] == "PreconditionFailed"
    holder = json.loads(other.get_object(Bucket=bucket, Key=key + ".tflock")["Body"].read())
    assert holder["ID"] == "first"
    s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    s3.delete_object(Bucket=bucket, Key=key + ".tflock")
    lock(other, "second")

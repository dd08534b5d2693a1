"""Clients that people use, each through a day's work."""
import os
import shutil
import subprocess

import pytest

from support import tree_of


@pytest.fixture
def folder(tmp_path):
    """A small tree with awkward names."""
    root = tmp_path / "tree"
    for name in ("a.txt", "b/c.bin", "b/d e.txt", "b/deep/er/f", "ü/ñ.txt", "plus+and%.txt"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(1000) * (len(name) + 1))
    (root / "large.bin").write_bytes(os.urandom(20 * 1024 * 1024))
    return root


def clients():
    """The distribution's aws and the one of tests/requirements.txt."""
    found = [shutil.which("aws")]
    if os.path.exists("/usr/bin/aws") and found[0] != "/usr/bin/aws":
        found.append("/usr/bin/aws")
    return [path for path in found if path]


@pytest.mark.parametrize("aws", clients())
def test_aws_cli(site, bucket, folder, tmp_path, aws):
    def run(*words):
        return site.run(aws, "--endpoint-url", site.endpoint, "s3", *words)

    run("sync", folder, f"s3://{bucket}/x")
    assert run("sync", folder, f"s3://{bucket}/x") == ""
    back = tmp_path / "back"
    run("sync", f"s3://{bucket}/x", back)
    assert tree_of(back) == tree_of(folder)
    listed = run("ls", "--recursive", f"s3://{bucket}/")
    assert len(listed.splitlines()) == 7
    run("mv", f"s3://{bucket}/x/a.txt", f"s3://{bucket}/moved.txt")
    run("rm", "--recursive", f"s3://{bucket}/")
    assert run("ls", f"s3://{bucket}/") == ""
    run("rb", f"s3://{bucket}")


def test_s3cmd(site, bucket, folder, tmp_path):
    def run(*words):
        return site.run("s3cmd", "--no-progress", "--config=/dev/null",
                        f"--access_key={site.access_key}", f"--secret_key={site.secret_key}",
                        f"--host=127.0.0.1:{site.port}", f"--host-bucket=127.0.0.1:{site.port}",
                        "--no-ssl", "--region=us-east-1", *words)

    run("put", folder / "large.bin", f"s3://{bucket}/large.bin", "--multipart-chunk-size-mb=5")
    run("sync", f"{folder}/", f"s3://{bucket}/tree/")
    assert "large.bin" in run("ls", f"s3://{bucket}/")
    run("get", f"s3://{bucket}/large.bin", tmp_path / "large")
    assert (tmp_path / "large").read_bytes() == (folder / "large.bin").read_bytes()
    run("cp", f"s3://{bucket}/large.bin", f"s3://{bucket}/copy.bin")
    run("del", "--recursive", "--force", f"s3://{bucket}/")
    run("rb", f"s3://{bucket}")


def rclone_environment(site):
    return dict(site.environment(), RCLONE_CONFIG="/dev/null", RCLONE_CONFIG_A_TYPE="s3",
                RCLONE_CONFIG_A_PROVIDER="Other", RCLONE_CONFIG_A_ENV_AUTH="true",
                RCLONE_CONFIG_A_ENDPOINT=site.endpoint, RCLONE_CONFIG_A_REGION="us-east-1")


def test_rclone(site, bucket, folder, tmp_path):
    def run(*words):
        return site.run("rclone", *words, env=rclone_environment(site))

    run("sync", folder, f"a:{bucket}/x", "--s3-chunk-size=5M", "--s3-upload-cutoff=10M")
    run("check", folder, f"a:{bucket}/x")
    (folder / "a.txt").write_bytes(b"changed")
    run("sync", folder, f"a:{bucket}/x")
    run("sync", f"a:{bucket}/x", tmp_path / "back")
    assert tree_of(tmp_path / "back") == tree_of(folder)
    run("copy", f"a:{bucket}/x", f"a:{bucket}/y")
    run("check", f"a:{bucket}/x", f"a:{bucket}/y")
    run("purge", f"a:{bucket}")


def restic_cycle(site, repository, folder, target):
    environment = dict(site.environment(), RESTIC_PASSWORD="test", RESTIC_REPOSITORY=str(repository),
                       RESTIC_CACHE_DIR=str(target.parent / "cache"))

    def run(*words):
        return site.run("restic", "--no-cache", *words, env=environment)

    run("init")
    run("backup", folder)
    (folder / "a.txt").write_bytes(b"changed")
    run("backup", folder)
    run("check", "--read-data")
    run("forget", "--keep-last", "1", "--prune")
    run("check")
    run("restore", "latest", "--target", target)
    assert tree_of(target / str(folder).lstrip("/")) == tree_of(folder)


def test_restic_over_s3(site, bucket, folder, tmp_path):
    restic_cycle(site, f"s3:{site.endpoint}/{bucket}/repository", folder, tmp_path / "restored")


def test_restic_on_the_mount(mounted_site, mount, folder, tmp_path):
    restic_cycle(mounted_site, mount / "repository", folder, tmp_path / "restored")


def test_an_upload_of_many_parts_reads_back_in_the_mount(new_site, tmp_path):
    """And takes a bounded share of memory, whatever its size: ten parts at a time."""
    site = new_site()
    site.start_s3d()
    site.start_fuse()
    bucket = "big-uploads"
    site.client().create_bucket(Bucket=bucket)
    source = tmp_path / "source"
    with open(source, "wb") as out:
        for _ in range(400):
            out.write(os.urandom(1024 * 1024))
    site.run("aws", "--endpoint-url", site.endpoint, "s3", "cp", source, f"s3://{bucket}/big")
    subprocess.run(["cmp", source, site.mount_point / bucket / "big"], check=True)
    site.run("aws", "--endpoint-url", site.endpoint, "s3", "cp", f"s3://{bucket}/big",
             tmp_path / "back")
    subprocess.run(["cmp", source, tmp_path / "back"], check=True)
    assert site.s3d_memory("VmHWM") < 150_000_000

"""The past in the mount: versions, snapshots, and what brings them back."""
import errno
import os
import re
import shutil
import stat
import subprocess
import time

import pytest

from support import wait_until

MOMENT = re.compile(r"@GMT-\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d")


@pytest.fixture
def versioned(s3, bucket, mount):
    """The mounted directory of a bucket that keeps versions."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return mount


def moment_of(modified):
    return modified.strftime("@GMT-%Y.%m.%d-%H.%M.%S")


def put(s3, bucket, key, body):
    """Puts an object and says when, as Samba would ask for it."""
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return moment_of(s3.head_object(Bucket=bucket, Key=key)["LastModified"])


def next_second():
    """The names of moments have seconds: what comes after this call is in a later one."""
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, what="the next second")


def newest_first(folder):
    return [folder / name for name in sorted(os.listdir(folder), reverse=True)]


def test_cp_brings_back_what_was_overwritten_and_what_was_deleted(s3, bucket, versioned):
    first = os.urandom(300_000)
    s3.put_object(Bucket=bucket, Key="d/f.bin", Body=first)
    s3.put_object(Bucket=bucket, Key="d/f.bin", Body=b"second")
    newest, oldest = newest_first(versioned / "d" / ".versions" / "f.bin")
    assert newest.read_bytes() == b"second"
    subprocess.run(["cp", oldest, versioned / "d" / "f.bin"], check=True)
    assert s3.get_object(Bucket=bucket, Key="d/f.bin")["Body"].read() == first

    s3.delete_object(Bucket=bucket, Key="d/f.bin")
    assert not (versioned / "d").exists()
    listed = newest_first(versioned / ".versions" / "d" / "f.bin")
    assert len(listed) == 3, "a delete marker is no file"
    shutil.copy(listed[0], versioned / "back")
    assert (versioned / "back").read_bytes() == first
    ids = {entry["VersionId"] for entry in
           s3.list_object_versions(Bucket=bucket, Prefix="d/f.bin")["Versions"]}
    assert {os.getxattr(path, "user.s3.version-id").decode() for path in listed} == ids
    assert all(name.name.removesuffix(".bin").rsplit("_", 1)[1] in ids for name in listed)


def test_a_snapshot_is_a_moment_and_fits_samba(s3, bucket, versioned, mounted_site):
    s3.put_object(Bucket=bucket, Key="share/docs/a", Body=b"old")
    before = put(s3, bucket, "share/docs/b", b"gone later")
    next_second()
    s3.put_object(Bucket=bucket, Key="share/docs/a", Body=b"new")
    s3.delete_object(Bucket=bucket, Key="share/docs/b")
    # What vfs_shadow_copy2 does with snapdirseverywhere: looks for the folder upwards from the file,
    # lists it for the names of its format, and goes down by the same path.
    snapshots = versioned / "share" / ".snapshots"
    listed = os.listdir(snapshots)
    assert listed and all(MOMENT.fullmatch(name) for name in listed)
    assert listed == sorted(listed) and before in listed
    assert (snapshots / before / "docs" / "a").read_bytes() == b"old"
    restored = versioned / "restored"
    subprocess.run(["cp", "-a", snapshots / before, restored], check=True)
    assert {path.name: path.read_bytes() for path in (restored / "docs").iterdir()} == \
        {"a": b"old", "b": b"gone later"}
    # The same from one place for the whole share, by a moment that is not listed.
    top = mounted_site.mount_point / ".alexander" / "snapshots" / bucket
    assert (top / before / "share" / "docs" / "b").read_bytes() == b"gone later"
    assert not (top / "@GMT-2001.01.01-00.00.00" / "share").exists()
    assert stat.S_ISDIR((top / "@GMT-2001.01.01-00.00.00").stat().st_mode)
    assert not (top / "@GMT-2999.01.01-00.00.00").exists()


def test_what_is_acknowledged_on_either_face_is_in_the_past_at_once(s3, bucket, versioned):
    versions = versioned / ".versions" / "k"
    for number in range(1, 40):
        body = b"s3 %d" % number
        version = s3.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"]
        names = os.listdir(versions)
        assert len(names) == number
        assert (versions / next(name for name in names if version in name)).read_bytes() == body
    (versioned / "k").write_bytes(b"mount")
    assert newest_first(versions)[0].read_bytes() == b"mount"
    (versioned / "k").unlink()
    assert not (versioned / "k").exists() and len(os.listdir(versions)) == 40
    for entry in s3.list_object_versions(Bucket=bucket, Prefix="k")["Versions"]:
        s3.delete_object(Bucket=bucket, Key="k", VersionId=entry["VersionId"])
    assert not versions.exists()


def test_the_past_is_listed_nowhere_and_cannot_be_changed(s3, bucket, versioned, mounted_site):
    s3.put_object(Bucket=bucket, Key="d/f", Body=b"body")
    for folder in (mounted_site.mount_point, versioned, versioned / "d"):
        assert not any(name.startswith(".") for name in os.listdir(folder))
    assert os.listdir(mounted_site.mount_point / ".alexander") == ["versions", "snapshots"]
    assert bucket in os.listdir(mounted_site.mount_point / ".alexander" / "versions")
    folder = versioned / "d" / ".versions" / "f"
    version = folder / os.listdir(folder)[0]

    def refused(action, *expected):
        with pytest.raises(OSError) as caught:
            action()
        assert caught.value.errno in (expected or (errno.EROFS,))

    refused(lambda: (folder / "new").write_bytes(b""))
    refused(lambda: version.write_bytes(b"other"))
    refused(lambda: open(version, "ab"))
    refused(version.unlink)
    refused(lambda: version.rename(versioned / "moved"))
    refused(lambda: (versioned / "d" / "f").rename(folder / "moved"))
    refused(lambda: (folder / "directory").mkdir())
    refused(folder.rmdir)
    refused(lambda: version.chmod(0o600))
    refused(lambda: os.truncate(version, 0))
    refused(lambda: os.utime(version))
    refused(lambda: os.setxattr(version, "user.a", b"b"))
    refused(lambda: os.symlink("a", folder / "link"))
    refused(lambda: os.link(version, versioned / "link"), errno.EXDEV)
    assert version.read_bytes() == b"body"
    assert (mounted_site.folder / "fuse.log").read_text().count("read only") == 0


def test_modes_of_live_files_hold_for_their_past(s3, bucket, versioned):
    (versioned / "d").mkdir()
    (versioned / "d" / "f").write_bytes(b"body")
    s3.put_object(Bucket=bucket, Key="d/f", Body=b"newer")
    os.chmod(versioned, 0o755)
    os.chmod(versioned / "d", 0o755)
    path = versioned / "d" / ".versions" / "f"
    version = newest_first(path)[-1]

    def read_as_nobody():
        # The folder of the tests lets nobody in: it begins inside.
        return subprocess.run(["cat", version.relative_to(versioned)], cwd=versioned,
                              capture_output=True, check=False,
                              user=65534, group=65534, extra_groups=[]).returncode == 0

    os.chmod(versioned / "d" / "f", 0o644)
    assert read_as_nobody()
    os.chmod(versioned / "d" / "f", 0o600)
    assert not read_as_nobody()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    os.chmod(versioned / "d" / "f", 0o644)
    os.chmod(versioned / "d", 0o700)
    assert not read_as_nobody()


def test_a_mount_of_one_bucket_and_the_setting(new_site):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="one")
    s3.create_bucket(Bucket="two")
    s3.put_bucket_versioning(Bucket="one", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="one", Key="k", Body=b"body")
    site.start_fuse("-o", "bucket=one,noversions")
    top = site.mount_point / ".alexander"
    assert os.listdir(top / "versions") == ["one"]
    assert newest_first(top / "versions" / "one" / "k")[0].read_bytes() == b"body"
    assert not (site.mount_point / ".versions").exists()
    (site.mount_point / ".snapshots").mkdir()
    (site.mount_point / ".snapshots" / "mine").write_bytes(b"real")
    assert s3.get_object(Bucket="one", Key=".snapshots/mine")["Body"].read() == b"real"


def test_a_directory_of_many_names_is_listed_whole(s3, bucket, versioned):
    names = [f"file {number:05}" for number in range(1500)]
    (versioned / "d").mkdir()
    for name in names:
        (versioned / "d" / name).write_bytes(name.encode())
    for _ in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        pass  # S3 has named them: from now on they are versions for good
    moment = time.strftime("@GMT-%Y.%m.%d-%H.%M.%S", time.gmtime())
    next_second()
    for name in names[:1000]:
        (versioned / "d" / name).unlink()
    assert os.listdir(versioned / "d" / ".versions") == names
    assert os.listdir(versioned / ".snapshots" / moment / "d") == names
    now = time.strftime("@GMT-%Y.%m.%d-%H.%M.%S", time.gmtime())
    assert os.listdir(versioned / ".snapshots" / now / "d") == names[1000:]

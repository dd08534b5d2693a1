"""The mount with the tools that backups are made with."""
import errno
import mmap
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess

import pytest
from botocore.exceptions import ClientError

from support import tree_of


def body_of(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def keys_of(s3, bucket):
    return [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])]


# both faces

def test_what_s3_puts_is_a_file_at_once(s3, bucket, mount):
    for number in range(50):
        data = os.urandom(number * 100)
        s3.put_object(Bucket=bucket, Key=f"d{number % 3}/f", Body=data)
        assert (mount / f"d{number % 3}" / "f").read_bytes() == data
    s3.delete_object(Bucket=bucket, Key="d0/f")
    assert not (mount / "d0").exists()


def test_a_closed_file_is_an_object_at_once(s3, bucket, mount):
    for number in range(50):
        data = os.urandom(number * 100)
        (mount / "f").write_bytes(data)
        assert body_of(s3, bucket, "f") == data
        assert s3.head_object(Bucket=bucket, Key="f")["ContentLength"] == len(data)
    (mount / "f").unlink()
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="f")


def test_shell_redirections_publish_what_they_should(s3, bucket, mount):
    def shell(command):
        subprocess.run(["sh", "-c", command], cwd=mount, check=True)

    shell("echo hi > new")
    assert body_of(s3, bucket, "new") == b"hi\n"
    shell("echo other > new")
    assert body_of(s3, bucket, "new") == b"other\n"
    shell("(echo 1; echo 2; sh -c 'echo 3') > several")
    assert body_of(s3, bucket, "several") == b"1\n2\n3\n"
    shell("for i in 1 2 3 4 5 6 7 8 9 10; do echo $i >> log; done")
    assert body_of(s3, bucket, "log") == b"".join(b"%d\n" % n for n in range(1, 11))
    shell(": > new")
    assert body_of(s3, bucket, "new") == b""
    shell("touch empty; truncate -s 100000 hole")
    assert body_of(s3, bucket, "empty") == b"" and body_of(s3, bucket, "hole") == bytes(100000)


def test_an_open_reader_keeps_the_version_it_opened(s3, bucket, mount):
    s3.put_object(Bucket=bucket, Key="k", Body=b"old" * 100_000)
    with open(mount / "k", "rb") as reader:
        assert reader.read(3) == b"old"
        s3.put_object(Bucket=bucket, Key="k", Body=b"new")
        assert reader.read() == (b"old" * 100_000)[3:]
    assert (mount / "k").read_bytes() == b"new"


def test_names_that_are_not_paths_can_be_reached(s3, bucket, mount):
    keys = ["a", "a/b", "x//y", "./z", "..", "n" * 300]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    contents = {path.read_bytes().decode() for path in mount.rglob("*") if path.is_file()}
    assert contents == set(keys)


def test_a_directory_of_the_mount_is_a_bucket(s3, mounted_site):
    name = mounted_site.new_bucket_name()
    os.mkdir(mounted_site.mount_point / name)
    assert name in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    (mounted_site.mount_point / name / "f").write_bytes(b"x")
    with pytest.raises(OSError) as error:
        os.rmdir(mounted_site.mount_point / name)
    assert error.value.errno == errno.ENOTEMPTY
    (mounted_site.mount_point / name / "f").unlink()
    os.rmdir(mounted_site.mount_point / name)
    assert name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_writes_in_a_versioned_bucket_are_versions(s3, bucket, mount):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for text in (b"one", b"two"):
        (mount / "f").write_bytes(text)
        assert body_of(s3, bucket, "f") == text  # from now on it is a version for good
    (mount / "f").unlink()
    (mount / "temporary").write_bytes(b"x")
    (mount / "temporary").unlink()
    listed = s3.list_object_versions(Bucket=bucket)
    bodies = {s3.get_object(Bucket=bucket, Key="f", VersionId=entry["VersionId"])["Body"].read()
              for entry in listed["Versions"]}
    assert bodies == {b"one", b"two"} and len(listed["DeleteMarkers"]) == 1
    assert {entry["Key"] for entry in listed["Versions"]} == {"f"}


# POSIX

def test_random_writes_match_a_local_file(mount, tmp_path):
    import random
    seed = int(os.environ.get("ALEXANDER_TEST_SEED", "0")) or random.randrange(2**32)
    print("seed", seed)
    dice = random.Random(seed)
    files = [open(path, "w+b", buffering=0) for path in (mount / "f", tmp_path / "f")]
    for _ in range(400):
        offset, length = dice.randrange(2_000_000), dice.randrange(1, 100_000)
        choice = dice.random()
        if choice < 0.6:
            data = dice.randbytes(length)
            for file in files:
                os.pwrite(file.fileno(), data, offset)
        elif choice < 0.7:
            for file in files:
                os.ftruncate(file.fileno(), offset)
        elif choice < 0.75:
            for file in files:
                os.fsync(file.fileno())
        else:
            assert os.pread(files[0].fileno(), length, offset) == os.pread(files[1].fileno(), length, offset)
    for file in files:
        file.close()
    assert (mount / "f").read_bytes() == (tmp_path / "f").read_bytes()


def test_attributes_stay(mount):
    path = mount / "f"
    path.write_bytes(b"x")
    os.chmod(path, 0o641)
    os.chown(path, 1234, 2345)
    os.utime(path, ns=(1_000_000_001, 2_000_000_000_000_000_003))
    os.setxattr(path, "user.colour", b"blue")
    found = path.stat()
    assert stat.S_IMODE(found.st_mode) == 0o641 and (found.st_uid, found.st_gid) == (1234, 2345)
    assert (found.st_atime_ns, found.st_mtime_ns) == (1_000_000_001, 2_000_000_000_000_000_003)
    assert os.getxattr(path, "user.colour") == b"blue" and "user.colour" in os.listxattr(path)
    os.removexattr(path, "user.colour")
    with pytest.raises(OSError) as error:
        os.getxattr(path, "user.colour")
    assert error.value.errno == errno.ENODATA


def test_links_and_special_files(s3, bucket, mount):
    (mount / "f").write_bytes(b"shared")
    os.link(mount / "f", mount / "g")
    assert (mount / "f").stat().st_ino == (mount / "g").stat().st_ino
    assert (mount / "f").stat().st_nlink == 2
    (mount / "g").write_bytes(b"changed")
    assert body_of(s3, bucket, "f") == body_of(s3, bucket, "g") == b"changed"
    (mount / "f").unlink()
    assert (mount / "g").stat().st_nlink == 1 and (mount / "g").read_bytes() == b"changed"
    os.symlink("g", mount / "link")
    assert os.readlink(mount / "link") == "g" and (mount / "link").read_bytes() == b"changed"
    os.mkfifo(mount / "fifo")
    assert stat.S_ISFIFO((mount / "fifo").lstat().st_mode)
    assert set(keys_of(s3, bucket)) == {"fifo", "g", "link"}


def test_an_unlinked_open_file_lives_until_it_is_closed(mount):
    with open(mount / "f", "w+b", buffering=0) as file:
        file.write(b"hello")
        os.unlink(mount / "f")
        file.write(b" world")
        assert os.pread(file.fileno(), 100, 0) == b"hello world"
        assert os.fstat(file.fileno()).st_nlink == 0
    assert not (mount / "f").exists()


def test_renames(s3, bucket, mount):
    (mount / "a").write_bytes(b"new")
    (mount / "b").write_bytes(b"old")
    os.rename(mount / "a", mount / "b")
    assert body_of(s3, bucket, "b") == b"new" and keys_of(s3, bucket) == ["b"]
    os.makedirs(mount / "d" / "e")
    (mount / "d" / "e" / "f").write_bytes(b"deep")
    os.rename(mount / "d", mount / "moved")
    assert body_of(s3, bucket, "moved/e/f") == b"deep"
    os.makedirs(mount / "full")
    (mount / "full" / "x").write_bytes(b"")
    with pytest.raises(OSError) as error:
        os.rename(mount / "moved", mount / "full")
    assert error.value.errno in (errno.ENOTEMPTY, errno.EEXIST)
    with pytest.raises(OSError) as error:
        os.rmdir(mount / "full")
    assert error.value.errno == errno.ENOTEMPTY


def test_mmap_stores_arrive(s3, bucket, mount):
    (mount / "f").write_bytes(bytes(100_000))
    with open(mount / "f", "r+b") as file, mmap.mmap(file.fileno(), 0) as view:
        view[50_000:50_005] = b"hello"
        view.flush()
    assert body_of(s3, bucket, "f")[50_000:50_005] == b"hello"


def test_o_excl_has_one_winner(mount):
    winners = 0
    for _ in range(5):
        try:
            os.close(os.open(mount / "lock", os.O_CREAT | os.O_EXCL))
            winners += 1
        except FileExistsError:
            pass
    assert winners == 1


def test_statfs_and_long_names(mount):
    assert os.statvfs(mount).f_blocks > 0
    name = "n" * 255
    (mount / name).write_bytes(b"x")
    assert name in os.listdir(mount)
    with pytest.raises(OSError) as error:
        (mount / ("n" * 256)).write_bytes(b"x")
    assert error.value.errno == errno.ENAMETOOLONG


def test_a_directory_of_2000_files_lists_once_each(mount):
    for number in range(2000):
        (mount / f"f{number}").touch()
    names = os.listdir(mount)
    assert sorted(names) == sorted(f"f{number}" for number in range(2000))
    (mount / "below").mkdir()
    for name in names:
        os.rename(mount / name, mount / "below" / name)
    assert len(os.listdir(mount / "below")) == 2000
    shutil.rmtree(mount / "below")
    assert os.listdir(mount) == []


# tools

@pytest.fixture
def source(tmp_path):
    """A tree with links, modes, times, holes and empty directories."""
    root = tmp_path / "source"
    for number in range(60):
        path = root / f"d{number % 7}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 501))
        os.utime(path, ns=(10**9 * number, 10**9 * number + number))
        path.chmod(0o600 + number % 8)
    (root / "empty").mkdir()
    (root / "link").symlink_to("d1/f1")
    os.link(root / "d1" / "f1", root / "hard")
    with open(root / "sparse", "wb") as file:
        file.seek(10_000_000)
        file.write(b"end")
    os.setxattr(root / "hard", "user.note", b"x")
    return root


def test_rsync_twice_transfers_nothing_the_second_time(mounted_site, mount, source):
    mounted_site.run("rsync", "-aHX", f"{source}/", f"{mount}/")
    assert mounted_site.run("rsync", "-aHXi", f"{source}/", f"{mount}/") == ""
    assert mounted_site.run("rsync", "-aHXic", f"{source}/", f"{mount}/") == ""
    assert tree_of(mount) == tree_of(source)


def test_rsync_inplace_and_sparse(mounted_site, mount, source):
    mounted_site.run("rsync", "-a", f"{source}/", f"{mount}/")
    with open(source / "sparse", "r+b") as file:
        file.seek(5_000_000)
        file.write(b"middle")
    mounted_site.run("rsync", "-aI", "--inplace", "--no-whole-file", f"{source}/", f"{mount}/")
    mounted_site.run("rsync", "-aS", f"{source}/", f"{mount}/copy/")
    assert (mount / "sparse").read_bytes() == (source / "sparse").read_bytes()
    assert (mount / "copy" / "sparse").read_bytes() == (source / "sparse").read_bytes()


def test_tar_compares_equal(mounted_site, mount, source, tmp_path):
    archive = tmp_path / "a.tar"
    mounted_site.run("tar", "-C", source, "--xattrs", "-cf", archive, ".")
    mounted_site.run("tar", "-C", mount, "--xattrs", "-xf", archive)
    mounted_site.run("tar", "-C", mount, "--compare", "-f", archive)


def test_cp_and_rm(mounted_site, mount, source):
    mounted_site.run("cp", "-a", source, mount / "copy")
    assert tree_of(mount / "copy") == tree_of(source)
    mounted_site.run("cp", "-a", mount / "copy", mount / "again")
    assert tree_of(mount / "again") == tree_of(source)
    mounted_site.run("rm", "-r", mount / "copy", mount / "again")
    assert os.listdir(mount) == []


def test_git(mounted_site, mount, source):
    repository = mount / "repository"
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*"]

    def git(*words):
        return mounted_site.run("git", *identity, "-C", repository, *words)

    shutil.copytree(source, repository, symlinks=True)
    mounted_site.run("git", *identity, "init", "-q", repository)
    git("add", "-A")
    git("commit", "-qm", "one")
    git("gc", "-q")
    git("fsck", "--strict")
    mounted_site.run("git", *identity, "clone", "-q", repository, mount / "clone")
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_sqlite(mount, mode):
    path = mount / "db"
    first, second = (sqlite3.connect(path, timeout=20) for _ in range(2))
    first.execute(f"PRAGMA journal_mode={mode}")
    first.execute("CREATE TABLE t (n INTEGER)")
    first.commit()
    for number in range(40):
        connection = (first, second)[number % 2]
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.commit()
    assert first.execute("SELECT count(*) FROM t").fetchone() == (40,)
    assert second.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    first.close()
    second.close()


def test_parallel_writers(mount):
    script = "for i in $(seq 50); do head -c $((i * 997)) /dev/urandom > f$0.$i; " \
             "cp f$0.$i g$0.$i; cmp f$0.$i g$0.$i || exit 1; done"
    running = [subprocess.Popen(["sh", "-c", script, str(n)], cwd=mount) for n in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    assert len(os.listdir(mount)) == 600


def test_a_quota_refuses_writes_through_the_mount(mount, bucket, s3, mounted_site):
    mounted_site.admin("bucket", "set-quota", bucket, "--bytes", "1000", "--objects", "3")
    (mount / "a").write_bytes(b"x" * 600)
    with pytest.raises(OSError) as caught:
        (mount / "b").write_bytes(b"x" * 600)
    assert caught.value.errno == errno.EDQUOT
    os.truncate(mount / "b", 0)
    (mount / "c").write_bytes(b"x" * 400)
    with pytest.raises(OSError) as caught:
        (mount / "d").touch()
    assert caught.value.errno == errno.EDQUOT
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 3


def test_quick_writes_fill_a_quota_to_the_last_byte(mount, bucket, mounted_site):
    """Near the limit what is still queued counts twice, so a write is judged again once it is not:
    nothing of it may be used up by then."""
    mounted_site.admin("bucket", "set-quota", bucket, "--bytes", str(40 * 500), "--objects", "40")
    for number in range(40):
        (mount / f"f{number}").write_bytes(b"%03d " % number * 125)
    for number in range(40):
        assert (mount / f"f{number}").read_bytes() == b"%03d " % number * 125
    with pytest.raises(OSError) as caught:
        (mount / "more").touch()
    assert caught.value.errno == errno.EDQUOT


def test_a_copy_of_the_mount_elsewhere_keeps_no_daemon(new_site):
    """As a container or a service with a mount namespace of its own has one, for as long as it lives."""
    site = new_site()
    site.start_s3d()
    site.start_fuse()
    (site.mount_point / "bucket").mkdir()
    (site.mount_point / "bucket" / "f").write_bytes(b"body")
    with subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                           "echo && exec sleep 600"], stdout=subprocess.PIPE) as elsewhere:
        try:
            elsewhere.stdout.readline()  # it has its copy
            site.stop_fuse()  # fails if the daemon does not end
        finally:
            elsewhere.kill()
    assert not os.path.ismount(site.mount_point)
    assert body_of(site.client(), "bucket", "f") == b"body"

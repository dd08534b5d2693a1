"""Rules of POSIX and Linux that programs meet on the mount."""
import contextlib
import errno
import os
import sqlite3
import stat

import pytest

from syscalls import KEEP_SIZE, PUNCH_HOLE, RENAME_EXCHANGE, fallocate, renameat2


@contextlib.contextmanager
def acting_as(user, folder):
    """As a user who is in no other group; the current folder need not be reachable for him."""
    groups = os.getgroups()
    os.chdir(folder)
    os.setgroups([])
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
        os.chdir("/")


@pytest.fixture
def shared(mount):
    """The mount, writable for everybody."""
    os.chmod(mount, 0o777)
    return mount


def sync(folder):
    """Waits until all names and attributes are durable."""
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def test_others_do_not_see_names_of_trusted_attributes(shared):
    (shared / "f").write_bytes(b"")
    os.chmod(shared / "f", 0o644)
    os.setxattr(shared / "f", "trusted.t", b"1")
    os.setxattr(shared / "f", "user.u", b"2")
    assert sorted(os.listxattr(shared / "f")) == ["trusted.t", "user.u"]
    with acting_as(1001, shared):
        assert os.listxattr("f") == ["user.u"]


@pytest.mark.parametrize("change", ["write", "truncate", "open"])
def test_who_changes_the_bytes_takes_setuid_away(shared, change):
    path = shared / "f"
    path.write_bytes(b"program")
    os.chown(path, 1001, 1001)
    os.chmod(path, 0o6777)
    with acting_as(1002, shared):
        if change == "truncate":
            os.truncate("f", 3)
        else:
            file = os.open("f", os.O_WRONLY | (os.O_TRUNC if change == "open" else 0))
            if change == "write":
                os.write(file, b"x")
            os.close(file)
    assert mode_of(path) == 0o777


def body_of(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def test_directories_are_exchanged_where_versions_are_kept(s3, bucket, mount):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for folder in ("one", "two"):
        os.makedirs(mount / folder / "sub")
        for name in ("same", f"only-in-{folder}", "sub/deep"):
            (mount / folder / name).write_bytes(folder.encode())
    (mount / "file").write_bytes(b"file")
    renameat2(mount / "one", mount / "two", RENAME_EXCHANGE)
    renameat2(mount / "two", mount / "file", RENAME_EXCHANGE)  # a directory and a file
    for folder, keys in {"one": ["same", "only-in-two", "sub/deep"],
                         "file": ["same", "only-in-one", "sub/deep"]}.items():
        was = b"two" if folder == "one" else b"one"
        for key in keys:
            assert (mount / folder / key).read_bytes() == body_of(s3, bucket, f"{folder}/{key}") == was
    assert (mount / "two").read_bytes() == body_of(s3, bucket, "two") == b"file"
    latest = {entry["Key"]: kind for kind in ("Versions", "DeleteMarkers")
              for entry in s3.list_object_versions(Bucket=bucket).get(kind, []) if entry["IsLatest"]}
    assert {key for key, kind in latest.items() if kind == "Versions"} == {
        "one/same", "one/only-in-two", "one/sub/deep", "file/same", "file/only-in-one",
        "file/sub/deep", "two"}


@pytest.mark.parametrize("change", ["rename", "chmod", "setxattr", "create and unlink"])
def test_a_folder_that_s3_made_stays_once_the_mount_changed_it(s3, bucket, mount, change):
    s3.put_object(Bucket=bucket, Key="d/f", Body=b"x")
    if change == "rename":
        os.rename(mount / "d", mount / "other")
        os.rename(mount / "other", mount / "d")
    elif change == "chmod":
        os.chmod(mount / "d", 0o700)
    elif change == "setxattr":
        os.setxattr(mount / "d", "user.a", b"1")
    else:
        (mount / "d" / "g").touch()
        (mount / "d" / "g").unlink()
    s3.delete_object(Bucket=bucket, Key="d/f")
    assert os.listdir(mount / "d") == []


def test_renaming_while_reading_a_directory_ends(mount):
    for number in range(300):
        (mount / f"f{number}").touch()
    seen = []
    with os.scandir(mount) as entries:
        for entry in entries:
            seen.append(entry.name)
            os.rename(entry.path, entry.path + ".new")
            assert len(seen) <= 300
    assert sorted(os.listdir(mount)) == sorted(f"f{number}.new" for number in range(300))


def test_a_name_that_is_replaced_keeps_its_place_in_the_directory(mount):
    names = [f"f{number}" for number in range(200)]
    for name in names:
        (mount / name).touch()
    order = os.listdir(mount)
    for name in names[::3]:
        (mount / "temporary").write_bytes(b"new")
        os.rename(mount / "temporary", mount / name)
    assert os.listdir(mount) == order


def test_an_open_directory_shows_new_names_when_it_is_read_again(mount):
    (mount / "old").touch()
    folder = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
    assert os.listdir(folder) == ["old"]
    (mount / "new").touch()
    assert os.listdir(folder) == ["old", "new"]
    os.close(folder)


def test_attributes_of_a_file_without_names_leave_nothing_behind(s3, bucket, mounted_site, mount):
    def rows():
        catalog = sqlite3.connect(f"file:{mounted_site.store}/meta/alexander.db?mode=ro", uri=True)
        with contextlib.closing(catalog):
            return catalog.execute("SELECT count(*) FROM inode WHERE kind = 0").fetchone()[0]

    before = rows()
    (mount / "f").write_bytes(b"x")
    with open(mount / "f", "r+b") as file:
        s3.put_object(Bucket=bucket, Key="f", Body=b"other")  # takes the name
        os.fchmod(file.fileno(), 0o600)
        os.setxattr(file.fileno(), "user.a", b"1")
        os.ftruncate(file.fileno(), 1)
    path_only = os.open(mount / "f", os.O_PATH)
    (mount / "f").unlink()
    with contextlib.suppress(OSError):
        os.chmod(f"/proc/self/fd/{path_only}", 0o600)
    os.close(path_only)
    sync(mount)
    assert rows() == before


@pytest.mark.parametrize("mode", [KEEP_SIZE, KEEP_SIZE | PUNCH_HOLE])
def test_allocating_what_changes_no_byte_changes_the_times_for_good(mounted_site, mount, mode):
    """Also of a file that nothing will be published of."""
    (mount / "f").write_bytes(b"")
    os.utime(mount / "f", ns=(10**18, 10**18))
    with open(mount / "f", "r+b") as file:
        fallocate(file.fileno(), mode, 0, 4096)
    changed = (mount / "f").stat().st_mtime_ns
    assert changed > 10**18
    mounted_site.stop_fuse()
    mounted_site.start_fuse()
    assert (mount / "f").stat().st_mtime_ns == changed


def test_bytes_that_a_writeback_cache_still_holds_are_no_hole(new_site):
    site = new_site(settings="fuse:\n  writeback_cache: true\n")
    site.start_fuse()
    os.mkdir(site.mount_point / "bucket")
    with open(site.mount_point / "bucket" / "f", "w+b", buffering=0) as file:
        file.write(b"x" * 8192)
        assert os.lseek(file.fileno(), 0, os.SEEK_DATA) == 0
        assert os.lseek(file.fileno(), 0, os.SEEK_HOLE) == 8192


def test_directories_are_not_exchanged_where_objects_may_be_locked(s3, mounted_site):
    bucket = mounted_site.new_bucket_name()
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    folder = mounted_site.mount_point / bucket
    (folder / "d").mkdir()
    (folder / "d" / "inside").write_bytes(b"1")
    (folder / "f").write_bytes(b"2")
    for pair in (("f", "d"), ("d", "f")):
        with pytest.raises(OSError) as error:
            renameat2(folder / pair[0], folder / pair[1], RENAME_EXCHANGE)
        assert error.value.errno == errno.EXDEV
    assert (folder / "d" / "inside").read_bytes() == b"1"

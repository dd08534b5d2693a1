"""Tools that people trust their files to, each with what it demands of a file system."""
import errno
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess

import pytest

from support import tree_of


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture
def source(tmp_path):
    """A folder of small files, one large and one with holes."""
    root = tmp_path / "source"
    for number in range(30):
        path = root / f"d{number % 4}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random.Random(number).randbytes(number * 700))
        os.utime(path, ns=(10**18 + number, 10**18 + number))
    (root / "large").write_bytes(random.Random(99).randbytes(6_000_000))
    with open(root / "sparse", "wb") as file:
        for at in (0, 3_000_000, 20_000_000):
            file.seek(at)
            file.write(b"data" * 1024)
    return root


# rsync

def test_rsync_shares_unchanged_files_between_snapshots(mounted_site, mount, source):
    mounted_site.run("rsync", "-a", f"{source}/", mount / "1")
    (source / "d1" / "f1").write_bytes(b"changed")
    mounted_site.run("rsync", "-a", f"--link-dest={mount}/1", f"{source}/", mount / "2")
    assert tree_of(mount / "2") == tree_of(source)
    same = (mount / "1" / "large").stat(), (mount / "2" / "large").stat()
    assert same[0].st_ino == same[1].st_ino and same[0].st_nlink == 2
    assert (mount / "1" / "d1" / "f1").stat().st_nlink == 1
    os.rename(mount / "2", mount / "3")  # rotation
    shutil.rmtree(mount / "1")
    assert tree_of(mount / "3") == tree_of(source) and (mount / "3" / "large").stat().st_nlink == 1


def test_rsync_sparse_allocates_what_is_there(mounted_site, mount, source):
    mounted_site.run("rsync", "-aS", f"{source}/", f"{mount}/")
    mounted_site.run("cp", "--sparse=always", mount / "sparse", mount / "copy")
    for name in ("sparse", "copy"):
        assert (mount / name).read_bytes() == (source / "sparse").read_bytes()
        assert (mount / name).stat().st_blocks * 512 <= 3 * 65_536, name


def test_rsync_inplace_stores_little_of_a_small_change(mounted_site, mount, source):
    def stored():
        return sum(path.stat().st_size for path in mounted_site.store.rglob("*.pack"))

    def copy():
        mounted_site.run("rsync", "-aI", "--inplace", "--no-whole-file", source / "large", f"{mount}/")
        file = os.open(mount / "large", os.O_RDONLY)
        os.fsync(file)
        os.close(file)

    copy()
    inode, before = (mount / "large").stat().st_ino, stored()
    with open(source / "large", "r+b") as file:
        file.seek(3_000_000)
        file.write(b"one change")
    copy()
    assert (mount / "large").read_bytes() == (source / "large").read_bytes()
    assert (mount / "large").stat().st_ino == inode and stored() - before < 3_000_000


# databases

def insert_rows(path, mode, worker, count):
    with sqlite3.connect(path, timeout=60, isolation_level=None) as database:
        database.execute(f"PRAGMA journal_mode={mode}")
        for number in range(count):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO t VALUES (?, ?)", (worker, number))
            database.execute("COMMIT")


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_processes_share_a_sqlite_database(mount, mode):
    path, workers, count = str(mount / "db"), 2, 25
    first = sqlite3.connect(path)
    first.execute(f"PRAGMA journal_mode={mode}")
    first.execute("CREATE TABLE t (worker INTEGER, n INTEGER, PRIMARY KEY (worker, n))")
    first.commit()
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=insert_rows, args=(path, mode, worker, count))
               for worker in range(workers)]
    for process in running:
        process.start()
    for process in running:
        process.join(timeout=120)
        assert process.exitcode == 0
    assert first.execute("SELECT count(*) FROM t").fetchone() == (workers * count,)
    assert first.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    first.close()


@needs("fio")
def test_fio_verifies_what_it_wrote_at_random(mount, tmp_path):
    subprocess.run(["fio", "--name=v", f"--directory={mount}", "--rw=randrw", "--bsrange=512-64k", "--size=8m",
                    "--numjobs=2", "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--fsync=64",
                    "--ioengine=psync", "--group_reporting", "--minimal"], check=True, timeout=300,
                   capture_output=True, cwd=tmp_path)  # it leaves its state there


# saving

def save_in_place(path, data):
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()
        os.fsync(file.fileno())


def save_by_rename(path, data):
    new = path.with_name(f".{path.name}.swp")
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
        os.fchown(file.fileno(), path.stat().st_uid, path.stat().st_gid)
        for name in os.listxattr(path):
            os.setxattr(file.fileno(), name, os.getxattr(path, name))
        os.fsync(file.fileno())
    os.rename(new, path)


def save_with_backup(path, data):
    """As vim does with backupcopy=no: the old file becomes the backup, which goes in the end."""
    probe = path.with_name("4913")
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    os.unlink(probe)
    backup = path.with_name(path.name + "~")
    os.rename(path, backup)
    with open(path, "xb") as file:
        file.write(data)
        os.fchmod(file.fileno(), backup.stat().st_mode & 0o7777)
        os.setxattr(file.fileno(), "user.note", os.getxattr(backup, "user.note"))
        os.fsync(file.fileno())
    os.unlink(backup)


def save_as_dpkg(path, data):
    """The new file beside the old one, the old one linked away, then one rename."""
    new, old = path.with_name(path.name + ".dpkg-new"), path.with_name(path.name + ".dpkg-tmp")
    new.write_bytes(data)
    os.chmod(new, path.stat().st_mode & 0o7777)
    os.setxattr(new, "user.note", os.getxattr(path, "user.note"))
    file = os.open(new, os.O_RDONLY)
    os.fsync(file)
    os.close(file)
    os.link(path, old)
    os.rename(new, path)
    os.unlink(old)
    folder = os.open(path.parent, os.O_DIRECTORY)
    os.fsync(folder)
    os.close(folder)


@pytest.mark.parametrize("save", [save_in_place, save_by_rename, save_with_backup, save_as_dpkg])
@pytest.mark.parametrize("versioning", ["Disabled", "Enabled"])
def test_a_file_is_saved_whole_with_its_attributes(s3, bucket, mount, save, versioning):
    if versioning == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning})
    path = mount / "text"
    path.write_bytes(b"old" * 5000)
    path.chmod(0o640)
    os.chown(path, 1001, 1002)
    os.setxattr(path, "user.note", b"keep")
    assert s3.get_object(Bucket=bucket, Key="text")["Body"].read() == b"old" * 5000
    with open(path, "rb") as reader:
        save(path, b"new text")
        if save is not save_in_place:
            assert reader.read() == b"old" * 5000
    assert path.read_bytes() == s3.get_object(Bucket=bucket, Key="text")["Body"].read() == b"new text"
    assert path.stat().st_mode & 0o7777 == 0o640 and os.getxattr(path, "user.note") == b"keep"
    assert os.listdir(mount) == ["text"]
    if versioning == "Enabled":
        listed = s3.list_object_versions(Bucket=bucket)
        live = {entry["Key"] for entry in listed["Versions"]}
        assert live == {"text"} or save is save_with_backup  # what a client has seen stays under its key
        assert len([entry for entry in listed["Versions"] if entry["Key"] == "text"]) == 2


@needs("dpkg-deb")
def test_dpkg_installs_and_upgrades_below_the_mount(mount, tmp_path):
    root = mount / "root"
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/updates").mkdir()
    (root / "var/lib/dpkg/status").touch()
    for version in ("1", "2"):
        package = tmp_path / f"package{version}"
        (package / "DEBIAN").mkdir(parents=True)
        (package / "DEBIAN/control").write_text(
            f"Package: trial\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@example.org>\n"
            "Description: trial\n")
        for number in range(40):
            path = package / f"usr/share/trial/f{number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{version} {number}\n" * 50)
        os.link(package / "usr/share/trial/f1", package / "usr/share/trial/hard")
        (package / "usr/share/trial/soft").symlink_to("f2")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", package, f"{package}.deb"], check=True,
                       capture_output=True)
        subprocess.run(["dpkg", f"--root={root}", "--force-not-root", "--force-script-chrootless", "-i",
                        f"{package}.deb"], check=True, capture_output=True, timeout=120)
        found = root / "usr/share/trial"
        assert (found / "f39").read_text() == f"{version} 39\n" * 50
        assert (found / "hard").stat().st_nlink == 2 and (found / "soft").read_text().startswith(version)
        assert not [name for name in os.listdir(found) if ".dpkg-" in name]


# backups

@needs("borg")
def test_borg_backs_up_checks_prunes_and_restores(mounted_site, mount, source, tmp_path):
    environment = dict(mounted_site.environment(), BORG_REPO=str(mount / "repository"), BORG_PASSPHRASE="test",
                       BORG_BASE_DIR=str(tmp_path / "borg"), LANG="C.UTF-8",
                       BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes",
                       BORG_RELOCATED_REPO_ACCESS_IS_OK="yes")

    def borg(*words, **options):
        return mounted_site.run("borg", *words, env=environment, **options)

    borg("init", "--encryption=none")
    borg("create", "::one", source)
    (source / "d1" / "f1").write_bytes(b"changed")
    borg("create", "::two", source)
    borg("check", "--verify-data")
    borg("prune", "--keep-last=1")
    borg("compact")
    borg("check")
    restored = tmp_path / "restored"
    restored.mkdir()
    borg("extract", "::two", cwd=restored)
    assert tree_of(restored / str(source).lstrip("/")) == tree_of(source)


def take_lock(folder, name):
    """As borg does: a folder of one's own is renamed to the lock, which fails if there is one."""
    own = folder / f"lock.{name}"
    own.mkdir()
    (own / name).touch()
    try:
        os.rename(own, folder / "lock")
        return True
    except OSError as error:
        assert error.errno in (errno.ENOTEMPTY, errno.EEXIST)
        shutil.rmtree(own)
        return False


def race_for_locks(folder, name, rounds, won):
    for _ in range(rounds):
        if take_lock(folder, name):
            assert os.listdir(folder / "lock") == [name]
            won.put(name)
            # Not emptied in place: a rename may replace an empty folder, so another might own it.
            os.rename(folder / "lock", folder / f"released-{name}")
            shutil.rmtree(folder / f"released-{name}")


def test_a_lock_made_by_renaming_a_folder_has_one_owner(mount):
    context = multiprocessing.get_context("spawn")
    won = context.Queue()
    running = [context.Process(target=race_for_locks, args=(mount, f"p{number}", 60, won))
               for number in range(4)]
    for process in running:
        process.start()
    names = [won.get(timeout=120)]
    for process in running:
        process.join(timeout=120)
        assert process.exitcode == 0
    while not won.empty():
        names.append(won.get())
    assert len(names) >= 60 and os.listdir(mount) == []

"""mount(8), umount(8) and /etc/fstab, with a store that is not root's."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from mount_namespace import MountNamespace, is_alive
from support import Site, wait_until

pytestmark = pytest.mark.fuse

STORE_UID = 23456
USAGE, FAILURE = 1, 32


@pytest.fixture(scope="module")
def host(request):
    """A running S3 endpoint, a store that belongs to STORE_UID, and a namespace to mount in."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="alexander-mount-", dir="/var/tmp"))
    folder.chmod(0o755)
    site = Site(pathlib.Path(request.config.getoption("--build")), folder / "site")
    subprocess.run(["chown", "-R", f"{STORE_UID}:{STORE_UID}", site.store], check=True)
    site.start_s3d()
    namespace = MountNamespace(folder, site.program("alexander-fuse"))
    namespace.site = site
    yield namespace
    namespace.end()
    site.stop()
    shutil.rmtree(folder)


@pytest.fixture
def s3(host):
    return host.site.client()


@pytest.fixture
def bucket(host, s3):
    name = host.site.new_bucket_name()
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def place(host, bucket):
    """A folder to mount on; what is mounted there goes at the end."""
    folder = host.folder / f"on-{bucket}"
    folder.mkdir()
    yield folder
    while host.run("mountpoint", "-q", folder).returncode == 0 or \
            any(f" {folder} " in line for line in host.mounts()):
        host.must("umount", "-l", folder)


@pytest.fixture
def mount(host, bucket, place):
    """A function that mounts the bucket with options and returns the finished process."""
    def call(options="", source=bucket, user="user=main"):
        words = ",".join(word for word in (f"config={host.site.config}", user, options) if word)
        return host.run("mount", "-t", "alexander", source, place, "-o", words)
    return call


def test_a_line_of_fstab_mounts_a_bucket_once(host, s3, bucket, place):
    host.fstab.write_text(f"{bucket} {place} alexander _netdev,nofail,noatime,user=main,"
                          f"x-systemd.requires=none.service,config={host.site.config} 0 0\n")
    host.must("findmnt", "--verify")
    host.must("mount", place)
    s3.put_object(Bucket=bucket, Key="k", Body=b"over S3")
    assert host.must("cat", place / "k") == "over S3"

    host.must("mount", "-a")  # it is there already

    assert len([line for line in host.mounts() if str(place) in line]) == 1
    assert host.must("findmnt", "-no", "SOURCE,FSTYPE", place).split() == [bucket, "fuse.alexander"]
    assert {"nosuid", "nodev", "rw"} <= set(
        host.must("findmnt", "-no", "OPTIONS", place).strip().split(","))
    host.must("umount", place)
    host.fstab.write_text("")


def test_the_admin_tool_mounts_and_updates_fstab(host, s3, bucket):
    folder = host.folder / "made" / f"for {bucket}"
    fstab = host.folder / "own-fstab"
    fstab.write_text("# first\n")
    fstab.chmod(0o640)
    linked = host.folder / "link-to-fstab"
    linked.symlink_to(fstab.name)
    mount = [host.site.program("alexander-admin"), "--config", host.site.config, "--json", "mount", bucket,
             folder, "--update-fstab", "--fstab", linked, "-o"]

    refused = host.run(*mount, "user=main,cache=strict")
    assert refused.returncode == 1 and "unknown mount option cache=strict" in refused.stderr
    assert fstab.read_text() == "# first\n"

    done = json.loads(host.must(*mount, "user=main,umask=027"))

    assert done["source"] == bucket and done["directory"] == str(folder) and done["fstab"] == str(linked)
    assert done["options"].startswith("nofail,") and done["options"].endswith(",user=main,umask=027")
    assert linked.is_symlink()
    host.must("touch", folder / "f")
    assert s3.head_object(Bucket=bucket, Key="f")["ContentLength"] == 0
    host.must("umount", folder)
    host.must("mount", "--fstab", fstab, folder)
    assert host.must("stat", "-c", "%a", folder / "f").strip() == "640"
    host.must("umount", folder)
    assert fstab.read_text().startswith(f"# first\n{bucket} ") and fstab.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("user", ["user=main", "fuse.user=main"])
def test_umount_returns_when_all_is_stored_and_the_daemon_has_ended(host, s3, bucket, place, mount,
                                                                    user):
    """Of the second kind of option mount(8) keeps no record, and umount(8) looks for none."""
    assert mount(user=user).returncode == 0
    daemon = host.daemon(place)
    host.must("sh", "-c", "for i in $(seq 300); do echo $i > $0/f$i; done; "
                          "dd if=/dev/urandom of=$0/big bs=1M count=24 status=none", place)

    host.must("umount", place)

    assert not is_alive(daemon)
    host.site.stop_s3d(signal.SIGKILL)  # whatever it knew of it is gone, and the disk has to do
    host.site.start_s3d()
    listed = s3.list_objects_v2(Bucket=bucket)
    assert listed["KeyCount"] == 301
    assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == 24 << 20
    assert s3.get_object(Bucket=bucket, Key="f300")["Body"].read() == b"300\n"


def test_a_mount_in_use_is_not_unmounted_unless_lazily(host, place, mount):
    assert mount().returncode == 0
    daemon = host.daemon(place)
    script = f"exec 3>{place}/f; echo open; read line; echo later >&3"
    user = subprocess.Popen(host.entered("sh", "-c", script),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert user.stdout.readline() == "open\n"

    refused = host.run("umount", place)
    assert refused.returncode == FAILURE and "is in use" in refused.stderr
    assert host.must("ls", place) == "f\n"

    host.must("umount", "-l", place)
    assert host.must("ls", place) == ""
    assert is_alive(daemon)  # for whoever has it open
    user.communicate("\n", timeout=30)
    wait_until(lambda: not is_alive(daemon), what="the end of the daemon")


def test_the_whole_store_read_only_and_writable_again(host, s3, bucket, place, mount):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert mount("ro", source="alexander").returncode == 0
    assert host.must("cat", place / bucket / "k") == "x"
    written = host.run("sh", "-c", f"echo y > {place}/{bucket}/new")
    assert written.returncode != 0 and "Read-only" in written.stderr

    host.must("mount", "-o", "remount,rw", place)

    host.must("sh", "-c", f"echo y > {place}/{bucket}/new")
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"y\n"
    host.must("mount", "-o", "remount,ro,noexec", place)
    assert host.run("touch", place / bucket / "other").returncode != 0
    assert "noexec" in host.must("findmnt", "-no", "OPTIONS", place)


def test_a_remount_changes_nothing_else(host, place, mount):
    assert mount("uid=1000").returncode == 0
    refused = host.run("mount", "-o", "remount,uid=1001", place)
    assert refused.returncode == USAGE and "uid=1001 cannot change" in refused.stderr
    host.must("mount", "-o", "remount,ro,uid=1000", place)
    assert host.must("stat", "-c", "%u", place).strip() == "1000"


def test_owner_and_permissions_are_shown_as_asked_and_kept_as_they_are(host, s3, bucket, place,
                                                                      mount):
    s3.put_object(Bucket=bucket, Key="d/k", Body=b"x")
    assert mount("uid=4001,gid=4002,umask=027").returncode == 0
    assert host.must("stat", "-c", "%u %g %a", place / "d", place / "d/k").splitlines() == \
        ["4001 4002 750", "4001 4002 640"]
    assert host.as_user(4001, "touch", place / "d" / "made").returncode == 0
    assert host.as_user(4003, "ls", place / "d").returncode != 0
    host.must("chown", "77:78", place / "d/made")
    host.must("chmod", "0751", place / "d/made")
    assert host.must("stat", "-c", "%u %g %a", place / "d/made").strip() == "4001 4002 750"
    acl = host.run("setfacl", "-m", "u:4003:r", place / "d/k")
    assert acl.returncode != 0 and "not supported" in acl.stderr
    host.must("umount", place)

    assert mount().returncode == 0
    assert host.must("stat", "-c", "%u %g %a", place / "d/made").strip() == "77 78 751"


def test_a_private_mount_lets_nobody_else_in(host, place, mount):
    assert mount("umask=0,noallow_other").returncode == 0
    host.must("ls", place)
    assert host.as_user(4001, "ls", place).returncode != 0
    host.must("umount", place)
    assert mount("umask=0,allow_other").returncode == 0
    assert host.as_user(4001, "ls", place).returncode == 0


@pytest.mark.parametrize("option", ["user=alt", "fuse.user=alt"])
def test_new_buckets_are_of_the_user_who_was_named(host, place, option):
    host.must("mount", "-t", "alexander", "none", place,
              "-o", f"config={host.site.config},{option}")
    name = host.site.new_bucket_name()
    host.must("mkdir", place / name)
    owned = [entry["Name"] for entry in host.site.client(alt=True).list_buckets()["Buckets"]]
    assert name in owned


def test_a_dead_mount_is_replaced(host, s3, bucket, place, mount):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert mount().returncode == 0
    os.kill(host.daemon(place), signal.SIGKILL)
    wait_until(lambda: host.run("ls", place).returncode != 0, what="the death of the mount")

    again = mount()

    assert again.returncode == 0, again.stderr
    assert host.must("cat", place / "k") == "x"
    assert len([line for line in host.mounts() if str(place) in line]) == 1


def test_a_dead_mount_can_be_unmounted(host, place, mount):
    assert mount().returncode == 0
    os.kill(host.daemon(place), signal.SIGKILL)
    wait_until(lambda: host.run("ls", place).returncode != 0, what="the death of the mount")
    host.must("umount", place)
    assert not any(str(place) in line for line in host.mounts())


def test_failures_say_why_and_mount_nothing(host, place, mount):
    unknown = mount("cache=strict")
    assert unknown.returncode == USAGE and "unknown mount option cache=strict" in unknown.stderr
    missing = mount(source="no-such-bucket")
    assert missing.returncode == FAILURE and "no-such-bucket" in missing.stderr
    nobody = mount("fuse.user=nobody-of-that-name", user="")
    assert nobody.returncode == FAILURE and "no user nobody-of-that-name" in nobody.stderr
    nowhere = host.run("mount.alexander", "none", place / "absent", "-o",
                       f"config={host.site.config}")
    assert nowhere.returncode == FAILURE and "No such file" in nowhere.stderr
    assert host.run("mount.alexander", "-o", f"config={host.site.config}").returncode == USAGE
    assert not host.mounts()


def test_a_fake_mount_mounts_nothing(host, place, bucket):
    done = host.run("mount", "-fv", "-t", "alexander", bucket, place, "-o",
                    f"config={host.site.config}")
    assert done.returncode == 0 and bucket in done.stderr + done.stdout
    assert not host.mounts()


def test_the_daemon_keeps_no_right_of_roots(host, s3, bucket, place, mount):
    assert mount().returncode == 0
    daemon = host.daemon(place)
    status = dict(line.split(":\t", 1) for line in
                  pathlib.Path(f"/proc/{daemon}/status").read_text().splitlines() if ":\t" in line)
    assert status["Uid"].split() == [str(STORE_UID)] * 4
    assert status["Gid"].split() == [str(STORE_UID)] * 4
    assert status["Groups"].strip() == ""
    assert int(status["CapPrm"], 16) == int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Name"].strip() == "alexander-fuse"
    host.must("sh", "-c", f"echo text > {place}/f; sync {place}/f")
    assert s3.get_object(Bucket=bucket, Key="f")["Body"].read() == b"text\n"
    strangers = [path for path in host.site.store.rglob("*") if path.stat().st_uid != STORE_UID]
    assert strangers == []


JOURNAL = """
import os, socket
os.makedirs("/run/systemd/journal")
server = socket.socket(socket.AF_UNIX)
server.bind("/run/systemd/journal/stdout")
os.chmod("/run/systemd/journal/stdout", 0o666)  # as systemd has it
server.listen()
print("listening", flush=True)
stream = server.accept()[0].makefile()
print([stream.readline() for _ in range(7)], flush=True)
print(stream.readline(), flush=True)
"""


def test_the_daemon_logs_to_the_journal(host, place, mount):
    journal = subprocess.Popen(host.entered("python3", "-c", JOURNAL), stdout=subprocess.PIPE,
                               text=True)
    assert journal.stdout.readline() == "listening\n"

    assert mount().returncode == 0

    output = journal.communicate(timeout=30)[0]
    assert "['alexander-fuse\\n', '\\n', '6\\n'" in output
    assert "info fuse: mounted" in output and str(place) in output


def test_the_kernel_may_read_far_ahead(host, place, mount):
    assert mount().returncode == 0
    device = host.must("findmnt", "-no", "MAJ:MIN", place).strip()
    limit = f"/sys/class/bdi/{device}/read_ahead_kb"
    wait_until(lambda: host.must("cat", limit).strip() == "1024", what="a wider read-ahead")


def test_the_master_key_may_be_roots_alone_and_change(host, s3, bucket, place, mount):
    """The daemon, who may not read it, learns the new one; else the change would not end."""
    key_file = host.site.key_file
    assert key_file.stat().st_mode & 0o777 == 0o600 and key_file.stat().st_uid == 0
    old_key = key_file.read_text()
    assert mount().returncode == 0

    host.site.admin("key", "change")

    assert key_file.read_text() != old_key
    [key] = host.site.admin_json("key", "list")
    assert "alexander-fuse" in key["programs"]
    host.must("sh", "-c", f"echo text > {place}/f; sync {place}/f")
    assert s3.get_object(Bucket=bucket, Key="f")["Body"].read() == b"text\n"


def test_mount_keeps_no_record_of_what_is_unmounted(host, place, mount):
    for options in ("", "x-test"):
        assert mount(options, user="fuse.user=main").returncode == 0
        assert str(place) in host.must("cat", "/run/mount/utab")
        host.must("umount", place)
        assert str(place) not in host.must("cat", "/run/mount/utab")


def test_a_signal_unmounts_and_leaves_nothing_behind(host, place, mount):
    assert mount().returncode == 0
    daemon = host.daemon(place)
    host.must("sh", "-c", f"echo text > {place}/f")
    os.kill(daemon, signal.SIGTERM)
    wait_until(lambda: not is_alive(daemon), what="the end of the daemon")
    assert not host.mounts()

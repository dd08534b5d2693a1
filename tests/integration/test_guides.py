"""The guides of docs/guides do what they say, command by command."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import time

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from guides import GUIDES, blocks, run_guide
from support import REGION, free_port, tree_of, wait_until
from test_tls import make_certificate

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def home(tmp_path):
    """A home folder with what people have."""
    place = tmp_path / "home"
    luck = random.Random(7)
    for name, size in (("Pictures/cat.jpg", 900_000), ("Pictures/2025/beach ü.jpg", 400_000),
                       ("Documents/letter.txt", 3_000), ("Documents/taxes/2025.bin", 1_000_000)):
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(luck.randbytes(size))
    os.link(place / "Documents/letter.txt", place / "Documents/same letter.txt")
    (place / "Documents/newest").symlink_to("letter.txt")
    os.setxattr(place / "Documents/letter.txt", "user.note", b"kept")
    return place


def stored_bytes(site):
    return sum(path.stat().st_size for path in site.store.rglob("*.pack"))


def test_every_guide_is_run_by_a_test_and_hides_no_command():
    tests = "".join((HERE / name).read_text() for name in ("test_guides.py", "test_recovery.py"))
    index = (GUIDES / "README.md").read_text()
    for guide in sorted(GUIDES.glob("*.md")):
        if guide.name != "README.md":
            assert f'"{guide.name}"' in tests, f"no test runs {guide.name}"
            assert f"({guide.name})" in index
            assert {language for language, _ in blocks(guide.read_text())} == {"sh"}, guide.name


def test_rsync_and_tar(mounted_site, home):
    site, guide = mounted_site, "rsync-and-tar.md"
    mine = tree_of(home)
    assert run_guide(site, guide, home, "rsync") == "", "something differs"
    copied = site.mount_point / "home"
    assert tree_of(copied / "Pictures") == tree_of(home / "Pictures")

    # Moments are whole seconds: what is deleted was there at the end of an earlier one.
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, what="the next second")
    run_guide(site, guide, home, "what was deleted")
    assert tree_of(home) == mine and not (copied / "Pictures/2025").exists()

    run_guide(site, guide, home, "tar")
    before = stored_bytes(site)
    (home / "Documents/letter.txt").write_text("another letter")
    next(copied.glob("documents-*.tar")).rename(copied / "documents-old.tar")
    run_guide(site, guide, home, "tar")
    assert stored_bytes(site) - before < 500_000, "the second archive is stored anew"


def test_rotation(mounted_site, home):
    mine = (home / "Documents/letter.txt").read_bytes()
    run_guide(mounted_site, "rotation.md", home)
    top = mounted_site.mount_point / "rotation"
    assert sorted(os.listdir(top)) == ["daily.0", "daily.1"]
    assert tree_of(top / "daily.0/Documents") == tree_of(home / "Documents")
    assert (top / "daily.1/Documents/letter.txt").read_bytes() == mine
    assert (top / "daily.0/Documents/taxes/2025.bin").stat().st_nlink == 2
    for _ in range(7):
        subprocess.run([home / "rotate"], check=True, capture_output=True,
                       env=dict(os.environ, HOME=str(home), ALEXANDER_MOUNT=str(mounted_site.mount_point)))
    assert sorted(os.listdir(top)) == [f"daily.{day}" for day in range(7)]


def test_restic(site, s3, home):
    answer = run_guide(site, "restic.md", home)
    assert "no errors were found" in answer
    rules = s3.get_bucket_lifecycle_configuration(Bucket="restic")["Rules"]
    assert rules[0]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30


def test_borg(mounted_site, home):
    assert "documents-1" in run_guide(mounted_site, "borg.md", home)


def test_rclone(site, s3, home):
    cat = (home / "Pictures/cat.jpg").read_bytes()
    assert "cat-v" in run_guide(site, "rclone.md", home)
    assert [path.read_bytes() for path in (home / "found").iterdir()] == [cat]
    assert [row["Key"] for row in s3.list_objects_v2(Bucket="media")["Contents"]] == ["Pictures/2025/beach ü.jpg"]
    assert site.access_key not in (home / ".config/rclone/rclone.conf").read_text()


def test_duplicity(site, home):
    run_guide(site, "duplicity.md", home)
    assert (home / "restored/letter.txt").read_bytes().endswith(b"a change\n")


@pytest.mark.skipif(not shutil.which("terraform"), reason="Debian has no terraform; "
                    "test_a_state_is_locked_as_terraform_does takes its steps")
def test_terraform(site, s3, home):
    answer = run_guide(site, "terraform.md", home, CHECKPOINT_DISABLE="1")
    assert "terraform_data.example" in answer
    assert [row["Key"] for row in s3.list_objects_v2(Bucket="terraform")["Contents"]] == ["infrastructure.tfstate"]


def test_from_minio(new_site, home):
    """Another store of ours takes MinIO's place: to the import both are S3."""
    old, new = new_site(), new_site()
    for site in (old, new):
        site.start_s3d()
    source, target = old.client(), new.client()
    for bucket in ("photos", "empty"):
        source.create_bucket(Bucket=bucket)
    source.put_object(Bucket="photos", Key="a/cat ü.jpg", Body=b"cat", ContentType="image/jpeg",
                      Metadata={"colour": "black"})
    source.upload_file(str(home / "Documents/taxes/2025.bin"), "photos", "taxes.bin")
    run_guide(new, "from-minio.md", home, MINIO_ENDPOINT=old.endpoint, MINIO_USER=old.access_key,
              MINIO_PASSWORD=old.secret_key, OWNER="main", stand_ins={"rm": "exit 0"})
    assert {row["Name"] for row in target.list_buckets()["Buckets"]} == {"photos", "empty"}
    cat = target.get_object(Bucket="photos", Key="a/cat ü.jpg")
    assert (cat["Body"].read(), cat["ContentType"], cat["Metadata"]["colour"]) == (b"cat", "image/jpeg", "black")
    assert target.get_object(Bucket="photos", Key="taxes.bin")["Body"].read() == \
        (home / "Documents/taxes/2025.bin").read_bytes()
    assert (home / "minio.keys").stat().st_mode & 0o077 == 0


@pytest.fixture
def nginx(tmp_path):
    """A function that starts nginx with its settings in a folder, as the distribution lays them out."""
    assert shutil.which("nginx"), "tests/run unpacks nginx into build-tools/usr/sbin: put that into PATH"
    folder = tmp_path / "nginx"
    for name in ("sites-available", "sites-enabled"):
        (folder / name).mkdir(parents=True)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\nhttp {{ access_log off;\n" + "".join(
            f"{kind}_temp_path {folder}/{kind};\n" for kind in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + f"include {folder}/sites-enabled/*; }}\n")
    call = [shutil.which("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    running = []

    def start():
        running.append(subprocess.Popen(call, stdin=subprocess.DEVNULL, stderr=(folder / "log").open("wb")))

    yield folder, f'exec {" ".join(call)} "$@"', start
    for process in running:
        process.terminate()
        process.wait(timeout=60)


def test_nginx(new_site, home, nginx, tmp_path):
    folder, command, start = nginx
    site, port = new_site(), free_port()
    certificate = make_certificate(tmp_path, "s3.example.org")
    (site.folder / "conf.d").mkdir()
    run_guide(site, "nginx.md", home, stand_ins={"nginx": command}, replaced={
        "/etc/nginx": folder, "/etc/alexander": site.folder, "127.0.0.1:9000": f"127.0.0.1:{site.port}",
        "listen 443": f"listen 127.0.0.1:{port}", "/etc/letsencrypt/live/s3.example.org/fullchain.pem": certificate,
        "/etc/letsencrypt/live/s3.example.org/privkey.pem": tmp_path / "key.pem"})
    site.start_s3d()
    start()
    wait_until(lambda: subprocess.run(["curl", "-sk", f"https://127.0.0.1:{port}/minio/health/live"],
                                      check=False).returncode == 0, what="the start of nginx")
    s3 = boto3.client("s3", endpoint_url=f"https://127.0.0.1:{port}", region_name=REGION, verify=str(certificate),
                      aws_access_key_id=site.access_key, aws_secret_access_key=site.secret_key,
                      config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
    s3.create_bucket(Bucket="photos")
    # Only what comes over TLS is let in, so the proxy is believed; directly nothing is.
    s3.put_bucket_policy(Bucket="photos", Policy="""{"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}""")
    for key in ("a//b/../ü + %41%2F;x", "plain"):
        s3.upload_file(str(home / "Documents/taxes/2025.bin"), "photos", key)
        assert s3.get_object(Bucket="photos", Key=key)["Body"].read() == \
            (home / "Documents/taxes/2025.bin").read_bytes()
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        site.client().put_object(Bucket="photos", Key="direct", Body=b"")
    link = s3.generate_presigned_url("get_object", {"Bucket": "photos", "Key": "plain"})
    assert len(subprocess.run(["curl", "-sfk", link], check=True, capture_output=True).stdout) == 1_000_000


@pytest.fixture
def samba(tmp_path):
    """A function that starts smbd with its settings in a folder; smbclient and smbpasswd find them."""
    daemon = shutil.which("smbd")
    assert daemon, "tests/run unpacks samba into build-tools/usr/sbin: put that into PATH"
    folder, port = tmp_path / "samba", free_port()
    folder.mkdir()
    kinds = ("cache", "lock", "ncalrpc", "pid", "state")
    (folder / "smb.conf").write_text(
        f"[global]\nsmb ports = {port}\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nload printers = no\n"
        f"disable spoolss = yes\nserver role = standalone server\nprivate dir = {folder}/private\n" + "".join(
            f"{kind} {'dir' if kind == 'ncalrpc' else 'directory'} = {folder}/{kind}\n" for kind in kinds))
    for kind in (*kinds, "private"):
        (folder / kind).mkdir(mode=0o755)
    call = [daemon, "--foreground", "--no-process-group", "--debug-stdout", "-s", str(folder / "smb.conf")]
    place = None
    top = pathlib.Path(daemon).resolve().parents[2]
    if top != pathlib.Path("/"):  # unpacked only: smbd looks for modules nowhere but where they would be installed
        modules = next(top.glob("usr/lib/*/samba"))
        place = pathlib.Path("/") / modules.relative_to(top)
        for part in (place, modules):
            shutil.copytree(part, folder / "modules", symlinks=True, dirs_exist_ok=True)
        # In a chroot / need not be a mount, and then it cannot be made a slave.
        call = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
                'mount --make-rslave / 2>/dev/null; mount --bind "$0" "$1" && shift && exec "$@"',
                str(folder / "modules"), str(place), *call]
    running = []

    def start():
        # It ends its whole process group.
        running.append(subprocess.Popen(call, start_new_session=True, stdin=subprocess.DEVNULL,
                                        stdout=(folder / "log").open("wb"), stderr=subprocess.STDOUT))

        def listens():
            assert running[0].poll() is None, (folder / "log").read_text()
            return subprocess.run(["smbclient", "-s", folder / "smb.conf", "-p", str(port), "-N", "-L", "127.0.0.1"],
                                  check=False, capture_output=True).returncode == 0
        wait_until(listens, seconds=60, what="the start of smbd")

    yield folder, start, {
        "smbclient": f'exec {shutil.which("smbclient")} -s {folder}/smb.conf -p {port} "$@"',
        "smbpasswd": f'exec {shutil.which("smbpasswd")} -c {folder}/smb.conf "$@"'}
    for process in running:
        process.terminate()
        process.wait(timeout=60)
    if place and place.is_mount():
        subprocess.run(["umount", place], check=True)


def test_samba(mounted_site, s3, home, samba):
    folder, start, stand_ins = samba
    cat = (home / "Pictures/cat.jpg").read_bytes()
    run_guide(mounted_site, "samba.md", home, "the folder", stand_ins=stand_ins,
              replaced={"/etc/samba": folder})
    start()
    run_guide(mounted_site, "samba.md", home, "using it", stand_ins=stand_ins)
    assert s3.get_object(Bucket="pictures", Key="2026/cat.jpg")["Body"].read() == cat
    # Moments are whole seconds: what is deleted was there at the end of an earlier one.
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, what="the next second")
    run_guide(mounted_site, "samba.md", home, "what was deleted", stand_ins=stand_ins)
    assert not (mounted_site.mount_point / "pictures/2026/cat.jpg").exists()
    assert (home / "found.jpg").read_bytes() == cat


def test_nextcloud(site, s3, home, tmp_path):
    """Debian has no Nextcloud: its settings are read as it would, and the calls are those of its object store."""
    config = tmp_path / "nextcloud"
    config.mkdir()
    site.admin("user", "create", "boss", "--admin")
    admin = site.admin_json("accesskey", "create", "--username", "boss")
    run_guide(site, "nextcloud.md", home, replaced={
        "/var/www/nextcloud/config": config, "'port' => 9000": f"'port' => {site.port}"},
              AWS_ACCESS_KEY_ID=admin["access_key_id"], AWS_SECRET_ACCESS_KEY=admin["secret_access_key"])
    file = config / "alexander.config.php"
    assert file.stat().st_mode & 0o777 == 0o640 and file.owner() == "www-data"
    pairs = re.findall(r"'(\w+)' => (?:'([^']*)'|(\w+)),", file.read_text())
    settings = {name: text or word for name, text, word in pairs}
    assert settings["class"] == r"\\OC\\Files\\ObjectStore\\S3"  # of which PHP reads two as one
    scheme = {"false": "http", "true": "https"}[settings["use_ssl"]]
    cloud = boto3.client("s3", endpoint_url=f"{scheme}://{settings['hostname']}:{settings['port']}",
                         region_name=settings["region"], aws_access_key_id=settings["key"],
                         aws_secret_access_key=settings["secret"],
                         config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
    bucket = settings["bucket"]
    cloud.head_bucket(Bucket=bucket)
    with pytest.raises(cloud.exceptions.ClientError, match="404"):
        cloud.head_object(Bucket=bucket, Key="urn:oid:1")
    cloud.upload_file(str(home / "Pictures/cat.jpg"), bucket, "urn:oid:1",
                      ExtraArgs={"ACL": "private", "ContentType": "image/jpeg"})
    big = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    (home / "large").write_bytes(os.urandom(11 << 20))
    cloud.upload_file(str(home / "large"), bucket, "urn:oid:2", Config=big)
    # A move and a copy, in parts where it is large; a preview is read by its range.
    cloud.copy({"Bucket": bucket, "Key": "urn:oid:2"}, bucket, "urn:oid:3", Config=big)
    part = cloud.get_object(Bucket=bucket, Key="urn:oid:3", Range="bytes=10000000-")["Body"].read()
    assert part == (home / "large").read_bytes()[10_000_000:]
    cloud.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "urn:oid:1"}, {"Key": "urn:oid:2"}]})
    assert [row["Key"] for row in cloud.list_objects_v2(Bucket=bucket)["Contents"]] == ["urn:oid:3"]
    cat = (home / "Pictures/cat.jpg").read_bytes()
    old = [row["VersionId"] for row in cloud.list_object_versions(Bucket=bucket, Prefix="urn:oid:1")["Versions"]]
    assert cloud.get_object(Bucket=bucket, Key="urn:oid:1", VersionId=old[0])["Body"].read() == cat
    # Nobody else's: neither does another user read it, nor it other buckets.
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket=bucket, Key="urn:oid:3")
    assert [row["Name"] for row in cloud.list_buckets()["Buckets"]] == [bucket]

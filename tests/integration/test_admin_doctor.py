"""alexander-admin doctor: every planted fault is found under its name, with what to do."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
from support import wait_until


def examine(site, *options, **more):
    """The findings by name, and the exit status."""
    done = site.run_admin("doctor", "--json", "--root", str(site.folder / "system"), *options, **more)
    assert done.stdout, done.stderr
    findings = {entry["check"]: entry for entry in json.loads(done.stdout)}
    verdicts = {entry["verdict"] for entry in findings.values()}
    assert verdicts <= {"ok", "warning", "failure", "skipped"}
    assert done.returncode == (2 if "failure" in verdicts else 1 if "warning" in verdicts else 0)
    for entry in findings.values():
        assert entry["what"]
        assert entry["fix"] or entry["verdict"] in ("ok", "skipped"), entry
    return findings


def expect(site, check, verdict, what, fix, *options, **more):
    entry = examine(site, *options, **more)[check]
    assert entry["verdict"] == verdict and what in entry["what"] and fix in entry["fix"], entry


@pytest.fixture(scope="module")
def examined(site):
    """The shared store with everything in order that a test machine can have in order."""
    for path in ("etc", "dev", "usr/bin"):
        (site.folder / "system" / path).mkdir(parents=True, exist_ok=True)
    (site.folder / "system/etc/fuse.conf").write_text("user_allow_other\n")
    (site.folder / "system/usr/bin/fusermount3").write_text("")
    if not site.run_admin("user", "get", "boss").returncode == 0:
        site.admin("user", "create", "--admin", "boss")
        site.admin("accesskey", "create", "--username", "boss")
    site.store.chmod(0o750)
    return site


def test_a_healthy_store_has_only_findings_of_the_test_machine(examined):
    findings = examine(examined)
    assert len(findings) >= 45
    about_the_machine = {"clock", "mounts", "free_space", "file_system", "memory", "processor", "kernel",
                         "open_files", "sync", "fuse_device", "free_inodes", "locked_memory"}
    wrong = {name: entry for name, entry in findings.items()
             if entry["verdict"] in ("warning", "failure") and name not in about_the_machine}
    assert not wrong
    assert findings["port"]["what"].startswith("alexander-s3d listens")
    assert findings["endpoint"]["verdict"] == "ok" and findings["opening"]["verdict"] == "ok"
    words = findings["recovery_sheet"]["what"].split(": ")[1]
    assert len(words.split()) == 4 and "recovery sheet" in findings["recovery_sheet"]["fix"]


def test_people_read_the_fix_below_the_finding(examined):
    examined.config.chmod(0o664)
    try:
        said = examined.run_admin("doctor", "--root", str(examined.folder / "system"))
    finally:
        examined.config.chmod(0o600)
    line = said.stdout.index("WARN  Modes of the settings files")
    assert said.stdout[line:].split("\n")[1].startswith("      -> chmod go-w ")
    assert "checks:" in said.stdout.splitlines()[-1]


# Faults of files: how they are planted, and taken back by the saved bytes and mode.

def test_faults_of_settings_and_key(examined):
    site = examined
    text = site.config.read_text()
    try:
        site.config.write_text(text + "loging:\n  level: info\n")
        expect(site, "settings", "failure", "logging", "alexander.yaml(5)")
    finally:
        site.config.write_text(text)
    site.key_file.chmod(0o640)
    assert examine(site)["key_file"]["verdict"] == "ok"
    site.key_file.chmod(0o660)
    expect(site, "key_file", "failure", "master key file", f"chmod 0600 {site.key_file}")
    site.key_file.chmod(0o600)
    key = site.key_file.read_text()
    try:
        site.key_file.write_text("1" * 64 + "\n")
        expect(site, "master_key", "failure", "another store's", "check words")
        site.key_file.unlink()
        expect(site, "key_file", "failure", "not there", "recovery sheet")
    finally:
        site.key_file.write_text(key)
        site.key_file.chmod(0o600)
    inside = site.store / "tmp" / "master.key"
    shutil.copy(site.key_file, inside)
    expect(site, "key_apart", "warning", "own folder", "elsewhere", f"--auth.encryption_key_file={inside}")
    inside.unlink()
    expect(site, "exposure", "warning", "without TLS", "server.tls_certificate_file", "--server.host=0.0.0.0")
    expect(site, "chores", "warning", "never given back", "gc.enabled", "--gc.enabled=false")


def test_faults_of_the_folder(new_site):
    site = new_site()
    copy = site.store / "keys/keyring.b"
    whole = copy.read_bytes()
    copy.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    expect(site, "keyring_copies", "warning", "keys/keyring.b is damaged", "writes it anew")
    copy.write_bytes(whole)
    (site.store / "quarantine/one.pack").write_bytes(b"x")
    # The damaged copy of the keyring was set aside when doctor opened the store.
    expect(site, "quarantine", "failure", "2 damaged files", "damage list")
    (site.store / "quarantine/one.pack").unlink()
    assert "has finished yet" in examine(site)["last_collection"]["what"]
    site.admin("gc", "--dry-run")
    assert "has finished yet" in examine(site)["last_collection"]["what"]
    site.admin("gc", "--run")
    assert examine(site)["last_collection"]["what"].endswith(" s ago")
    (site.store / "run/collected").write_text("1000000000")
    expect(site, "last_collection", "warning", "still takes space", "gc --run")
    assert "due yet" in examine(site)["catalog_snapshot"]["what"]
    site.edit_catalog("UPDATE user SET created_s = created_s - 20000")
    expect(site, "catalog_snapshot", "warning", "no snapshot of the catalog", "snapshot create")
    expect(site, "catalog_snapshot", "warning", "loses everything", "3600", "--snapshot.interval_seconds=0")
    site.admin("snapshot", "create")
    assert examine(site)["catalog_snapshot"]["what"].endswith(" s ago")
    for path in site.store.rglob("*.snapshot"):
        path.unlink()
    expect(site, "catalog_snapshot", "warning", "file is missing", "snapshot create")
    site.edit_catalog("UPDATE catalog_snapshot SET created_s = created_s - 20000")
    expect(site, "catalog_snapshot", "warning", "5 h", "snapshot create")
    os.truncate(site.store / "reserve", 4096)
    expect(site, "reserve", "warning", "not kept aside", "room")
    site.store.chmod(0o755)
    expect(site, "store_folder", "warning", "everybody", "chmod o-rwx")
    site.store.chmod(0o750)
    if os.geteuid() == 0:
        os.chown(site.store / "meta/alexander.db", 1, 1)
        expect(site, "store_owners", "failure", "alexander.db belongs to user 1", "chown -R --reference")
        os.chown(site.store / "meta/alexander.db", 0, 0)
    (site.store / "STORE").rename(site.store / "STORE.away")
    expect(site, "store_format", "failure", "", "storage.data_dir")
    (site.store / "STORE.away").rename(site.store / "STORE")
    site.edit_catalog("UPDATE store_state SET schema_version = schema_version - 1")
    expect(site, "schema", "warning", "this program's", "migrates")
    assert examine(site)["opening"]["verdict"] == "skipped", "a doctor must not migrate"
    site.edit_catalog("UPDATE store_state SET schema_version = schema_version + 1")
    expect(site, "store_folder", "failure", "no folder", "storage.data_dir", "--storage.data_dir=/nonexistent")


def test_faults_of_users_keys_and_buckets(new_site):
    site = new_site()
    site.start_s3d()
    expect(site, "administrators", "warning", "administrator", "user create --admin")
    site.admin("user", "create", "idle")
    expect(site, "users_without_keys", "warning", "idle", "accesskey create")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    key = site.admin_json("accesskey", "create", "--username", "idle", "--expires", soon)["access_key_id"]
    expect(site, "expiring_keys", "warning", key, "accesskey create")
    site.edit_catalog("UPDATE access_key SET expires_s = 1000000000 WHERE expires_s IS NOT NULL")
    expect(site, "expired_keys", "warning", key, "accesskey revoke")
    s3 = site.client()
    s3.create_bucket(Bucket="open-to-all")
    s3.put_bucket_policy(Bucket="open-to-all", Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::open-to-all/*"}]}))
    expect(site, "public_buckets", "warning", "open-to-all", "put-public-access-block")
    s3.put_public_access_block(Bucket="open-to-all", PublicAccessBlockConfiguration={
        "RestrictPublicBuckets": True})
    assert examine(site)["public_buckets"]["verdict"] == "ok"
    s3.put_object(Bucket="open-to-all", Key="k", Body=b"x" * 950)
    site.admin("bucket", "set-quota", "open-to-all", "--bytes", "1000")
    expect(site, "quotas", "warning", "open-to-all", "set-quota")
    s3.create_multipart_upload(Bucket="open-to-all", Key="never")
    site.edit_catalog("UPDATE upload SET initiated_s = 1000000000")
    expect(site, "open_uploads", "warning", "1 uploads", "AbortIncompleteMultipartUpload")
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="k", Body=os.urandom(100_000))
    site.edit_catalog("UPDATE pack SET created_s = 1000000000, scrubbed_s = 0")
    expect(site, "last_scrub", "warning", "not checked", "alexander-admin scrub")
    site.edit_catalog("UPDATE chunk SET state = 2")
    expect(site, "damage", "failure", "damaged chunks", "damage list")


def test_faults_of_the_network(examined, new_site, tmp_path):
    site = new_site()
    expect(site, "endpoint", "warning", "no alexander-s3d", "systemctl enable")
    with socket.create_server(("127.0.0.1", site.port)) as stranger:
        pid = os.fork()
        if pid == 0:
            while True:
                connection, _ = stranger.accept()
                connection.sendall(b"HTTP/1.1 200 OK\r\nServer: other\r\nContent-Length: 0\r\n\r\n")
                connection.close()
        try:
            expect(site, "port", "failure", "another program", "ss -ltnp")
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    expect(site, "port", "failure", "could listen", "server.host", "--server.host=192.0.2.1")

    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "10", "-subj",
                    "/CN=localhost"], check=True, capture_output=True)
    options = [f"--server.tls_certificate_file={certificate}", f"--server.tls_key_file={key}"]
    expect(site, "tls_certificate", "warning", "expires on", "reload", *options)
    key.chmod(0o644)
    expect(site, "tls_key", "failure", "everybody may read", "chmod", *options)
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-out", str(other)], check=True, capture_output=True)
    expect(site, "tls_key", "failure", "not the key", "server.tls_key_file", options[0],
           f"--server.tls_key_file={other}")


def test_faults_of_processes(new_site, tmp_path):
    site = new_site()
    site.start_s3d()
    site.stop_s3d(signal.SIGKILL)
    expect(site, "dead_processes", "warning", "alexander-s3d died", "nothing is lost")
    program = tmp_path / "alexander-s3d"
    shutil.copy(site.program("alexander-s3d"), program)
    daemon = subprocess.Popen([str(program), "--config", str(site.config)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        site.s3d = daemon
        wait_until(site.answers, what="the start")
        program.unlink()
        expect(site, "running_versions", "warning", f"alexander-s3d ({daemon.pid})", "systemctl restart")
    finally:
        site.stop_s3d()


def test_faults_of_the_system(new_site):
    site = new_site()
    system = site.folder / "system"
    (system / "etc/systemd/system").mkdir(parents=True)
    expect(site, "fuse_device", "warning", "no /dev/fuse", "modprobe fuse")
    expect(site, "fuse_program", "warning", "fusermount3", "apt-get install fuse3")
    expect(site, "fuse_sharing", "warning", "shared", "user_allow_other")
    (system / "etc/fstab").write_text("# comment\nphotos /mnt/my\\040photos alexander ro 0 0\n")
    expect(site, "fstab", "failure", "/mnt/my photos", "mkdir -p")
    (system / "mnt/my photos").mkdir(parents=True)
    expect(site, "fstab", "warning", "stops the machine's start", "nofail")
    (system / "etc/fstab").write_text("photos /mnt/my\\040photos alexander _netdev,nofail 0 0\n")
    expect(site, "fstab", "failure", "no mount.alexander", "alexander-fuse")
    unit = system / "etc/systemd/system/alexander-s3d.service"
    unit.write_text("[Service]\nProtectSystem=strict\n")
    expect(site, "service_paths", "failure", str(site.store), "ReadWritePaths=")
    drop_in = system / "etc/systemd/system/alexander-s3d.service.d/50-data-dir.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(f'[Service]\nReadWritePaths="{site.store}"\n')
    expect(site, "service_paths", "warning", "does not wait", "RequiresMountsFor=")
    drop_in.write_text(f'[Unit]\nRequiresMountsFor="{site.store}"\n[Service]\nReadWritePaths="{site.store}"\n')
    assert examine(site)["service_paths"]["verdict"] == "ok"
    (system / "etc/ld.so.preload").write_text("/usr/lib/libeatmydata.so\n")
    expect(site, "preloads", "failure", "eatmydata", "LD_PRELOAD")


@pytest.mark.fuse
def test_a_dead_mount_is_found(new_site):
    site = new_site()
    site.start_fuse()
    assert str(site.mount_point) not in examine(site)["mounts"]["what"]
    site.fuse.kill()
    site.fuse.wait(timeout=60)
    try:
        expect(site, "mounts", "failure", f" {site.mount_point}", "umount -l /")
        assert f" {site.mount_point}" in examine(site)["mounts"]["fix"]
    finally:
        subprocess.run(["umount", "-l", str(site.mount_point)], check=False, capture_output=True)
        site.fuse = None

"""alexander-admin setup: what it writes, what it refuses to touch, and that the result serves."""
import json
import os
import pty
import stat
import subprocess

import pytest
from support import Site, free_port, wait_until


@pytest.fixture(scope="module")
def program(request):
    return os.path.join(request.config.getoption("--build"), "admin", "alexander-admin")


def setup(program, root, *options):
    return subprocess.run([program, "setup", "--yes", "--root", str(root), *options],
                          capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def make_certificate(folder, name):
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj",
                    f"/CN={name}"], check=True, capture_output=True)
    return certificate, key


def test_it_makes_a_store_that_serves(program, tmp_path, request):
    root = tmp_path / "root"
    sheet, credentials = tmp_path / "sheet.txt", tmp_path / "admin.env"
    port = free_port()
    done = setup(program, root, "--json", "--port", str(port), "--admin-user", "anna", "--data-dir",
                 "/srv/my backups", "--recovery-sheet-file", str(sheet),
                 "--credentials-file", str(credentials))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["self_test"] == "passed" and said["admin_user"] == "anna"
    assert "secret_access_key" not in said and said["endpoint"] == f"http://127.0.0.1:{port}"

    settings = root / "etc/alexander/conf.d/50-local.yaml"
    key = root / "etc/alexander/secret/master.key"
    assert not (root / "etc/alexander/alexander.yaml").exists(), "the conffile is the package's"
    for secret in (key, sheet, credentials):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    printed = sheet.read_text()
    assert key.read_text().strip() in printed.replace(" ", "") and "Check words" in printed
    drop_in = root / "etc/systemd/system/alexander-s3d.service.d/50-data-dir.conf"
    assert 'ReadWritePaths="/srv/my backups"' in drop_in.read_text()
    assert 'RequiresMountsFor="/srv/my backups"' in drop_in.read_text()
    mount = root / "etc/systemd/system/alexander-fuse@.service.d/50-data-dir.conf"
    assert "RequiresMountsFor" in mount.read_text() and "ReadWritePaths" not in mount.read_text()

    # The settings name paths as the new system sees them: here they lie below the root.
    build = request.config.getoption("--build")
    environment = {line.split("=")[0]: line.split("=", 1)[1]
                   for line in credentials.read_text().splitlines()}
    log = open(tmp_path / "s3d.log", "wb")
    empty = settings.parent.parent / "alexander.yaml"
    empty.write_text("")
    daemon = subprocess.Popen(
        [os.path.join(build, "s3d", "alexander-s3d"), "--config", str(empty),
         f"--storage.data_dir={root}/srv/my backups", f"--auth.encryption_key_file={key}"],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        site = Site.__new__(Site)
        site.endpoint = f"http://127.0.0.1:{port}"
        site.port, site.s3d, site.folder = port, daemon, tmp_path
        site.access_key = environment["AWS_ACCESS_KEY_ID"]
        site.secret_key = environment["AWS_SECRET_ACCESS_KEY"]
        wait_until(site.answers, what="the start")
        client = site.client()
        assert client.list_buckets()["Buckets"] == [], "the self-test left its bucket"
        client.create_bucket(Bucket="first")
        client.put_object(Bucket="first", Key="a", Body=b"hello")
        assert client.get_object(Bucket="first", Key="a")["Body"].read() == b"hello"
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)


def test_a_store_a_key_and_other_settings_are_never_replaced(program, tmp_path):
    root = tmp_path / "root"
    assert setup(program, root).returncode == 0
    key = root / "etc/alexander/secret/master.key"
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    again = setup(program, root)
    assert again.returncode == 1 and "is a store already" in again.stderr
    elsewhere = setup(program, root, "--data-dir", "/srv/other")
    assert elsewhere.returncode == 1 and str(key) in elsewhere.stderr
    os.rename(key, tmp_path / "kept.key")
    os.rename(root / "var/lib/alexander", tmp_path / "kept-store")
    settings = setup(program, root, "--port", "9001")
    assert settings.returncode == 1 and "50-local.yaml" in settings.stderr
    os.rename(tmp_path / "kept.key", key)
    os.rename(tmp_path / "kept-store", root / "var/lib/alexander")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert not (root / "srv/other").exists()


def test_what_fails_leaves_nothing_in_the_way_of_the_next_try(program, tmp_path):
    root = tmp_path / "root"
    (root / "srv/full").mkdir(parents=True)
    (root / "srv/full/somebody-elses").write_text("data")
    refused = setup(program, root, "--data-dir", "/srv/full")
    assert refused.returncode == 1 and "not empty" in refused.stderr
    assert not list((root / "etc").rglob("*.key")) and not list((root / "etc").rglob("*.yaml"))
    assert (root / "srv/full/somebody-elses").read_text() == "data"
    assert setup(program, root, "--data-dir", "/srv/new").returncode == 0


def test_what_cannot_be_is_refused_before_anything_is_written(program, tmp_path):
    certificate, key = make_certificate(tmp_path, "one")
    _, other = make_certificate(tmp_path, "two")
    for options, hint in (
            (["--port", "0"], "port"), (["--data-dir", "relative"], "absolute"),
            (["--tls-certificate-file", str(certificate)], "both"),
            (["--tls-certificate-file", str(certificate), "--tls-key-file", str(other)], "not the key"),
            (["--owner", "no-such-user-here"], "no user"), (["--json"], "--recovery-sheet-file")):
        done = subprocess.run([program, "setup", "--yes", "--config-dir", str(tmp_path / "etc"),
                               "--systemd-dir", str(tmp_path / "units"), "--data-dir",
                               str(tmp_path / "store"), *options],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and hint in done.stderr, (options, done.stderr)
        assert not (tmp_path / "etc").exists() and not (tmp_path / "store").exists()
    done = subprocess.run([program, "setup", "--yes", "--config-dir", str(tmp_path / "etc"),
                           "--systemd-dir", str(tmp_path / "units"), "--data-dir", str(tmp_path / "store"),
                           "--tls-certificate-file", str(certificate), "--tls-key-file", str(key)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "https://127.0.0.1:9000" in done.stdout, done.stderr
    assert str(certificate) in (tmp_path / "etc/conf.d/50-local.yaml").read_text()


def test_without_a_terminal_it_wants_to_be_told(program, tmp_path):
    done = subprocess.run([program, "setup", "--root", str(tmp_path)], capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and "--yes" in done.stderr


def converse(program, root, typed):
    """What setup says on a terminal of its own while this is typed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(program, [program, "setup", "--root", str(root)])
    os.write(terminal, typed.encode())
    heard = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        heard += part
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return heard.decode(), os.waitstatus_to_exitcode(status)


def test_the_wizard_asks_and_waits_for_a_yes(program, tmp_path):
    said, status = converse(program, tmp_path / "no", "\n\n\n\n\nno\n")
    assert status == 2 and "nothing was changed" in said
    assert not (tmp_path / "no").exists()
    said, status = converse(program, tmp_path / "yes", "/srv/wizard\n\n9123\n\nberta\nyes\n")
    assert status == 0, said
    assert "secret access key" in said and "RECOVERY SHEET" in said and "berta" in said
    assert "port: 9123" in (tmp_path / "yes/etc/alexander/conf.d/50-local.yaml").read_text()
    assert (tmp_path / "yes/srv/wizard/STORE").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_stores_files_belong_to_the_given_user(program, tmp_path):
    assert setup(program, tmp_path, "--owner", "daemon").returncode == 0
    store = tmp_path / "var/lib/alexander"
    owners = {path.stat().st_uid for path in [store, *store.rglob("*")]}
    assert owners == {1}, "daemon is user 1 on every Debian"
    assert (tmp_path / "etc/alexander/secret/master.key").stat().st_uid == 0

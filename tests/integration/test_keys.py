"""Master keys, data epochs and recovery sheets, with daemons running."""
import os
import re
import shutil

import pytest

from support import wait_until


@pytest.fixture
def keyed(new_site):
    site = new_site()
    site.start_s3d()
    return site


def key_on(sheet):
    return re.search(r"Master key +(.*)", sheet)[1], re.search(r"Check words +(.*)", sheet)[1]


def test_change_while_the_daemon_runs(keyed):
    s3 = keyed.client()
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="before", Body=b"1" * 70_000)
    old_key = keyed.key_file.read_text()
    old_sheet = keyed.admin("key", "sheet")

    sheet = keyed.admin("key", "change")

    assert keyed.key_file.read_text() != old_key
    assert keyed.key_file.stat().st_mode & 0o777 == 0o600
    assert not (keyed.folder / "master.key.new").exists()
    assert key_on(sheet)[0].replace(" ", "") == keyed.key_file.read_text().strip()
    keys = keyed.admin_json("key", "list")
    assert len(keys) == 1 and keys[0]["in_these_settings"] and keys[0]["programs"] == "alexander-s3d"
    # The daemon goes on, also with what needs the keyring; so does its next start.
    access, secret = keyed.add_user("later")
    assert s3.get_object(Bucket="photos", Key="before")["Body"].read() == b"1" * 70_000
    keyed.access_key, keyed.secret_key = access, secret
    later = keyed.client()
    later.create_bucket(Bucket="of-later")
    later.put_object(Bucket="of-later", Key="k", Body=b"2" * 70_000)
    keyed.stop_s3d()
    keyed.start_s3d()
    assert later.get_object(Bucket="of-later", Key="k")["Body"].read() == b"2" * 70_000
    # The old sheet is of no use any more, and says so.
    refused = keyed.run_admin("key", "check-sheet", input=old_sheet)
    assert refused.returncode == 1 and "changed or removed" in refused.stderr
    # Nor is the old key, and the answer says what to do.
    keyed.key_file.write_text(old_key)
    wrong = keyed.run_admin("status")
    assert wrong.returncode == 1
    assert str(keyed.key_file) in wrong.stderr and "check-sheet" in wrong.stderr
    assert old_key.strip() not in wrong.stderr


def test_a_key_that_a_daemon_needs_is_not_removed(keyed, tmp_path):
    other = tmp_path / "other.key"
    keyed.admin("key", "add", "--master-key-file", str(other))
    assert keyed.run_admin("key", "remove", "1").returncode != 0
    refused = keyed.run_admin("--auth.encryption_key_file", str(other), "key", "remove", "1")
    assert refused.returncode == 1 and "alexander-s3d" in refused.stderr
    keyed.admin("key", "remove", "2")
    assert keyed.run_admin("--auth.encryption_key_file", str(other), "status").returncode == 1


def test_rotate_and_drain(keyed):
    s3 = keyed.client()
    s3.create_bucket(Bucket="photos")
    bodies = {f"k{i}": os.urandom(300_000) for i in range(8)}
    for key, body in bodies.items():
        s3.put_object(Bucket="photos", Key=key, Body=body)

    assert keyed.admin_json("key", "rotate")["data_epoch"] == 2
    s3.put_object(Bucket="photos", Key="new", Body=bodies["k0"] + b"x")
    assert keyed.admin_json("key", "status")["old_bytes"] > 2_000_000
    drained = keyed.admin_json("key", "drain")
    assert drained["resealed_bytes"] > 2_000_000 and drained["problems"] == 0
    assert drained["records_without_key"] == 0

    def nothing_is_old():
        # What was still in the catalog moves into a pack, under the new epoch, within a minute.
        return keyed.admin_json("key", "drain")["old_packs"] == 0

    wait_until(nothing_is_old, what="the end of the old epoch")
    for key, body in bodies.items():
        assert s3.get_object(Bucket="photos", Key=key)["Body"].read() == body
    keyed.stop_s3d()
    keyed.start_s3d()
    for key, body in bodies.items():
        assert s3.get_object(Bucket="photos", Key=key)["Body"].read() == body
    assert keyed.admin_json("scrub")["newly_damaged"] == 0


def test_sheets(keyed):
    sheet = keyed.admin("key", "sheet")
    key, check = key_on(sheet)
    whole = keyed.run_admin("--json", "key", "check-sheet", input=sheet)
    assert whole.returncode == 0 and '"roots_open": true' in whole.stdout
    typed = keyed.run_admin("key", "check-sheet", input=f"{key.upper()}\n{check}\n")
    assert typed.returncode == 0 and "master key 1" in typed.stdout
    digit = "0" if key[-1] != "0" else "1"
    wrong = keyed.run_admin("key", "check-sheet", input=f"{key[:-1]}{digit}\n{check}\n")
    assert wrong.returncode == 1 and "typed wrong" in wrong.stderr
    assert keyed.run_admin("key", "check-sheet", input="nonsense").returncode == 2
    keyed.add_user("younger-than-the-sheet")
    stale = keyed.run_admin("key", "check-sheet", input=sheet)
    assert stale.returncode == 0 and "Print a new sheet" in stale.stdout


def test_a_lost_keyring_comes_back_from_the_sheet(keyed, tmp_path):
    s3 = keyed.client()
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="k", Body=b"3" * 80_000)
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(keyed.admin("key", "sheet"))
    sheet.chmod(0o600)
    refused = keyed.run_admin("key", "restore", "--sheet", str(sheet))
    assert refused.returncode == 1 and "daemons" in refused.stderr
    keyed.stop_s3d()
    assert "nothing is restored" in keyed.run_admin("key", "restore", "--sheet", str(sheet)).stderr
    shutil.rmtree(keyed.store / "keys")
    assert keyed.run_admin("status").returncode == 0  # the copy in data/ is enough
    for copy in keyed.store.rglob("keyring*"):
        copy.unlink()
    assert keyed.run_admin("status").returncode == 1
    assert keyed.admin_json("key", "restore", "--sheet", str(sheet)) == {"restored": True}
    keyed.start_s3d()
    assert s3.get_object(Bucket="photos", Key="k")["Body"].read() == b"3" * 80_000
    keyed.add_user("after")


def test_keys_are_only_in_locked_memory_that_is_not_dumped(keyed):
    """Every readable byte of the daemon, as root sees it, searched for the master key."""
    s3 = keyed.client()
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="k", Body=b"4" * 300_000)
    text = keyed.key_file.read_text().strip().encode()
    needles = (text, bytes.fromhex(text.decode()))
    places = []
    regions = []
    with open(f"/proc/{keyed.s3d.pid}/smaps", encoding="ascii") as maps:
        for line in maps:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) ", line)
            if head:
                regions.append([int(head[1], 16), int(head[2], 16), head[3], ""])
            elif line.startswith("VmFlags:"):
                regions[-1][3] = line
    with open(f"/proc/{keyed.s3d.pid}/mem", "rb", buffering=0) as memory:
        for begin, end, mode, flags in regions:
            if not mode.startswith("r") or " io " in flags or end - begin > 1 << 30:
                continue
            try:
                memory.seek(begin)
                content = memory.read(end - begin) or b""
            except (OSError, ValueError, OverflowError):
                continue
            if any(needle in content for needle in needles):
                places.append(flags)
    assert places, "the daemon must have the key somewhere, or this looks at the wrong place"
    for flags in places:
        assert " lo " in flags and " dd " in flags, places

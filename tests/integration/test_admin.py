"""The admin command: answers, errors, exit statuses."""
import json
import os
import stat


def test_users_and_keys(site):
    made = site.admin_json("user", "create", "anna", "--display-name", "Anna B")
    assert made["name"] == "anna" and made["display_name"] == "Anna B"
    assert site.admin_json("user", "get", "anna") == made
    assert "anna" in [user["name"] for user in site.admin_json("user", "list")]
    key = site.admin_json("accesskey", "create", "--username", "anna")
    listed = site.admin_json("accesskey", "list", "--username", "anna")
    assert [entry["access_key_id"] for entry in listed] == [key["access_key_id"]]
    assert "secret_access_key" not in listed[0]
    site.admin("accesskey", "revoke", "--username", "anna", key["access_key_id"])
    assert site.admin_json("accesskey", "list", "--username", "anna") == []
    site.admin("user", "delete", "anna")
    gone = site.run_admin("user", "get", "anna")
    assert gone.returncode == 1 and "anna" in gone.stderr


def test_buckets(site, s3):
    made = site.admin_json("bucket", "create", "--owner", "main", "made-by-admin")
    assert made["owner"] == "main" and made["versioning"] == "off"
    assert "made-by-admin" in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert site.admin_json("bucket", "set-versioning", "made-by-admin", "enabled")["versioning"] == "enabled"
    s3.put_object(Bucket="made-by-admin", Key="k", Body=b"12345")
    listed = {entry["name"]: entry for entry in site.admin_json("bucket", "list")}
    assert listed["made-by-admin"]["objects"] == 1 and listed["made-by-admin"]["logical_bytes"] == 5
    refused = site.run_admin("bucket", "delete", "made-by-admin")
    assert refused.returncode == 1 and "empty" in refused.stderr
    owner = site.run_admin("user", "delete", "main")
    assert owner.returncode == 1 and "bucket" in owner.stderr


def test_status_shows_deduplication(site, s3, bucket):
    before = site.admin_json("status")
    data = os.urandom(5_000_000)
    for number in range(4):
        s3.put_object(Bucket=bucket, Key=f"copy{number}", Body=data)
    after = site.admin_json("status")
    assert after["logical_bytes"] - before["logical_bytes"] == 20_000_000
    assert 5_000_000 <= after["unique_bytes"] - before["unique_bytes"] < 5_100_000
    assert after["dedup_factor"] > 1


def test_one_percent_changed_stores_about_one_percent(site, s3, bucket):
    data = bytearray(os.urandom(64 * 1024 * 1024))
    s3.put_object(Bucket=bucket, Key="image", Body=bytes(data))
    before = site.admin_json("status")["unique_bytes"]
    data[20_000_000:20_000_000 + len(data) // 100] = os.urandom(len(data) // 100)
    s3.put_object(Bucket=bucket, Key="image", Body=bytes(data))
    stored = site.admin_json("status")["unique_bytes"] - before
    assert len(data) * 0.01 <= stored <= len(data) * 0.035


def test_wrong_usage_is_status_2_and_says_what_is_meant(site):
    for arguments, hint in ((("usr", "list"), "user list"), (("user", "create"), "usage"),
                            (("bucket", "list", "--username", "x"), "--username"),
                            (("--jsn", "status"), "json"), ((), "--help")):
        done = site.run_admin(*arguments)
        assert done.returncode == 2 and hint in done.stderr, (arguments, done.stderr)


def test_help_and_version(site):
    assert "accesskey create" in site.admin("--help")
    assert "storage.data_dir" in site.admin("--help")
    assert json.loads(site.admin("--json", "version"))["version"]


def test_the_master_key_is_for_its_owner_only(site):
    assert stat.S_IMODE(site.key_file.stat().st_mode) == 0o600
    assert len(site.key_file.read_text().strip()) == 64
    secret = site.key_file.read_text().strip().encode()
    for path in site.store.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()

"""versions, undelete and restore of alexander-admin."""
import time

import pytest

from support import wait_until


@pytest.fixture
def versioned(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def next_second():
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, what="the next second")


def bodies(s3, bucket):
    return {entry["Key"]: s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def test_versions_are_listed(site, s3, versioned):
    ids = [s3.put_object(Bucket=versioned, Key="d/k", Body=b"x" * n)["VersionId"] for n in (1, 2)]
    marker = s3.delete_object(Bucket=versioned, Key="d/k")["VersionId"]
    s3.put_object(Bucket=versioned, Key="d/k2", Body=b"other")
    rows = site.admin_json("versions", f"s3://{versioned}/d/k")
    assert [(row["version"], row["kind"], row["latest"], row["size_bytes"]) for row in rows] == [
        (marker, "delete marker", True, 0), (ids[1], "object", False, 2), (ids[0], "object", False, 1)]
    assert {row["key"] for row in site.admin_json("versions", "--prefix", f"s3://{versioned}/d/k")} == \
        {"d/k", "d/k2"}
    assert len(site.admin_json("versions", f"s3://{versioned}/")) == 4
    done = site.run_admin("versions", f"s3://{versioned}/nothing")
    assert done.returncode == 1 and "no version" in done.stderr
    assert site.run_admin("versions", "s3://").returncode == 2


def test_undelete_brings_a_key_or_a_tree_back(site, s3, versioned):
    for key in ("d/a", "d/b", "d", "dd"):
        s3.put_object(Bucket=versioned, Key=key, Body=key.encode())
        s3.delete_object(Bucket=versioned, Key=key)
    rows = site.admin_json("undelete", f"s3://{versioned}/d/a")
    assert [(row["action"], row["key"]) for row in rows] == [("undelete", "d/a")]
    assert bodies(s3, versioned) == {"d/a": b"d/a"}
    done = site.run_admin("undelete", f"s3://{versioned}/d/a")
    assert done.returncode == 1 and "not deleted" in done.stderr
    assert site.run_admin("undelete", f"s3://{versioned}").returncode == 2
    assert {row["key"] for row in site.admin_json("undelete", "--prefix", "--dry-run", f"s3://{versioned}/d")} \
        == {"d", "d/b"}
    assert bodies(s3, versioned) == {"d/a": b"d/a"}
    assert "Came back: 2" in site.admin("undelete", "--prefix", f"s3://{versioned}/d")
    assert set(bodies(s3, versioned)) == {"d", "d/a", "d/b"}


def test_restore_goes_back_in_time_beside_running_daemons(site, s3, versioned):
    s3.put_object(Bucket=versioned, Key="d/changed", Body=b"old")
    s3.put_object(Bucket=versioned, Key="d/deleted", Body=b"was")
    s3.put_object(Bucket=versioned, Key="outside", Body=b"old")
    then, zoned = now(), time.strftime("%Y-%m-%dT%H:%M:%S+02:00", time.gmtime(time.time() + 7200))
    next_second()
    s3.put_object(Bucket=versioned, Key="d/changed", Body=b"new")
    s3.delete_object(Bucket=versioned, Key="d/deleted")
    s3.put_object(Bucket=versioned, Key="d/later", Body=b"later")
    s3.put_object(Bucket=versioned, Key="outside", Body=b"new")
    before = bodies(s3, versioned)
    dry = site.admin_json("restore", "--dry-run", "--at", zoned, f"s3://{versioned}/d")
    assert [(row["action"], row["key"]) for row in dry] == [
        ("bring_back", "d/changed"), ("bring_back", "d/deleted"), ("remove", "d/later")]
    assert bodies(s3, versioned) == before
    assert site.admin_json("restore", "--at", then, f"s3://{versioned}/d") == dry
    assert bodies(s3, versioned) == {"d/changed": b"old", "d/deleted": b"was", "outside": b"new"}
    assert site.admin_json("restore", "--at", then, f"s3://{versioned}/d") == []
    assert len(s3.list_object_versions(Bucket=versioned, Prefix="d/changed")["Versions"]) == 3


def test_restore_says_what_is_wrong(site, s3, bucket, versioned):
    for time_text, what in (("yesterday", "ISO 8601"), ("2026-01-01T00:00:00", "ISO 8601"),
                            ("2999-01-01T00:00:00Z", "future")):
        done = site.run_admin("restore", "--at", time_text, f"s3://{versioned}/")
        assert done.returncode == 2 and what in done.stderr, time_text
    assert site.run_admin("restore", f"s3://{versioned}/").returncode == 2
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})
    done = site.run_admin("restore", "--at", now(), f"s3://{versioned}/")
    assert done.returncode == 1 and "set-versioning" in done.stderr


@pytest.mark.fuse
def test_what_comes_back_is_in_the_mount_at_once(mounted_site, s3, versioned):
    mount = mounted_site.mount_point / versioned
    (mount / "d").mkdir()
    (mount / "d" / "f").write_bytes(b"body")
    (mount / "d" / "f").chmod(0o604)
    s3.head_object(Bucket=versioned, Key="d/f")  # S3 has named it: it is a version for good
    then = now()
    next_second()
    (mount / "d" / "f").unlink()
    mounted_site.admin("restore", "--at", then, f"s3://{versioned}/")
    assert (mount / "d" / "f").read_bytes() == b"body"
    assert (mount / "d" / "f").stat().st_mode & 0o777 == 0o604
    (mount / "d" / "f").unlink()
    mounted_site.admin("undelete", f"s3://{versioned}/d/f")
    assert (mount / "d" / "f").read_bytes() == b"body"

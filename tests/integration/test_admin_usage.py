"""alexander-admin info and du: against data whose chunks are known."""
import os

import pytest

MIB = 1 << 20


def test_du_counts_what_is_shared_once(site, s3, bucket):
    data = os.urandom(3 * MIB)
    for key in ("a/1", "a/2", "b/1"):
        s3.put_object(Bucket=bucket, Key=key, Body=data)
    s3.put_object(Bucket=bucket, Key="b/zeros", Body=bytes(2 * MIB))
    [a] = site.admin_json("du", f"s3://{bucket}/a/")
    assert (a["objects"], a["versions"], a["logical_bytes"]) == (2, 2, 6 * MIB)
    assert a["unique_bytes"] == 3 * MIB and a["dedup_factor"] == 2
    assert 3 * MIB < a["on_disk_bytes"] < 3.1 * MIB, "random bytes cannot be compressed"
    [both] = site.admin_json("du", f"s3://{bucket}")
    assert both["objects"] == 4 and both["logical_bytes"] == 11 * MIB
    assert 3 * MIB <= both["unique_bytes"] <= 5 * MIB
    [b] = site.admin_json("du", f"s3://{bucket}/b/")
    assert b["on_disk_bytes"] < 3.2 * MIB, "zeros are compressed"
    rows = {row["bucket"]: row for row in site.admin_json("du")}
    assert rows[bucket] == both
    assert site.admin_json("du", f"s3://{bucket}/none/")[0]["objects"] == 0


def test_du_counts_versions_unless_only_current_ones_are_wanted(site, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        s3.put_object(Bucket=bucket, Key="k", Body=os.urandom(MIB))
    s3.put_object(Bucket=bucket, Key="gone", Body=os.urandom(MIB))
    s3.delete_object(Bucket=bucket, Key="gone")
    [all_of_it] = site.admin_json("du", f"s3://{bucket}")
    assert (all_of_it["objects"], all_of_it["versions"]) == (1, 4)
    assert all_of_it["unique_bytes"] == 4 * MIB
    [current] = site.admin_json("du", "--current", f"s3://{bucket}")
    assert (current["objects"], current["versions"], current["unique_bytes"]) == (1, 1, MIB)


def test_info_tells_what_an_object_is_made_of(site, s3, bucket):
    data = os.urandom(8 * MIB)  # enough that the cuts of the second half meet those of the first
    s3.put_object(Bucket=bucket, Key="folder/twice", Body=data + data)
    info = site.admin_json("info", f"s3://{bucket}/folder/twice")
    assert info["size_bytes"] == 16 * MIB and info["versions"] == 1 and info["packs"] >= 1
    assert info["key"] == "folder/twice" and info["bucket"] == bucket
    assert info["encryption"] in ("AES-256-GCM", "ChaCha20-Poly1305")
    assert info["damaged_chunks"] == 0 and info["lock"] == "none"
    assert 8 * MIB <= info["unique_bytes"] < 16 * MIB, "the second half repeats the first"
    assert info["extents"] > info["chunks"] > 1

    rows = site.admin_json("info", "--chunks", f"s3://{bucket}/folder/twice")
    assert len(rows) == info["extents"] and len({row["chunk"] for row in rows}) == info["chunks"]
    assert rows[0]["offset"] == 0 and sum(row["length"] for row in rows) == 16 * MIB
    for before, after in zip(rows, rows[1:]):
        assert before["offset"] + before["length"] == after["offset"]
    for row in rows:
        pack = next(site.store.rglob(f"*{row['pack']}*"))
        assert pack.stat().st_size >= row["pack_offset"] + row["record_bytes"]


def test_info_of_what_is_special(site, s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    empty = site.admin_json("info", f"s3://{bucket}/empty")
    assert empty["chunks"] == 0 and empty["encryption"] == "none"
    s3.put_object(Bucket=bucket, Key="small", Body=b"tiny")
    small = site.admin_json("info", f"s3://{bucket}/small")
    assert small["chunks"] == 1 and small["unique_bytes"] == 4
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="v", Body=b"x" * 100)["VersionId"]
    s3.put_object(Bucket=bucket, Key="v", Body=b"x" * 300)
    now = site.admin_json("info", f"s3://{bucket}/v")
    assert (now["size_bytes"], now["versions"], now["versions_bytes"]) == (300, 2, 400)
    assert site.admin_json("info", "--version-id", old, f"s3://{bucket}/v")["size_bytes"] == 100
    for arguments, status in (((f"s3://{bucket}/none",), 1), ((f"s3://{bucket}",), 2),
                              (("--version-id", "x", f"s3://{bucket}/v"), 1), (("/etc/hostname",), 2)):
        done = site.run_admin("info", *arguments)
        assert done.returncode == status and done.stderr, (arguments, done)


@pytest.mark.fuse
def test_info_of_a_file_in_the_mount(site, s3, mount, bucket):
    (mount / "a folder").mkdir()
    path = mount / "a folder" / "file"
    with open(path, "wb") as file:
        file.write(os.urandom(100_000))
        file.truncate(10 * MIB)
        os.fsync(file.fileno())
    info = site.admin_json("info", str(path))
    assert (info["bucket"], info["key"]) == (bucket, "a folder/file")
    assert info["size_bytes"] == 10 * MIB and info["hole_bytes"] >= 9 * MIB
    assert info["unique_bytes"] < MIB

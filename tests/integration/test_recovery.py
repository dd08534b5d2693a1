"""A store that loses its catalog, or everything, comes back: with the commands of the guide."""
import hashlib
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import threading

from botocore.exceptions import BotoCoreError, ClientError

from guides import run_guide
from support import wait_until

SCHEMA = pathlib.Path(__file__).parents[2] / "schema/sqlite"


def run_section(site, section, config, replaced=None):
    return run_guide(site, "disaster-recovery.md", site.folder, section, replaced, ALEXANDER_CONFIG=str(config))


def put_many(site, bucket, prefix, count, seed):
    """Objects of many sizes; returns their digests."""
    luck = random.Random(seed)
    s3 = site.client()
    digests = {}
    for number in range(count):
        body = luck.randbytes(luck.choice([0, 10, 900, 5_000, 70_000, 1_500_000]))
        key = f"{prefix}/{number}"
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        digests[key] = hashlib.sha256(body).hexdigest()
    return digests


def differences(site, bucket, digests):
    s3 = site.client()
    wrong = []
    for key, digest in digests.items():
        try:
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            wrong.append((key, str(error)))
            continue
        if hashlib.sha256(body).hexdigest() != digest:
            wrong.append((key, "other bytes"))
    return wrong


def test_a_store_that_lost_meta_is_what_it_was_at_the_newest_snapshot(new_site):
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket="bucket")
    before = put_many(site, "bucket", "before", 25, 1)
    made = site.admin_json("snapshot", "create")
    after = put_many(site, "bucket", "after", 10, 2)
    assert [one["snapshot"] for one in site.admin_json("snapshot", "list")] == [made["snapshot"]]
    refused = site.run_admin("rebuild")
    assert refused.returncode == 1 and "in use" in refused.stderr
    site.stop_s3d()
    refused = site.run_admin("rebuild")
    assert refused.returncode == 1 and "fsck" in refused.stderr
    shutil.rmtree(site.store / "meta")
    lost = site.run_admin("status")
    assert lost.returncode == 1 and "rebuild" in lost.stderr

    answer = run_section(site, "lost catalog", site.config)

    assert "What was stored, changed or deleted after that is lost" in answer
    assert site.admin_json("fsck") == []
    site.start_s3d()
    assert differences(site, "bucket", before) == []
    assert len(differences(site, "bucket", after)) == len(after)
    again = put_many(site, "bucket", "after", 10, 2)  # the same bytes
    assert differences(site, "bucket", dict(before, **again)) == []
    site.stop_s3d()
    assert site.admin_json("fsck") == []


def test_the_daemon_makes_snapshots_by_itself(new_site):
    site = new_site(settings="snapshot:\n  interval_seconds: 1\n")
    site.start_s3d()
    site.client().create_bucket(Bucket="bucket")
    bodies = put_many(site, "bucket", "k", 10, 3)
    first = site.admin_json("snapshot", "create")["snapshot"]

    def is_newer():
        newest = site.admin_json("snapshot", "list")
        return newest and newest[0]["snapshot"] > first
    wait_until(is_newer, seconds=60, what="a snapshot")
    site.stop_s3d()
    shutil.rmtree(site.store / "meta")
    site.admin("rebuild")
    site.start_s3d()
    assert differences(site, "bucket", bodies) == []


def test_a_backup_under_load_restores_elsewhere(new_site, tmp_path):
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket="bucket")
    bodies = put_many(site, "bucket", "k", 20, 4)
    backup = tmp_path / "backup"
    stop = threading.Event()

    def load():
        s3 = site.client()
        number = 0
        while not stop.is_set():
            s3.put_object(Bucket="bucket", Key=f"load/{number % 5}", Body=os.urandom(100_000))
            number += 1
    writer = threading.Thread(target=load)
    writer.start()
    try:
        run_section(site, "make backups", site.config, {"/mnt/backup": backup})
    finally:
        stop.set()
        writer.join()
    site.stop_s3d()
    site.start_s3d()
    more = put_many(site, "bucket", "more", 5, 5)
    assert site.admin_json("backup", "create", str(backup))["problems"] == 0
    third = site.admin_json("backup", "create", str(backup))  # the first daemon's pack is finished
    assert third["problems"] == 0 and third["copied_packs"] < third["packs"]
    site.stop_s3d()

    elsewhere = site.folder / "elsewhere.yaml"
    elsewhere.write_text(site.config.read_text().replace(str(site.store), str(tmp_path / "new")))
    elsewhere.chmod(0o600)
    run_section(site, "from a backup", elsewhere, {"/mnt/backup": backup})
    shutil.rmtree(site.store)
    site.config, site.store = elsewhere, tmp_path / "new"
    site.start_s3d()
    assert differences(site, "bucket", dict(bodies, **more)) == []
    site.stop_s3d()
    assert site.admin_json("fsck") == []


def test_damage_of_a_backup_is_found(new_site, tmp_path):
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket="bucket")
    put_many(site, "bucket", "k", 10, 6)
    backup = tmp_path / "backup"
    site.admin("backup", "create", str(backup))
    assert site.admin_json("backup", "verify", str(backup))["problems"] == 0
    pack = max((backup / "data").rglob("*.pack"), key=lambda path: path.stat().st_size)
    with open(pack, "r+b") as file:
        file.seek(pack.stat().st_size // 3)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 8]))
    found = site.run_admin("backup", "verify", str(backup))
    assert found.returncode == 1 and "damaged" in found.stderr
    refused = site.run_admin("backup", "create", str(site.store))
    assert refused.returncode == 1 and "no backup" in refused.stderr


def test_a_migration_keeps_the_catalog_as_it_was(new_site):
    site = new_site()
    database = site.store / "meta/alexander.db"
    with sqlite3.connect(database) as catalog:
        [(uuid,)] = catalog.execute("SELECT store_uuid FROM store_state")
    catalog.close()
    database.unlink()
    migrations = sorted(SCHEMA.glob("*.sql"))
    old = sqlite3.connect(database)
    for migration in migrations[:-1]:
        old.executescript(migration.read_text())
    old.execute("INSERT INTO store_state (id, schema_version, store_uuid, commit_seq, gc_generation,"
                " incarnation) VALUES (1, ?, ?, 41, 1, 1)", (len(migrations) - 1, uuid))
    old.commit()
    old.close()
    (site.store / "meta/before-migration-1.db").write_bytes(b"of the migration before")

    site.admin("status")

    assert [one.name for one in site.store.glob("meta/before-*")] == ["before-migration-41.db"]
    for name, version in (("before-migration-41.db", len(migrations) - 1), ("alexander.db", len(migrations))):
        with sqlite3.connect(site.store / "meta" / name) as catalog:
            assert catalog.execute("SELECT schema_version FROM store_state").fetchall() == [(version,)]
        catalog.close()
    assert database.read_bytes()[20] == 8  # room for checksums, which it did not have before
    site.admin("fsck")

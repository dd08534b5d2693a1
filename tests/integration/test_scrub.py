"""Bytes that change on disk are found, told and never served."""
import os

from botocore.exceptions import BotoCoreError, ClientError

from support import wait_until

MIB = 1024 * 1024


def damage_a_pack(site):
    pack = max((site.store / "data").rglob("*.pack"), key=lambda path: path.stat().st_size)
    with open(pack, "r+b") as file:
        file.seek(pack.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def filled(site):
    s3 = site.client()
    s3.create_bucket(Bucket="bucket")
    bodies = {f"key{number}": os.urandom(2 * MIB) for number in range(4)}
    for key, body in bodies.items():
        s3.put_object(Bucket="bucket", Key=key, Body=body)
    site.stop_s3d()  # seals the pack
    return bodies


def readable_keys(site, bodies):
    found = []
    for key, body in bodies.items():
        try:
            got = site.client().get_object(Bucket="bucket", Key=key)["Body"].read()
        except (ClientError, BotoCoreError):
            continue
        assert got == body, "wrong bytes were served"
        found.append(key)
    return found


def test_a_scrub_by_hand_finds_damage_and_a_new_write_heals_it(new_site):
    site = new_site(settings="scrub:\n  period_seconds: 0\n")
    site.start_s3d()
    bodies = filled(site)
    clean = site.admin_json("scrub")
    assert clean["newly_damaged"] == 0 and clean["bytes"] >= 8 * MIB
    assert site.admin_json("damage", "list") == []
    damage_a_pack(site)

    found = site.run_admin("--json", "scrub")

    assert found.returncode == 1 and "damage list" in found.stderr
    told = site.admin_json("damage", "list")
    assert len(told) == 1 and told[0]["bucket"] == "bucket"
    site.start_s3d()
    assert readable_keys(site, bodies) == [key for key in bodies if key != told[0]["key"]]
    site.client().put_object(Bucket="bucket", Key="anew", Body=bodies[told[0]["key"]])
    assert site.admin_json("damage", "list") == []
    assert readable_keys(site, bodies) == list(bodies)
    site.admin("scrub")


def test_the_daemon_scrubs_by_itself(new_site):
    site = new_site(settings="scrub:\n  period_seconds: 1\n")
    site.start_s3d()
    bodies = filled(site)
    damage_a_pack(site)
    site.start_s3d()
    wait_until(lambda: site.admin_json("damage", "list"), seconds=60, what="the scrub")
    assert len(readable_keys(site, bodies)) == 3
    assert "a record is damaged or missing" in (site.folder / "s3d.log").read_text()

"""Deleted data gives its space back: by hand, and by the daemons themselves."""
import os

from support import wait_until

MIB = 1024 * 1024
GC_OFTEN = "gc:\n  interval_seconds: 10\n"


def pack_bytes(site):
    return sum(path.stat().st_size for path in (site.store / "data").rglob("*.pack"))


def fill(s3, bucket, count):
    s3.create_bucket(Bucket=bucket)
    bodies = {f"key{number}": os.urandom(3 * MIB) for number in range(count)}
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    return bodies


def check(s3, bucket, bodies):
    for key, body in bodies.items():
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body, key


def test_a_collection_by_hand_says_what_it_would_do_and_does_it(new_site):
    site = new_site(settings="gc:\n  enabled: false\n")
    site.start_s3d()
    s3 = site.client()
    bodies = fill(s3, "bucket", 12)
    for key in list(bodies)[::2]:
        s3.delete_object(Bucket="bucket", Key=key)
        del bodies[key]
    site.stop_s3d()
    full = pack_bytes(site)

    found = site.admin_json("gc", "--dry-run")
    assert found["garbage_bytes"] >= 18 * MIB and found["deleted_chunks"] == 0
    assert pack_bytes(site) == full
    site.start_s3d()  # a collection needs no daemon and minds none
    report = site.admin_json("gc", "--run")

    assert report["deleted_chunks"] == found["garbage_chunks"] and report["problems"] == 0
    assert report["freed_bytes"] >= 0.95 * full
    assert pack_bytes(site) < 0.55 * full
    assert site.admin_json("gc", "--dry-run")["garbage_chunks"] == 0
    check(site.client(), "bucket", bodies)


def test_the_daemon_collects_by_itself(new_site):
    site = new_site(settings=GC_OFTEN)
    site.start_s3d()
    s3 = site.client()
    bodies = fill(s3, "bucket", 8)
    site.stop_s3d()  # seals the pack
    full = pack_bytes(site)
    site.start_s3d()
    for key in list(bodies)[2:]:
        s3.delete_object(Bucket="bucket", Key=key)
        del bodies[key]

    wait_until(lambda: pack_bytes(site) < 0.4 * full, seconds=120, what="the collection")
    check(s3, "bucket", bodies)


def test_a_collection_wants_to_be_told_which_kind(site):
    for arguments in ((), ("--run", "--dry-run")):
        refused = site.run_admin("gc", *arguments)
        assert refused.returncode == 2 and "--dry-run or --run" in refused.stderr

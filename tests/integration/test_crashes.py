"""Daemons that are killed under load: what was answered or fsynced is there, the rest is a prefix."""
import signal
import subprocess
import time

import pytest

from crash_load import BUCKET, CollectionLoad, MountLoad, S3Load, TimedMountLoad, digest


@pytest.fixture
def cycles(request):
    return request.config.getoption("--kill-cycles")


def check_objects(site, loads):
    s3 = site.client()
    for load in loads:
        assert load.failure is None
        for key, allowed in load.allowed.items():
            assert object_digest(s3, key) in allowed, key


def object_digest(s3, key):
    try:
        return digest(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_answered_survives_the_end_of_the_daemon(new_site, how, cycles):
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket=BUCKET)
    for cycle in range(cycles):
        loads = [S3Load(site, f"{cycle}-{n}") for n in range(4)]
        for load in loads:
            load.start()
        time.sleep(0.3 + cycle % 4 * 0.2)
        site.stop_s3d(how)
        for load in loads:
            load.join()
        assert sum(load.answered for load in loads) > 0
        site.start_s3d()
        check_objects(site, loads)


@pytest.mark.fuse
def test_both_daemons_killed_under_a_mixed_load_lose_nothing(new_site, cycles):
    """In turn both at once, s3d under the mount, and the mount beside s3d, while garbage is
    collected by the daemons and beside them: and the collection is killed with them."""
    site = new_site(settings="gc:\n  interval_seconds: 10\n  dead_percent: 1\n")
    site.start_s3d()
    site.client().create_bucket(Bucket=BUCKET)
    site.start_fuse()
    answered = fsynced = done = kept = collected = freed = 0
    earlier = []
    for cycle in range(cycles):
        folder = site.mount_point / BUCKET / f"cycle{cycle}"
        folder.mkdir()
        mount_load = MountLoad(folder, cycle)
        s3_loads = [S3Load(site, f"s3-{cycle}-{n}") for n in range(3)]
        collections = CollectionLoad(site)
        for load in [mount_load, *s3_loads, collections]:
            load.start()
        time.sleep(0.5 + cycle % 4 * 0.3)
        if cycle % 3 != 2:
            site.stop_s3d(signal.SIGKILL)
        if cycle % 3 != 1:
            site.stop_fuse(signal.SIGKILL)
        collections.kill()
        # What still runs is ended in order, so that every load comes to an end.
        time.sleep(0.3)
        site.stop_fuse()
        site.stop_s3d()
        for load in [mount_load, *s3_loads, collections]:
            load.join()
        assert collections.failure is None
        site.start_s3d()
        site.start_fuse()
        check_objects(site, s3_loads)
        kept += mount_load.prefix_length()
        # What is garbage by now goes; everything else stays, also that of earlier cycles.
        report = site.admin_json("gc", "--run")
        earlier += s3_loads
        check_objects(site, earlier)
        mount_load.prefix_length()
        collected += collections.finished
        freed += collections.freed + report["freed_bytes"]
        answered += sum(load.answered for load in s3_loads)
        fsynced += mount_load.fsynced
        done += len(mount_load.history)
    print(f"{cycles} cycles: {answered} calls answered, {done} steps in the mount, "
          f"{fsynced} covered by an fsync, {kept} found; "
          f"{collected} collections ended, {freed} bytes freed")
    assert answered > 0 and fsynced > 0 and freed > 0


@pytest.mark.fuse
def test_the_mount_killed_alone_keeps_a_prefix_of_what_was_done(new_site, cycles):
    """Two programs change it, in every other cycle without an fsync. Prints how long before the end
    the oldest lost step was answered."""
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket=BUCKET)
    site.start_fuse()
    kept = done = fsynced = 0
    behind = []
    for cycle in range(cycles):
        loads = [TimedMountLoad(site.mount_point / BUCKET / f"cycle{cycle}-{n}", cycle * 2 + n,
                                fsync_share=0.2 if cycle % 2 else 0)
                 for n in range(2)]
        for load in loads:
            load.folder.mkdir()
            load.start()
        time.sleep(0.2 + cycle % 5 * 0.2)
        killed = time.monotonic()
        site.stop_fuse(signal.SIGKILL)
        for load in loads:
            load.join()
        site.start_fuse()
        for load in loads:
            length = load.prefix_length()
            kept, done = kept + length, done + len(load.history)
            fsynced += load.fsynced
            behind.append(load.seconds_lost(length, killed))
        if cycle % 10 == 9:  # the mount lists what is there, so keep that short
            subprocess.run(["rm", "-rf", *(site.mount_point / BUCKET).iterdir()], check=True)
    print(f"{cycles} kills: {done} steps in the mount, {fsynced} covered by an fsync, {kept} found; "
          f"at most {max(behind):.2f} s behind")
    assert fsynced > 0

"""Daemons that are killed under load: what was answered or fsynced is there, the rest is a prefix."""
import signal
import time

import pytest

from crash_load import BUCKET, MountLoad, S3Load, digest


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
    """In turn both at once, s3d under the mount, and the mount beside s3d."""
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket=BUCKET)
    site.start_fuse()
    answered = fsynced = done = kept = 0
    for cycle in range(cycles):
        folder = site.mount_point / BUCKET / f"cycle{cycle}"
        folder.mkdir()
        mount_load = MountLoad(folder, cycle)
        s3_loads = [S3Load(site, f"s3-{cycle}-{n}") for n in range(3)]
        for load in [mount_load, *s3_loads]:
            load.start()
        time.sleep(0.5 + cycle % 4 * 0.3)
        if cycle % 3 != 2:
            site.stop_s3d(signal.SIGKILL)
        if cycle % 3 != 1:
            site.stop_fuse(signal.SIGKILL)
        # What still runs is ended in order, so that every load comes to an end.
        time.sleep(0.3)
        site.stop_fuse()
        site.stop_s3d()
        for load in [mount_load, *s3_loads]:
            load.join()
        site.start_s3d()
        site.start_fuse()
        check_objects(site, s3_loads)
        kept += mount_load.prefix_length()
        answered += sum(load.answered for load in s3_loads)
        fsynced += mount_load.fsynced
        done += len(mount_load.history)
    print(f"{cycles} cycles: {answered} puts answered, {done} steps in the mount, "
          f"{fsynced} covered by an fsync, {kept} found")
    assert answered > 0 and fsynced > 0

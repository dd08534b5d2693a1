"""The mount when there is too much to do: memory stays bounded, and errors reach who has to know."""
import concurrent.futures
import errno
import fcntl
import hashlib
import os
import random
import signal
import struct
import subprocess
import threading
import time

import pytest

MIB = 1 << 20
WRITERS = 100
F_OFD_SETLKW = 38


def memory_of(process, field="VmHWM"):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field + ":"))


@pytest.fixture
def small_site(new_site):
    """A mount that may hold 16 MiB of unpublished data."""
    site = new_site(settings=f"fuse:\n  dirty_limit_bytes: {16 * MIB}\n")
    site.start_s3d()
    site.client().create_bucket(Bucket="bbb")
    site.start_fuse()
    return site


def write_at_random(path, seed, pieces, sync_every=0):
    """Blocks in random order, so that none of them is part of a stream; returns the digest."""
    dice = random.Random(seed)
    body = [dice.randbytes(64 * 1024) for _ in range(pieces)]
    order = list(range(pieces))
    dice.shuffle(order)
    file = os.open(path, os.O_CREAT | os.O_RDWR)
    for count, place in enumerate(order):
        os.pwrite(file, body[place], place * 64 * 1024)
        if sync_every and count % sync_every == 0:
            os.fsync(file)
    os.close(file)
    return hashlib.sha256(b"".join(body)).hexdigest()


def write_all(folder, pieces, sync_every=0):
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(lambda n: write_at_random(folder / f"f{n}", n, pieces, sync_every),
                             range(WRITERS)))


def check_all(folder, digests):
    for number, digest in enumerate(digests):
        assert hashlib.sha256((folder / f"f{number}").read_bytes()).hexdigest() == digest, number


def test_a_hundred_writers_share_the_budget(small_site):
    """100 files of 2.5 MiB, all open at once, are fifteen times the budget."""
    folder = small_site.mount_point / "bbb"
    idle = memory_of(small_site.fuse)
    digests = write_all(folder, 40)
    # Beside the budget: what is on its way to the packs, and a request of each thread.
    assert memory_of(small_site.fuse) - idle < 200 * MIB
    check_all(folder, digests)


def test_a_storm_of_fsyncs_is_answered_and_kept(small_site):
    folder = small_site.mount_point / "bbb"
    digests = write_all(folder, 4, sync_every=1)
    for number in range(WRITERS):
        file = os.open(folder / f"f{number}", os.O_RDONLY)
        os.fsync(file)
        os.close(file)
    small_site.stop_fuse(signal.SIGKILL)
    small_site.start_fuse()
    check_all(folder, digests)


class StoppedDisk:
    """No commit gets through: somebody else has the catalog's lock, byte 0 of STORE."""

    def __init__(self, site):
        self.file = os.open(site.store / "STORE", os.O_RDWR)

    def __enter__(self):
        fcntl.fcntl(self.file, F_OFD_SETLKW, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))
        return self

    def __exit__(self, *_):
        os.close(self.file)


def test_a_disk_that_takes_nothing_for_a_while_fills_no_memory(small_site):
    folder = small_site.mount_point / "bbb"
    idle = memory_of(small_site.fuse)
    digests = []
    writing = threading.Thread(target=lambda: digests.extend(write_all(folder, 40)))
    with StoppedDisk(small_site):
        writing.start()
        held, before = 0, -1
        while held != before:  # until whatever can be filled is full
            before = held
            time.sleep(2)
            held = memory_of(small_site.fuse) - idle
    writing.join(timeout=120)
    assert held < 200 * MIB and len(digests) == WRITERS
    check_all(folder, digests)


@pytest.fixture
def full_site(new_site, tmp_path):
    """A mounted store on a disk of 100 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", disk], check=True)
    site = new_site()
    site.config.write_text(site.config.read_text().replace(str(site.store), str(disk / "store")))
    site.key_file.unlink()
    site.store = disk / "store"
    site.admin("init", "--master-key-file", str(site.key_file))
    site.access_key, site.secret_key = site.add_user("main")
    site.start_s3d()
    site.client().create_bucket(Bucket="bbb")
    site.start_fuse()
    yield site
    site.stop()
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_told_to_the_writer_and_nothing_else_is_lost(full_site):
    folder = full_site.mount_point / "bbb"
    kept, refused = {}, None
    for number in range(40):
        body = random.Random(number).randbytes(4 * MIB)
        try:
            with open(folder / f"f{number}", "wb", buffering=0) as file:
                file.write(body)
                os.fsync(file.fileno())
            kept[f"f{number}"] = body
        except OSError as error:
            refused = error.errno
            break
    assert refused in (errno.ENOSPC, errno.EIO) and len(kept) > 3
    for name, body in kept.items():
        assert (folder / name).read_bytes() == body
    full_site.stop_fuse()
    full_site.start_fuse()
    for name, body in kept.items():
        assert (folder / name).read_bytes() == body
    (folder / "f0").unlink()  # a disk without room still lets things go
    assert not (folder / "f0").exists()

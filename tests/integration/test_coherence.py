"""Both faces at once: what one has answered the other shows, whoever is slow, stopped or killed.

--coherence-rounds makes the loops as long as one likes.
"""
import os
import signal
import subprocess
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

LEASE = 10  # seconds that an S3 write waits for a mount at most


@pytest.fixture
def rounds(request):
    return request.config.getoption("--coherence-rounds")


@pytest.fixture
def own_site(new_site):
    """A store of its own, mounted, with a bucket."""
    site = new_site()
    site.start_s3d()
    site.client().create_bucket(Bucket="bbb")
    site.start_fuse()
    return site


def body_of(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.mark.parametrize("versioning", ["Disabled", "Enabled"])
def test_no_face_is_ever_behind_the_other(s3, bucket, mount, rounds, versioning):
    """Each object is written over S3 and read in the mount, then the other way around; names come and
    go, and sizes and places change."""
    if versioning == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning})
    (mount / "d").mkdir()
    for number in range(rounds):
        key = f"{'d/' if number % 2 else ''}k{number % 7}"
        body = b"%d " % number * (number * 37 % 1500 + 1)
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        assert (mount / key).stat().st_size == len(body)
        assert (mount / key).read_bytes() == body
        with open(mount / key, "wb" if number % 3 else "r+b") as file:
            file.write(b"mount" + body)
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["ContentLength"] == len(body) + 5
        assert body_of(s3, bucket, key) == b"mount" + body
        if number % 5 == 0:
            os.rename(mount / key, mount / "moved")
            assert body_of(s3, bucket, "moved") == b"mount" + body
            s3.delete_object(Bucket=bucket, Key="moved")
            assert not (mount / "moved").exists()
        if number % 5 == 1:
            (mount / key).unlink()
            with pytest.raises(ClientError):
                s3.head_object(Bucket=bucket, Key=key)
        if number % 50 == 0:
            listed = {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
                      if not entry["Key"].endswith("/")}
            assert listed == {str(path.relative_to(mount)) for path in mount.rglob("*") if path.is_file()}


def test_of_two_exclusive_creations_one_wins(site, bucket, mount, rounds):
    """O_EXCL in the mount against If-None-Match over S3, let go at the same moment."""
    s3 = site.client()
    start, end = threading.Barrier(2), threading.Barrier(2)
    over_s3 = []

    def race_over_s3():
        for number in range(rounds):
            start.wait()
            try:
                s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"S3", IfNoneMatch="*")
                over_s3.append(True)
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412
                over_s3.append(False)
            end.wait()

    racer = threading.Thread(target=race_over_s3, daemon=True)
    racer.start()
    wins = 0
    for number in range(rounds):
        start.wait(timeout=60)
        if number % 2:
            time.sleep(number % 5 * 0.0005)  # a request over S3 takes a while to arrive
        try:
            file = os.open(mount / f"k{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            os.write(file, b"mount")
            os.close(file)
            in_mount = True
        except FileExistsError:
            in_mount = False
        end.wait(timeout=60)
        assert in_mount != over_s3[number], f"round {number}: {in_mount} and {over_s3[number]}"
        expected = b"mount" if in_mount else b"S3"
        assert (mount / f"k{number}").read_bytes() == body_of(s3, bucket, f"k{number}") == expected
        wins += in_mount
    racer.join(timeout=60)
    print(f"{rounds} races, {wins} won by the mount")


def start_and_join(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def timed(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


def test_a_stopped_mount_delays_writers_by_a_lease_and_is_never_stale(own_site, rounds):
    s3, folder = own_site.client(read_timeout=120), own_site.mount_point / "bbb"
    for number in range(20):
        s3.put_object(Bucket="bbb", Key=f"k{number}", Body=b"old")
        assert (folder / f"k{number}").read_bytes() == b"old"  # the kernel knows it now
    own_site.fuse.send_signal(signal.SIGSTOP)
    try:
        def put(number):
            s3.put_object(Bucket="bbb", Key=f"k{number}", Body=b"new body")

        changed = 2 if rounds < 1000 else 20
        putting = [threading.Thread(target=put, args=(number,)) for number in range(2)]
        assert timed(lambda: start_and_join(putting)) < LEASE + 5
        if rounds >= 1000:
            assert timed(lambda: put(2)) < LEASE + 5
            rest = timed(lambda: [put(number) for number in range(3, 20)])
            assert rest < LEASE, "nobody waits for a mount that has been stopped for two leases"
        assert body_of(s3, "bbb", "k1") == b"new body"
    finally:
        own_site.fuse.send_signal(signal.SIGCONT)
    for number in range(changed):
        assert (folder / f"k{number}").stat().st_size == 8
        assert (folder / f"k{number}").read_bytes() == b"new body"
    # It has caught up: writers wait for it again, which takes no time.
    for number in range(20):
        s3.put_object(Bucket="bbb", Key=f"k{number}", Body=b"newest")
        assert (folder / f"k{number}").read_bytes() == b"newest"


class Puts(threading.Thread):
    """Puts k0, k1, ... until an error; remembers what was answered."""

    def __init__(self, site):
        super().__init__()
        self.s3, self.answered, self.is_over = site.client(read_timeout=60), 0, threading.Event()

    def run(self):
        try:
            while not self.is_over.is_set():
                self.s3.put_object(Bucket="bbb", Key=f"s3/k{self.answered}", Body=b"%d" % self.answered)
                self.answered += 1
        except (BotoCoreError, ClientError):
            pass


def test_the_mount_goes_on_when_s3d_is_killed_and_comes_back(own_site):
    folder = own_site.mount_point / "bbb"
    for cycle in range(2):
        puts = Puts(own_site)
        puts.start()
        made = 0
        while puts.answered < 30:
            (folder / f"m{cycle}-{made}").write_bytes(b"mount")
            made += 1
        own_site.stop_s3d(signal.SIGKILL)
        puts.join()
        began = time.monotonic()
        for number in range(20):
            (folder / f"after{cycle}-{number}").write_bytes(b"mount")
        assert time.monotonic() - began < 20, "the dead process's intents count"
        for number in range(puts.answered):
            assert (folder / "s3" / f"k{number}").read_bytes() == b"%d" % number
        own_site.start_s3d()
        s3 = own_site.client()
        for number in range(20):
            assert body_of(s3, "bbb", f"after{cycle}-{number}") == b"mount"
        subprocess.run(["rm", "-r", folder / "s3"], check=True)


def test_s3_goes_on_when_the_mount_is_killed_and_comes_back(own_site):
    folder, s3 = own_site.mount_point / "bbb", own_site.client()
    for cycle in range(3):
        (folder / f"synced{cycle}").write_bytes(b"synced")
        file = os.open(folder / f"synced{cycle}", os.O_RDONLY)
        os.fsync(file)
        os.close(file)
        for number in range(100):
            (folder / f"m{cycle}-{number}").write_bytes(b"mount")
        own_site.stop_fuse(signal.SIGKILL)
        assert timed(lambda: s3.put_object(Bucket="bbb", Key="k", Body=b"%d" % cycle)) < LEASE
        assert body_of(s3, "bbb", f"synced{cycle}") == b"synced"
        present = [entry["Key"] for entry in s3.list_objects_v2(Bucket="bbb", Prefix=f"m{cycle}-")["Contents"]]
        assert {f"m{cycle}-{number}" for number in range(len(present))} == set(present), "a prefix"
        own_site.start_fuse()
        assert (folder / "k").read_bytes() == b"%d" % cycle
        assert sorted(name for name in os.listdir(folder) if name.startswith(f"m{cycle}-")) == sorted(present)


def test_a_stopped_s3d_blocks_nothing_for_good(own_site):
    """Stopped in the middle of its writes it may hold locks: whatever waits goes on with it."""
    folder = own_site.mount_point / "bbb"
    puts = Puts(own_site)
    puts.start()
    for cycle in range(3):
        before = puts.answered
        while puts.answered < before + 5:
            time.sleep(0.001)
        own_site.s3d.send_signal(signal.SIGSTOP)
        done = threading.Event()

        def work(cycle=cycle, done=done):
            (folder / f"stopped{cycle}").write_bytes(b"mount")
            done.set()

        threading.Thread(target=work, daemon=True).start()
        done.wait(timeout=1)
        own_site.s3d.send_signal(signal.SIGCONT)
        assert done.wait(timeout=60)
    puts.is_over.set()
    puts.join()
    s3 = own_site.client()
    for number in range(puts.answered):
        assert (folder / "s3" / f"k{number}").read_bytes() == b"%d" % number
    for cycle in range(3):
        assert body_of(s3, "bbb", f"stopped{cycle}") == b"mount"

#!/usr/bin/env python3
"""Both faces of a store at once, for as long as one likes: what one has answered the other shows.

Two kinds of lanes, each a process of its own, half of them on a bucket with versioning:

  rounds  an object is put over S3 and read in the mount, then written and closed in the mount and
          got over S3: each must show what was answered just before
  races   O_EXCL in the mount against If-None-Match: * over S3, on one key, let go together: exactly
          one of them wins, and both faces show what it wrote

Any difference ends the run with status 1. The seed chooses keys, sizes and pauses.
"""
import argparse
import http.client
import multiprocessing
import os
import pathlib
import random
import socket
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from support import Site  # noqa: E402  (after the path is known)

BUCKETS = {"plain": "Disabled", "kept": "Enabled"}
FORK = multiprocessing.get_context("fork")  # a lane inherits the site
KEYS = 20  # of each lane of rounds
SIZES = [1, 200, 4096, 5000, 70_000]


class Requests:
    """One connection to the endpoint; URLs are signed beforehand, which takes longer than asking."""

    def __init__(self, site, bucket):
        self.site, self.bucket, self.client = site, bucket, site.client()
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def sign(self, call, key):
        words = {"Bucket": self.bucket, "Key": key}
        url = self.client.generate_presigned_url(call, Params=words, ExpiresIn=86400)
        return url[len(self.site.endpoint):]

    def ask(self, method, target, body=None, **headers):
        self.connection.request(method, target, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class Lane:
    """Goes around until the time is over; `done` counts, `wins` those that the mount won."""

    def __init__(self, site, bucket, name, seed, until):
        self.folder = site.mount_point / bucket / name
        self.name, self.until, self.dice = name, until, random.Random(f"{seed} {name}")
        self.requests = Requests(site, bucket)
        self.done = self.wins = 0

    def run(self):
        self.folder.mkdir()
        self.begin()
        while time.monotonic() < self.until:
            self.step()
            self.done += 1


class Rounds(Lane):
    def begin(self):
        self.keys = [f"{self.name}/k{number}" for number in range(KEYS)]
        self.puts = [self.requests.sign("put_object", key) for key in self.keys]
        self.gets = [self.requests.sign("get_object", key) for key in self.keys]

    def step(self):
        place = self.dice.randrange(KEYS)
        path = self.folder / f"k{place}"
        body = self.make_body()
        status, answer = self.requests.ask("PUT", self.puts[place], body)
        assert status == 200, answer
        assert path.stat().st_size == len(body), f"{path}: stale size in the mount"
        assert path.read_bytes() == body, f"{path}: stale bytes in the mount"
        body = self.write(path, body)
        status, answer = self.requests.ask("GET", self.gets[place])
        assert status == 200, answer
        assert answer == body, f"{path}: stale bytes over S3"

    def make_body(self):
        word = b"%s %d " % (self.name.encode(), self.done)
        return (word * (self.dice.choice(SIZES) // len(word) + 1))

    def write(self, path, before):
        """In the ways in which programs do; returns what the file has then."""
        how, body = self.dice.randrange(4), b"mount " + self.make_body()
        if how == 0:
            path.write_bytes(body)
        elif how == 1:
            with open(path, "ab") as file:
                file.write(body)
            body = before + body
        elif how == 2:
            with open(path, "r+b") as file:
                file.write(body)
            body += before[len(body):]
        else:
            beside = path.with_suffix(".new")
            beside.write_bytes(body)
            os.rename(beside, path)
        return body


class Races(Lane):
    """Two threads, let go by a barrier and held by another until both have their answer."""

    def begin(self):
        self.start, self.end = threading.Barrier(2), threading.Barrier(2)
        self.put, self.over_s3 = None, None
        threading.Thread(target=self.race_over_s3, daemon=True).start()

    def race_over_s3(self):
        while True:
            self.start.wait()
            headers = {"If-None-Match": "*"}
            status, answer = self.requests.ask("PUT", self.put, b"S3", **headers)
            self.over_s3 = {200: True, 412: False}.get(status, answer)
            self.end.wait()

    def step(self):
        key = f"{self.name}/r{self.done}"
        path = self.folder / f"r{self.done}"
        self.put = self.requests.sign("put_object", key)
        get = self.requests.sign("get_object", key)
        pause = self.dice.choice([0, 0, 0.0002, 0.0005, 0.001, 0.002])  # a request takes a while
        self.start.wait(timeout=120)
        time.sleep(pause)
        in_mount = self.create(path)
        self.end.wait(timeout=120)
        assert self.over_s3 in (True, False), self.over_s3
        assert in_mount != self.over_s3, f"{path}: mount {in_mount}, S3 {self.over_s3}"
        expected = b"mount" if in_mount else b"S3"
        assert path.read_bytes() == expected, path
        assert self.requests.ask("GET", get) == (200, expected), path
        self.wins += in_mount
        path.unlink()

    @staticmethod
    def create(path):
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        os.write(file, b"mount")
        os.close(file)
        return True


def run_lane(site, kind, number, seed, until, results):
    bucket = list(BUCKETS)[number % len(BUCKETS)]
    lane, trouble = None, None
    try:
        lane = kind(site, bucket, f"{kind.__name__.lower()}{number}", seed, until)
        lane.run()
    except (AssertionError, OSError, http.client.HTTPException, threading.BrokenBarrierError) as error:
        trouble = f"{kind.__name__} {number}: {error!r}"
    results.put((kind.__name__, lane.done if lane else 0, lane.wins if lane else 0, trouble))


def run_lanes(site, kind, lanes, minutes, seed):
    """Whether every lane came to its end."""
    results = FORK.Queue()
    began = time.monotonic()
    running = [FORK.Process(target=run_lane, args=(
        site, kind, number, seed, began + minutes * 60, results)) for number in range(lanes)]
    for process in running:
        process.start()
    ended = [results.get(timeout=minutes * 60 + 600) for _ in running]
    for process in running:
        process.join()
    done, wins = sum(lane[1] for lane in ended), sum(lane[2] for lane in ended)
    won = f", {wins} won by the mount" if kind is Races else ""
    print(f"{done} {kind.__name__.lower()} in {time.monotonic() - began:.0f} s by {lanes} lanes{won}",
          flush=True)
    troubles = [lane[3] for lane in ended if lane[3]]
    for trouble in troubles:
        print("FAILED", trouble)
    return done > 0 and not troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=float, default=1, metavar="MINUTES")
    parser.add_argument("--races", type=float, default=1, metavar="MINUTES")
    parser.add_argument("--lanes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    options = parser.parse_args()
    print("seed", options.seed, flush=True)
    passed = []
    with tempfile.TemporaryDirectory() as scratch:
        site = Site(options.build.resolve(), pathlib.Path(scratch) / "site")
        try:
            site.start_s3d()
            site.start_fuse()
            for bucket, status in BUCKETS.items():
                site.client().create_bucket(Bucket=bucket)
                if status == "Enabled":
                    site.client().put_bucket_versioning(
                        Bucket=bucket, VersioningConfiguration={"Status": status})
            for kind, minutes in ((Rounds, options.rounds), (Races, options.races)):
                if minutes:
                    passed.append(run_lanes(site, kind, options.lanes, minutes, options.seed))
        finally:
            site.stop()
    sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()

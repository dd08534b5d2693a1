"""Random calls on the mount and on a local folder: same results, same errors, same trees.

ALEXANDER_TEST_SEED replays a run, ALEXANDER_TEST_CALLS sets its length.
"""
import os
import random
import signal

import pytest

from differential_calls import Folder, tree
from differential_plan import Plan
from differential_s3 import LocalS3, RealS3

CALLS = int(os.environ.get("ALEXANDER_TEST_CALLS", "1000"))
TREES_EVERY = 100
RESTART_EVERY = 400
S3_SHARE = 0.08


@pytest.fixture
def seed():
    number = int(os.environ.get("ALEXANDER_TEST_SEED", "0")) or random.randrange(2**32)
    print("seed", number)
    return number


def has_writeback_cache():
    """With it all is data for SEEK_DATA, holes too."""
    return os.environ.get("ALEXANDER_FUSE_WRITEBACK_CACHE") == "true"


def paths_of(call):
    """What the call may have changed: its paths and the folders that they are in."""
    name, *words = call
    paths = [word for word in words if isinstance(word, str)]
    if name in ("setxattr", "removexattr", "symlink"):
        paths = paths[:1] if name != "symlink" else paths[1:]
    return sorted({*paths, *(os.path.dirname(path) for path in paths)})


def shorten(call):
    words = (f"<{len(word)} bytes>" if isinstance(word, bytes) else word for word in call)
    return tuple(word.replace("f" * 255, "F") if isinstance(word, str) else word for word in words)


class Pair:
    """The mount and the reference, always given the same calls."""

    def __init__(self, mount, reference):
        self.mount = Folder(mount, has_exact_blocks=not has_writeback_cache())
        self.reference = Folder(reference)
        self.log = []
        for folder in (mount, reference):
            os.chmod(folder, 0o777)

    def run(self, user, call):
        expected = self.reference.run(call, user)
        self.log.append((user, call))
        found = self.mount.run(call, user)
        assert found == expected, self.story(found, expected)
        self.same_status(paths_of(call))

    def same_status(self, paths):
        for path in paths:
            expected, found = (side.run(("stat", path)) for side in (self.reference, self.mount))
            assert found == expected, self.story(shorten(("stat", path)), found, expected)

    def story(self, *more):
        return "\n".join(f"{user} {shorten(call)}" for user, call in self.log[-80:]) + f"\n{more}"

    def compare_trees(self):
        found, expected = tree(self.mount.root), tree(self.reference.root)
        assert found.keys() == expected.keys(), self.story()
        for path, entry in expected.items():
            assert found[path] == entry, self.story(path, found[path], entry)

    def close(self):
        self.log.append((0, ("close_all",)))
        self.mount.close_all()
        self.reference.close_all()


@pytest.fixture
def pair(mount, tmp_path):
    reference = tmp_path / "reference"
    reference.mkdir()
    both = Pair(mount, reference)
    mask = os.umask(0o022)
    yield both
    os.umask(mask)
    both.close()


def is_too_long(key):
    """The mount has longer paths than S3 has keys: they are listed, no more."""
    return len(os.fsencode(key)) > 1024


class BothFaces:
    """S3 on the bucket and on the reference."""

    def __init__(self, pair, client, bucket):
        self.pair = pair
        self.real, self.local = RealS3(client, bucket), LocalS3(pair.reference.root)

    def run(self, call):
        name, *arguments = call
        if name == "get" and self.is_written(arguments[0]):
            return  # S3 sees it when it is closed
        if name == "copy" and self.is_written(arguments[0]):
            return
        if any(is_too_long(key) for key in arguments if isinstance(key, str)):
            return
        self.pair.log.append(("S3", call))
        self.local.note_touched()
        expected = getattr(self.local, name)(*arguments)
        found = getattr(self.real, name)(*arguments)
        assert found == expected, self.pair.story(found, expected)
        self.pair.same_status(sorted({arguments[-1] if name == "copy" else arguments[0],
                                      os.path.dirname(arguments[0])}))

    def is_written(self, key):
        path = self.local.full(key)
        return os.path.exists(path) and any(
            os.path.samestat(os.fstat(file), os.stat(path))
            for file in self.pair.reference.files.values())

    def compare(self):
        assert sorted(self.real.keys()) == self.local.keys()
        for key in self.local.keys():
            if is_too_long(key):
                continue
            assert self.real.get(key) == self.local.get(key), self.pair.story(key)


def restart(site, pair, how):
    """What fsync of a folder has promised is there after a crash, too."""
    pair.log.append((0, ("restart", how.name)))
    folder = os.open(pair.mount.root, os.O_DIRECTORY)
    os.fsync(folder)
    os.close(folder)
    site.stop_fuse(how)
    site.start_fuse()


@pytest.mark.parametrize("versioning", ["Disabled", "Enabled"])
def test_calls_do_what_they_do_on_a_local_disk(pair, seed, s3, bucket, versioning, mounted_site):
    if versioning == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning})
    dice = random.Random(seed)
    plan = Plan(dice, pair.reference)
    faces = BothFaces(pair, s3, bucket)
    for number in range(CALLS):
        if number % 100 == 0:
            os.umask(dice.choice([0o022, 0o077, 0o002, 0]))
        if dice.random() < S3_SHARE:
            faces.run(plan.draw_s3())
        else:
            pair.run(*plan.draw())
        if number % TREES_EVERY == TREES_EVERY - 1:
            pair.compare_trees()
        if number % RESTART_EVERY == RESTART_EVERY - 1:
            pair.close()
            faces.compare()
            restart(mounted_site, pair, dice.choice([signal.SIGTERM, signal.SIGKILL]))
            pair.compare_trees()
    pair.compare_trees()
    pair.close()
    faces.compare()

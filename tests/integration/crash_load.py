"""Loads that remember what they were answered, for tests that kill daemons under them."""
import hashlib
import json
import os
import random
import subprocess
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "bbb"
SIZES = [10, 900, 5_000, 400_000]

# Bodies that come again and again, from everywhere: what one deletes another stores anew. None is longer
# than the kernel hands over in one request: a step of the mount happens or does not.
SHARED = [random.Random(size).randbytes(size) for size in (700, 5_000, 300_000, 900_000)]


def digest(body):
    return hashlib.md5(body).hexdigest()


def make_body(dice):
    return dice.choice(SHARED) if dice.random() < 0.3 else dice.randbytes(dice.choice(SIZES))


class S3Load(threading.Thread):
    """Puts, copies and deletes objects until the daemon is gone. `allowed` maps a key to the digests
    it may have, None for no object: the one that was answered last and, for the last call, the one
    whose answer never came."""

    def __init__(self, site, name):
        super().__init__(name=name)
        self.site, self.allowed, self.answered, self.failure = site, {}, 0, None

    def run(self):
        s3 = self.site.client(connect_timeout=5, read_timeout=60)
        dice = random.Random(self.name)
        while self.step(s3, f"{self.name}/{self.answered % 40}", dice):
            self.answered += 1

    def step(self, s3, key, dice):
        act = dice.random()
        source = dice.choice(list(self.allowed) or [key])
        found = self.allowed.get(source, {None})
        if act < 0.2:
            return self.call(key, None, lambda: s3.delete_object(Bucket=BUCKET, Key=key))
        if act < 0.4 and source != key and found != {None}:
            return self.call(key, *found, lambda: s3.copy_object(
                Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": source}))
        body = make_body(dice)
        return self.call(key, digest(body),
                         lambda: s3.put_object(Bucket=BUCKET, Key=key, Body=body))

    def call(self, key, result, act):
        before = self.allowed.get(key, {None})
        self.allowed[key] = before | {result}
        try:
            act()
        except ClientError as error:
            # An answered error is one too many, unless it is the stopping daemon's farewell.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 503:
                self.failure = error
            return False
        except (BotoCoreError, OSError):
            return False
        self.allowed[key] = {result}
        return True


class CollectionLoad(threading.Thread):
    """Collects garbage over and over, in a process of its own each time, until stopped."""

    def __init__(self, site):
        super().__init__(name="collections")
        self.site, self.finished, self.freed, self.failure = site, 0, 0, None
        self.process, self.is_over = None, threading.Event()

    def run(self):
        while not self.is_over.is_set():
            self.process = subprocess.Popen(
                [self.site.program("alexander-admin"), "--config", str(self.site.config), "--json",
                 "--gc.dead_percent=1", "gc", "--run"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            answer, trouble = self.process.communicate()
            if self.process.returncode == 0:
                report = json.loads(answer)
                self.finished += 1
                self.freed += report["freed_bytes"]
            elif self.process.returncode > 0 and "is running already" not in trouble:
                self.failure = trouble

    def kill(self):
        """Ends the load, in the middle of a collection."""
        self.is_over.set()
        if self.process:
            self.process.kill()


class MountLoad(threading.Thread):
    """Changes a folder of the mount until the daemon is gone, and records what it did in order:
    each step when it is about to be done, and after each fsync how many were."""

    def __init__(self, folder, seed, fsync_share=0.2):
        super().__init__(name="mount load")
        self.folder, self.dice, self.fsync_share = folder, random.Random(seed), fsync_share
        self.history, self.fsynced = [], 0
        self.living, self.folders = [], [""]

    def run(self):
        try:
            for number in range(1_000_000):
                self.step(number)
        except OSError:
            pass  # the daemon is gone: the step may have happened or not

    def step(self, number):
        act = self.dice.choice([self.write] * 6 + [self.append, self.rename, self.remove, self.mkdir])
        if not self.living:
            act = self.write
        act(number)

    def write(self, number):
        path = f"{self.dice.choice(self.folders)}f{number}"
        body = make_body(self.dice)
        self.history.append(("write", path, b""))
        with open(self.folder / path, "wb") as file:
            file.write(body)
            self.history.append(("write", path, body))
            self.living.append(path)
            if self.dice.random() < self.fsync_share:
                file.flush()
                os.fsync(file.fileno())
                self.fsynced = len(self.history)

    def append(self, _number):
        path = self.dice.choice(self.living)
        body = (self.folder / path).read_bytes() + b"more"
        self.history.append(("write", path, body))
        with open(self.folder / path, "ab") as file:
            file.write(b"more")

    def rename(self, number):
        place = self.dice.randrange(len(self.living))
        path = f"{self.dice.choice(self.folders)}r{number}"
        self.history.append(("rename", self.living[place], path))
        os.rename(self.folder / self.living[place], self.folder / path)
        self.living[place] = path

    def remove(self, _number):
        path = self.living.pop(self.dice.randrange(len(self.living)))
        self.history.append(("remove", path, None))
        os.unlink(self.folder / path)

    def mkdir(self, number):
        path = f"{self.dice.choice(self.folders)}d{number}/"
        self.history.append(("mkdir", path, None))
        os.mkdir(self.folder / path)
        self.folders.append(path)

    def prefix_length(self):
        """How many steps the folder shows; fails unless it is exactly what some number of them
        makes, and at least those that an fsync covered."""
        found = found_in(self.folder)
        model = {}
        for count in range(len(self.history) + 1):
            if count >= self.fsynced and model == found:
                return count
            if count < len(self.history):
                apply(model, *self.history[count])
        raise AssertionError(
            f"{self.folder} is no prefix of the {len(self.history)} steps done, {self.fsynced} of "
            f"them fsynced: it has {sorted(set(found.items()) - set(model.items()))} beside, and "
            f"lacks {sorted(set(model.items()) - set(found.items()))} of what all would have made")


class TimedMountLoad(MountLoad):
    """The same, which knows when each step was answered."""

    def __init__(self, folder, seed, fsync_share):
        super().__init__(folder, seed, fsync_share)
        self.answers = []

    def step(self, number):
        super().step(number)
        self.answers.append((len(self.history), time.monotonic()))

    def seconds_lost(self, kept, until):
        """How long before `until` the oldest answered step that is not among the `kept` was answered."""
        return max((until - when for length, when in self.answers if length > kept), default=0)


def apply(model, act, path, argument):
    if act == "write":
        model[path] = digest(argument)
    elif act == "rename":
        model[argument] = model.pop(path)
    elif act == "remove":
        del model[path]
    elif act == "mkdir":
        model[path] = "directory"


def found_in(folder):
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_dir():
            found[name + "/"] = "directory"
        else:
            found[name] = digest(path.read_bytes())
    return found

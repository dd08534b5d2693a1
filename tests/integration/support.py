"""Starts, stops and asks the real programs."""
import itertools
import json
import os
import pathlib
import signal
import socket
import sqlite3
import struct
import subprocess
import time

import boto3
from botocore.config import Config

REGION = "us-east-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=20, what="it"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Site:
    """One store folder with its configuration, users, and the daemons that run on it."""

    def __init__(self, build, folder, settings=""):
        self.build, self.folder = build, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.config = folder / "alexander.yaml"
        self.store = folder / "store"
        self.mount_point = folder / "mount"
        self.key_file = folder / "master.key"
        self.config.write_text(
            f"server:\n  host: 127.0.0.1\n  port: {self.port}\n"
            f"storage:\n  data_dir: {self.store}\n"
            f"auth:\n  encryption_key_file: {self.key_file}\n{settings}")
        self.config.chmod(0o600)
        self.s3d = self.fuse = None
        self.names = itertools.count()
        self.admin("init", "--master-key-file", str(self.key_file))
        self.access_key, self.secret_key = self.add_user("main")
        self.alt_access_key, self.alt_secret_key = self.add_user("alt")

    # programs

    def program(self, name):
        folder = {"alexander-s3d": "s3d", "alexander-fuse": "fuse", "alexander-admin": "admin"}[name]
        return str(self.build / folder / name)

    def run_admin(self, *arguments, **options):
        """Runs alexander-admin and returns the finished process, whatever its status."""
        return subprocess.run([self.program("alexander-admin"), "--config", str(self.config),
                               *arguments], capture_output=True, text=True, timeout=120,
                              check=False, **options)

    def admin(self, *arguments):
        done = self.run_admin(*arguments)
        assert done.returncode == 0, f"alexander-admin {arguments}: {done.stderr}"
        return done.stdout

    def admin_json(self, *arguments):
        return json.loads(self.admin("--json", *arguments))

    def add_user(self, name):
        self.admin("user", "create", name)
        key = self.admin_json("accesskey", "create", "--username", name)
        return key["access_key_id"], key["secret_access_key"]

    def start_s3d(self, *arguments):
        log = open(self.folder / "s3d.log", "ab")
        self.s3d = subprocess.Popen([self.program("alexander-s3d"), "--config", str(self.config),
                                     *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(self.answers, what="the start of alexander-s3d")

    def answers(self):
        assert self.s3d.poll() is None, (self.folder / "s3d.log").read_text()[-2000:]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as probe:
                probe.shutdown(socket.SHUT_WR)
                probe.recv(1)  # or the end: somebody serves it, the kernel alone would accept
                return True
        except ConnectionError:
            return False

    def edit_catalog(self, statement):
        """Runs SQL that no program of ours would. The change stays in the log, so that one of
        ours copies it to the database and gives the pages their checksums."""
        self.run("sqlite3", "-cmd", ".dbconfig no_ckpt_on_close on",
                 self.store / "meta/alexander.db", statement)

    def s3d_memory(self, field):
        """Bytes of a line of /proc/PID/status: VmRSS for now, VmHWM for the most so far."""
        status = pathlib.Path(f"/proc/{self.s3d.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines()
                    if line.startswith(field + ":"))

    def start_fuse(self, *arguments):
        if self.fuse:
            return
        assert os.path.exists("/dev/fuse"), "there is no /dev/fuse (see --no-fuse)"
        if not os.path.ismount(self.mount_point):
            try:
                self.mount_point.mkdir(exist_ok=True)
            except OSError:
                pass  # a dead mount: cleaning it up is the daemon's business
        log = open(self.folder / "fuse.log", "ab")
        self.fuse = subprocess.Popen([self.program("alexander-fuse"), "--config", str(self.config),
                                      "--user", "main", "--foreground", *arguments,
                                      str(self.mount_point)],
                                     stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(self.is_mounted, what="the mount")

    def is_mounted(self):
        assert self.fuse.poll() is None, (self.folder / "fuse.log").read_text()[-2000:]
        return os.path.ismount(self.mount_point)

    def stop_s3d(self, how=signal.SIGTERM):
        self.s3d = self._stop(self.s3d, how)

    def stop_fuse(self, how=signal.SIGTERM):
        self.fuse = self._stop(self.fuse, how)
        if os.path.ismount(self.mount_point) or how == signal.SIGKILL:
            subprocess.run(["umount", "-l", str(self.mount_point)], check=False, capture_output=True)

    @staticmethod
    def _stop(process, how):
        if process and process.poll() is None:
            process.send_signal(how)
            process.wait(timeout=60)
        return None

    def stop(self):
        self.stop_fuse()
        self.stop_s3d()

    # clients

    def client(self, alt=False, **config):
        config.setdefault("s3", {"addressing_style": "path"})
        config.setdefault("retries", {"max_attempts": 1})
        config.setdefault("signature_version", "s3v4")  # presigned URLs too
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name=REGION,
            aws_access_key_id=self.alt_access_key if alt else self.access_key,
            aws_secret_access_key=self.alt_secret_key if alt else self.secret_key,
            config=Config(**config))

    def environment(self):
        """For command-line clients."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return dict(inherited, AWS_ACCESS_KEY_ID=self.access_key,
                    AWS_SECRET_ACCESS_KEY=self.secret_key, AWS_DEFAULT_REGION=REGION,
                    AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                    HOME=str(self.folder), NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")

    def run(self, *command, **options):
        """Runs a client that must succeed; returns what it printed."""
        options.setdefault("env", self.environment())
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=300, check=False, stdin=subprocess.DEVNULL, **options)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def new_bucket_name(self):
        return f"bucket-{next(self.names)}-{os.getpid()}"


def edit_catalog(path, statement):
    """Changes a catalog that nobody has open, as no tool but ours can: with the pages' checksums."""
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()  # copies the log
    pages = bytearray(path.read_bytes())
    for begin in range(0, len(pages), 4096):
        one = two = 0
        for first, second in struct.iter_unpack("<II", pages[begin:begin + 4088]):
            one = (one + first + two) & 0xffffffff
            two = (two + second + one) & 0xffffffff
        pages[begin + 4088:begin + 4096] = struct.pack("<II", one, two)
    path.write_bytes(pages)


def tree_of(folder):
    """Paths below a folder with kind and content, for comparing."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("directory", None)
        elif path.is_file():
            found[name] = ("file", path.read_bytes())
        else:
            found[name] = ("special", path.lstat().st_mode)
    return found

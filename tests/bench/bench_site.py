"""A store with its daemons, and what they are compared with: nginx and passthrough_ll."""
import gzip
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

EXAMPLE = pathlib.Path("/usr/share/doc/libfuse3-dev/examples/passthrough_ll.c")
REGION = "us-east-1"


class Unavailable(Exception):
    """A reference cannot be measured on this machine."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition, process, what, seconds=60):
    """Seconds waited."""
    began = time.monotonic()
    while not condition():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with status {process.returncode}")
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"{what} did not start within {seconds} s")
        time.sleep(0.001)
    return time.monotonic() - began


def stop(process):
    if process and process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=300)


class Daemons:
    """Logs, starts and ends processes that belong to one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}

    def start(self, name, command, ready, **options):
        """Seconds until it was ready."""
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL, **options)
        self.running[name] = process
        return wait_until(ready, process, name)

    def stop(self, name):
        stop(self.running.pop(name, None))

    def stop_all(self):
        for name in list(self.running):
            self.stop(name)


class BenchSite:
    """One store folder; everything that is compared lies beside it, on the same disk."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.daemons = Daemons(folder)
        self.port, self.nginx_port = free_port(), free_port()
        self.config, self.store = folder / "alexander.yaml", folder / "store"
        self.mount_point, self.plain = folder / "mount", folder / "plain"
        self.plain_mount = folder / "plain-mount"
        for made in (self.mount_point, self.plain, self.plain_mount):
            made.mkdir()
        self.config.write_text(
            f"server:\n  host: 127.0.0.1\n  port: {self.port}\n"
            f"storage:\n  data_dir: {self.store}\n"
            f"auth:\n  region: {REGION}\n  encryption_key_file: {folder / 'master.key'}\n")
        self.config.chmod(0o600)
        self.admin("init", "--master-key-file", str(folder / "master.key"))
        self.admin("user", "create", "main")
        key = json.loads(self.admin("--json", "accesskey", "create", "--username", "main"))
        self.environment = dict(os.environ, AWS_ACCESS_KEY_ID=key["access_key_id"],
                                AWS_SECRET_ACCESS_KEY=key["secret_access_key"],
                                AWS_DEFAULT_REGION=REGION)

    def program(self, name):
        return self.build / name.removeprefix("alexander-") / name

    def admin(self, *words):
        return subprocess.run([self.program("alexander-admin"), "--config", self.config, *words],
                              check=True, capture_output=True, text=True).stdout

    def make_bucket(self, name):
        self.admin("bucket", "create", name, "--owner", "main")

    def fill(self, bucket, keys, folders=0):
        self.make_bucket(bucket)
        self.measure_raw("fill_bucket", "--config", self.config, bucket, keys, folders)

    # helpers

    def measure_raw(self, helper, *words):
        done = subprocess.run([str(word) for word in (self.build / "tests/bench" / helper, *words)],
                              env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{helper} {words}: {done.stderr[-1500:]}")
        return done.stdout

    def measure(self, helper, *words):
        return json.loads(self.measure_raw(helper, *words))

    def load(self, mode, connections, span, path, *more, port=None):
        return self.measure("s3_load", mode, port or self.port, connections, span, path, *more)

    def hold(self, connections, path):
        """Opens connections that have each been used once; the process keeps them until its stdin
        ends."""
        process = subprocess.Popen(
            [str(self.build / "tests/bench/s3_load"), "hold", str(self.port), str(connections), "0",
             path], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if not process.stdout.readline():
            raise RuntimeError("s3_load hold failed")
        return process

    # daemons

    def start_s3d(self):
        """Seconds until it listened; 0 if it was running."""
        if "alexander-s3d" in self.daemons.running:
            return 0
        return self.daemons.start("alexander-s3d", [self.program("alexander-s3d"), "--config",
                                                    self.config], lambda: listens(self.port))

    def start_mount(self):
        """Seconds until it was mounted; 0 if it was running."""
        if "alexander-fuse" in self.daemons.running:
            return 0
        return self.daemons.start(
            "alexander-fuse", [self.program("alexander-fuse"), "--config", self.config, "--user",
                               "main", "--foreground", self.mount_point],
            lambda: os.path.ismount(self.mount_point))

    def start_nginx(self, file):
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not nginx:
            raise Unavailable("nginx is not installed")
        served = self.folder / "nginx"
        if not served.exists():
            (served / "www").mkdir(parents=True)
            served.chmod(0o755)
            (served / "nginx.conf").write_text(
                f"worker_processes 2; daemon off; pid {served}/pid; error_log {served}/error;\n"
                "user root;\n"
                "events { worker_connections 2048; }\n"
                "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n"
                f"client_body_temp_path {served}/t1; proxy_temp_path {served}/t2;\n"
                f"fastcgi_temp_path {served}/t3; uwsgi_temp_path {served}/t4;\n"
                f"scgi_temp_path {served}/t5; open_file_cache max=100;\n"
                f"server {{ listen 127.0.0.1:{self.nginx_port}; root {served}/www; }} }}\n")
        shutil.copy(file, served / "www")
        if "nginx" not in self.daemons.running:
            self.daemons.start("nginx", [nginx, "-p", served, "-e", served / "error", "-c",
                                         served / "nginx.conf"], lambda: listens(self.nginx_port))

    def start_passthrough(self):
        self.daemons.start("passthrough_ll", [self._compile_passthrough(), "-f", "-o",
                                              f"source={self.plain}", self.plain_mount],
                           lambda: os.path.ismount(self.plain_mount))

    def _compile_passthrough(self):
        program = self.folder / "passthrough_ll"
        if program.exists():
            return program
        source = self.folder / "passthrough_ll.c"
        packed = EXAMPLE.with_name(EXAMPLE.name + ".gz")
        if EXAMPLE.exists():
            source.write_bytes(EXAMPLE.read_bytes())
        elif packed.exists():
            source.write_bytes(gzip.decompress(packed.read_bytes()))
        else:
            raise Unavailable(f"{EXAMPLE} is not installed (package libfuse3-dev)")
        flags = subprocess.run(["pkg-config", "fuse3", "--cflags", "--libs"], check=True,
                               capture_output=True, text=True).stdout.split()
        subprocess.run(["cc", "-O2", "-I", EXAMPLE.parent, source, "-o", program, *flags],
                       check=True, capture_output=True)
        return program

    def resident_bytes(self, name):
        status = pathlib.Path(f"/proc/{self.daemons.running[name].pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def catalog_bytes(self):
        return sum(path.stat().st_size for path in (self.store / "meta").glob("alexander.db"))

    def close(self):
        self.daemons.stop_all()
        for mounted in (self.mount_point, self.plain_mount):
            if os.path.ismount(mounted):
                subprocess.run(["umount", "-l", mounted], check=False)
        shutil.rmtree(self.folder)

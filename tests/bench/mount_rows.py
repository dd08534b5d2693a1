"""The benchmarks of the mount against libfuse's passthrough_ll over the same disk."""
import os
import pathlib

from bench_site import Unavailable
from rows import rate

WHAT = "passthrough_ll"


def forget_pages():
    """Empties the kernel's page cache, so that reads are reads."""
    os.sync()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
    except OSError as fault:
        raise Unavailable(f"the page cache cannot be emptied: {fault.strerror}") from fault


class Pair:
    """The same folder twice: in the mount, and behind passthrough_ll."""

    def __init__(self, bench):
        self.bench, self.site = bench, bench.site
        self.mebibytes = 256 if bench.quick else 1024
        self.site.start_mount()
        if "passthrough_ll" not in self.site.daemons.running:
            self.site.start_passthrough()
        self.ours, self.theirs = self.site.mount_point / "bench", self.site.plain_mount

    def compare(self, label, unit, work, target=None):
        return self.bench.compare(label, unit, lambda: work(self.ours), lambda: work(self.theirs),
                                  what=WHAT, target=target)


def mount_write(bench):
    pair = Pair(bench)
    for block, how, target in ((128, "close", 0.60), (1024, "close", 0.60), (1024, "sync", 0.60)):
        def work(folder):
            return rate(pair.site.measure(
                "file_load", "write", folder / f"write-{block}-{how}-{bench.round}",
                pair.mebibytes, block << 10, how))
        after = "fsync and close" if how == "sync" else "close"
        yield pair.compare(f"mount: write {pair.mebibytes} MiB, blocks of {block} KiB, {after}",
                           "MiB/s", work, target)


def mount_read(bench):
    pair = Pair(bench)
    for folder in (pair.ours, pair.theirs):
        pair.site.measure("file_load", "write", folder / "read", pair.mebibytes, 1 << 20, "sync")
    for block, state in ((128, "cold"), (1024, "cold"), (1024, "read before")):
        def work(folder):
            if state == "cold":
                forget_pages()
            return rate(pair.site.measure("file_load", "read", folder / "read", block << 10))
        yield pair.compare(f"mount: read {pair.mebibytes} MiB, blocks of {block} KiB, {state}",
                           "MiB/s", work, 0.60)


def mount_create(bench):
    pair = Pair(bench)
    count = 1000 if bench.quick else 3000

    def work(folder):
        return rate(pair.site.measure("file_load", "create", folder / f"create-{bench.round}",
                                      count, 4096))

    yield pair.compare("mount: create, write, close of files of 4 KiB", "files/s", work, 0.60)

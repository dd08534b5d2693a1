"""alexander-admin top and bench: what they say of a store that works, and that nothing stays."""
import json
import os
import shutil
import signal
import subprocess

import pytest


def in_path(site):
    """Where bench looks for daemons that do not lie beside the program."""
    folders = [os.path.dirname(site.program(name)) for name in ("alexander-s3d", "alexander-fuse")]
    return dict(os.environ, PATH=os.pathsep.join([*folders, os.environ["PATH"]]))


def test_top_sees_what_is_put(site, s3, bucket):
    watcher = subprocess.Popen([site.program("alexander-admin"), "--config", str(site.config), "top",
                                "--json", "--interval", "1", "--count", "60"],
                               stdout=subprocess.PIPE, text=True)
    first = json.loads(watcher.stdout.readline())
    assert first["servers"] == 1 and first["commands"] >= 1 and first["free_bytes"] > 0
    for number in range(20):
        s3.put_object(Bucket=bucket, Key=str(number), Body=os.urandom(100_000))
    for line in watcher.stdout:
        now = json.loads(line)
        if now["objects"] == first["objects"] + 20:
            break
    assert now["logical_bytes"] - first["logical_bytes"] == 2_000_000
    assert now["pack_bytes"] - first["pack_bytes"] >= 2_000_000
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(timeout=60) == 0
    watcher.stdout.close()
    assert site.admin_json("status")["processes"] == 2, "top has left the store in order"


def test_top_writes_a_line_each_time_without_a_terminal(site):
    said = site.admin("top", "--count", "2", "--interval", "1")
    lines = said.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert " commits_per_second=" in line and " lagging_mounts=0" in line
    assert site.run_admin("top", "--interval", "0").returncode == 2


def test_bench_measures_and_leaves_nothing(site, tmp_path):
    rows = site.run_admin("bench", "--quick", "--json", "--dir", str(tmp_path), "--only", "processor,disk",
                          env=in_path(site))
    assert rows.returncode == 0, rows.stderr
    found = {row["measure"]: row for row in json.loads(rows.stdout)}
    assert {"hash", "cipher", "compress", "disk_write", "sync"} <= set(found)
    for row in found.values():
        assert row["skipped"] == "" and row["value"] > 0, row
        is_time = row["unit"] == "ms"
        good = row["value"] <= row["good"] if is_time else row["value"] >= row["good"]
        assert (row["verdict"] == "good") == good and row["verdict"] in ("good", "fair", "poor")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fuse
def test_bench_measures_s3_and_a_mount_of_its_own(site, tmp_path):
    rows = site.run_admin("bench", "--quick", "--json", "--dir", str(tmp_path), "--only", "s3,mount",
                          env=in_path(site))
    assert rows.returncode == 0, rows.stderr
    found = {row["measure"]: row for row in json.loads(rows.stdout)}
    assert {"s3_put_large", "mount_small", "mount_write", "mount_read"} <= set(found)
    assert all(row["value"] > 0 and not row["skipped"] for row in found.values()), found
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in open("/proc/self/mounts").read()


def test_bench_says_what_it_could_not_measure_and_clears_up_after_killed_runs(site, tmp_path):
    left = tmp_path / ".bench-killed"
    (left / "store").mkdir(parents=True)
    program = tmp_path / "alone" / "alexander-admin"
    program.parent.mkdir()
    shutil.copy(site.program("alexander-admin"), program)
    done = subprocess.run([str(program), "--config", str(site.config), "bench", "--quick", "--dir",
                           str(tmp_path), "--only", "s3"], capture_output=True, text=True, timeout=120,
                          env={"PATH": "/nonexistent"})
    assert done.returncode == 1 and "alexander-s3d is neither" in done.stderr
    assert not left.exists() and not list(tmp_path.glob(".bench-*"))
    wrong = site.run_admin("bench", "--only", "cpu")
    assert wrong.returncode == 2 and "processor" in wrong.stderr

"""What the daemons say to systemd, and what a reload changes."""
import os
import signal
import socket

import pytest

from support import wait_until


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """The service manager's socket, in the environment of what is started."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.settimeout(30)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    yield listening
    listening.close()


def next_word(manager, wanted):
    """The next message that begins so."""
    while True:
        message = manager.recv(4096).decode()
        if message.startswith(wanted):
            return message


def log_of(site):
    return (site.folder / "s3d.log").read_text()


def set_level(site, level):
    text = site.config.read_text().split("logging:")[0]
    site.config.write_text(f"{text}logging:\n  level: {level}\n")


def test_the_endpoint_tells_of_its_life(new_site, manager):
    site = new_site()
    site.start_s3d()
    assert next_word(manager, "READY=1") == "READY=1"
    assert next_word(manager, "STATUS=") == f"STATUS=Serving http://127.0.0.1:{site.port}"
    for _ in range(3):
        next_word(manager, "WATCHDOG=1")

    site.s3d.send_signal(signal.SIGHUP)
    reloading = next_word(manager, "RELOADING=1").split("\n")
    assert int(reloading[1].removeprefix("MONOTONIC_USEC=")) > 0
    assert next_word(manager, "READY=1") == "READY=1"

    site.stop_s3d()
    next_word(manager, "STOPPING=1")


def test_a_hung_process_does_not_feed_the_watchdog(new_site, manager):
    site = new_site()
    site.start_s3d()
    next_word(manager, "WATCHDOG=1")
    site.s3d.send_signal(signal.SIGSTOP)
    manager.settimeout(0.6)
    with pytest.raises(TimeoutError):
        while True:
            manager.recv(4096)
    site.s3d.send_signal(signal.SIGCONT)


def test_a_reload_changes_the_level_and_survives_wrong_settings(new_site, manager):
    site = new_site()
    set_level(site, "error")
    site.start_s3d()
    site.client().list_buckets()
    assert " access: " not in log_of(site)

    set_level(site, "info")
    site.s3d.send_signal(signal.SIGHUP)
    wait_until(lambda: "settings read again" in log_of(site), what="the reload")
    site.client().list_buckets()
    wait_until(lambda: " access: " in log_of(site), what="an access line")

    set_level(site, "loud")
    site.s3d.send_signal(signal.SIGHUP)
    wait_until(lambda: "the former settings stay" in log_of(site), what="the refusal")
    site.client().list_buckets()


@pytest.mark.fuse
def test_the_mount_tells_of_its_life(new_site, manager):
    site = new_site()
    site.start_fuse()
    next_word(manager, "READY=1")
    assert os.path.ismount(site.mount_point)
    assert next_word(manager, "STATUS=") == f"STATUS=Mounted alexander on {site.mount_point}"
    for _ in range(3):
        next_word(manager, "WATCHDOG=1")
    site.stop_fuse()
    next_word(manager, "STOPPING=1")

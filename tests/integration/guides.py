"""Runs the commands of a guide as they stand in docs/guides.

Every block marked sh is run, all of a section in one shell. `sudo` and `systemctl` are stand-ins: the test runs as
root already, and starts and stops the daemons itself.
"""
import os
import pathlib
import re
import subprocess

GUIDES = pathlib.Path(__file__).parents[2] / "docs/guides"
STAND_INS = {"sudo": 'exec "$@"', "systemctl": "exit 0"}


def blocks(text):
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)


def script_of(guide, section=None):
    """The commands of a guide, or of the section whose heading begins so."""
    text = (GUIDES / guide).read_text()
    if section:
        parts = re.split(r"^## ", text, flags=re.M)
        text = next(part for part in parts if part.lower().startswith(section))
    script = "\n".join(content for language, content in blocks(text) if language == "sh")
    assert script, f"{guide} has no commands"
    return script


def _programs(site, folder, stand_ins):
    """A folder for the front of PATH: the built programs and the stand-ins."""
    folder.mkdir(exist_ok=True)
    for name in ("alexander-admin", "alexander-s3d", "alexander-fuse"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(site.program(name))
    for name, body in stand_ins.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return folder


def environment(site, home, stand_ins, **more):
    """What quickstart.env exports, and what these guides find on a machine with the packages."""
    programs = _programs(site, site.folder / "programs", stand_ins)
    found = dict(site.environment(), HOME=str(home), ALEXANDER_ENDPOINT=site.endpoint,
                 ALEXANDER_MOUNT=str(site.mount_point), ALEXANDER_CONFIG=str(site.config),
                 PATH=f"{programs}:{os.environ['PATH']}", LANG="C.UTF-8")
    found.update(more)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        found.pop(name, None)
    return found


def run_guide(site, guide, home, section=None, replaced=None, stand_ins=None, **more):
    """Runs the commands in `home`; returns what they printed. `replaced` maps paths to those of the test."""
    stand_ins = dict(STAND_INS, **(stand_ins or {}))
    script = script_of(guide, section)
    for old, new in (replaced or {}).items():
        assert old in script, f"{guide} does not name {old}"
        script = script.replace(old, str(new))
    done = subprocess.run(["bash", "-euxo", "pipefail", "-c", script], cwd=home, capture_output=True, text=True,
                          timeout=300, check=False, stdin=subprocess.DEVNULL, env=environment(site, home, stand_ins, **more))
    assert done.returncode == 0, f"{guide}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout

#!/usr/bin/env python3
"""Runs clang-tidy over the programs' sources and remembers, in the build directory, what was clean.

Usage: check_tidy.py [--jobs N] CLANG_TIDY SOURCE_ROOT BUILD_DIR [FILE ...]

Without files: every source that the build compiles, but not the tests. A file is looked at again when
it, a project header it includes, its compiler flags, .clang-tidy or clang-tidy's version has changed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

CHECKED = ("src", "s3client", "s3d", "fuse", "admin")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def compile_commands(root, build):
    """{path below the root: command}, of the checked directories."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        # What the build generates lies below the root as well, where the build directory does.
        if path.is_relative_to(build) or not path.is_relative_to(root):
            continue
        path = path.relative_to(root)
        if path.parts[0] in CHECKED:
            found[path] = entry["command"]
    return found


def with_headers(root, path, seen):
    """The file and the project headers it includes, directly or not."""
    if path in seen:
        return seen
    seen.add(path)
    for name in INCLUDE.findall(path.read_text()):
        for directory in (path.parent, root, root / "src"):
            if (header := (directory / name).resolve()).is_file():
                with_headers(root, header, seen)
                break
    return seen


def key(root, path, command, common):
    """Names everything a verdict depends on, except the system's headers."""
    digest = hashlib.sha256(common + command.encode())
    for file in sorted(with_headers(root, root / path, set())):
        digest.update(hashlib.sha256(str(file).encode() + b"\0" + file.read_bytes()).digest())
    return digest.hexdigest()


def check(options, path, stamp):
    """What clang-tidy says about one file, or nothing."""
    # GCC's own warning flags are in the commands, and clang does not know them all.
    run = subprocess.run(
        [options.clang_tidy, "--quiet", "-p", str(options.build), f"--config-file={options.root}/.clang-tidy",
         "--extra-arg=-Wno-unknown-warning-option", str(options.root / path)],
        check=False, capture_output=True, text=True)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return run.stdout or run.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("clang_tidy")
    parser.add_argument("root", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("build", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("files", nargs="*", type=lambda name: pathlib.Path(name).resolve())
    options = parser.parse_args()

    commands = compile_commands(options.root, options.build)
    wanted = [path.relative_to(options.root) for path in options.files] or sorted(commands)
    if unknown := [str(path) for path in wanted if path not in commands]:
        sys.exit(f"not compiled by {options.build}, or not checked: {' '.join(unknown)}")

    version = subprocess.run([options.clang_tidy, "--version"], check=True, capture_output=True).stdout
    common = version + (options.root / ".clang-tidy").read_bytes()
    stamps = options.build / "tidy-clean"
    stamps.mkdir(exist_ok=True)
    changed = {path: stamps / key(options.root, path, commands[path], common) for path in wanted}
    changed = {path: stamp for path, stamp in changed.items() if not stamp.exists()}

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for said in pool.map(lambda item: check(options, *item), changed.items()):
            if said:
                failed += 1
                print(said, flush=True)
    print(f"{len(wanted)} files, {len(changed)} looked at, {failed} with findings")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fails on C++ that clang-format would write otherwise.

Usage: check_format.py CLANG_FORMAT SOURCE_ROOT
"""
import concurrent.futures
import subprocess
import sys

from sources import cpp_files

JOBS = 2


def main():
    clang_format, root = sys.argv[1:]
    command = [clang_format, "--dry-run", "-Werror", "--style=file"]
    files = [str(path) for path in cpp_files(root)]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        runs = list(pool.map(lambda share: subprocess.run(command + share, check=False).returncode,
                             [files[start::JOBS] for start in range(JOBS)]))
    sys.exit(1 if any(runs) else 0)


if __name__ == "__main__":
    main()

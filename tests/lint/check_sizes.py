#!/usr/bin/env python3
"""Fails on a C++ file that has grown past the limits in CONTRIBUTING.md.

Usage: check_sizes.py SOURCE_ROOT
"""
import pathlib
import sys

from sources import cpp_files

HEADER_LINES, SOURCE_LINES, TEST_LINES = 300, 500, 700


def limit(path):
    if path.parts[0] == "tests":
        return TEST_LINES
    return HEADER_LINES if path.suffix == ".h" else SOURCE_LINES


def faults(root):
    for path in cpp_files(root):
        name = path.relative_to(root)
        lines = len(path.read_text().splitlines())
        if lines > limit(name):
            yield f"{name}: {lines} lines, at most {limit(name)} are allowed: split it"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    sys.exit("\n".join(found) or 0)

"""The project's own C++ files, found without git so that a release tarball can be checked too."""
import os
import pathlib

DIRECTORIES = ("src", "s3client", "s3d", "fuse", "admin", "tests")


def cpp_files(root):
    for top in DIRECTORIES:
        for directory, below, names in os.walk(pathlib.Path(root) / top):
            below[:] = sorted(name for name in below if not name.startswith("build"))
            for name in sorted(names):
                if name.endswith((".cc", ".h")):
                    yield pathlib.Path(directory) / name

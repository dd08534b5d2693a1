#!/usr/bin/env python3
"""Fails on an #include that the architecture forbids, naming the line."""
import pathlib
import re
import sys

USES = {  # directory: the directories it may include, besides itself
    "src/base": [],
    "src/crypto": ["base"],
    "src/blob": ["crypto", "base"],
    "src/catalog": ["base"],
    "src/access": ["crypto", "base"],
    "src/s3": ["crypto", "base"],
    "src/store": ["blob", "catalog", "access", "crypto", "base"],
    "s3client": ["s3", "crypto", "base"],
    "s3d": ["store", "s3", "access", "crypto", "base"],
    "fuse": ["store", "base"],
    "admin": ["store", "s3client", "s3", "crypto", "base"],
}
HOMES = {  # third-party header prefix: the only directories that may include it
    "Poco/": "s3d s3client",
    "fuse_": "fuse",
    "fuse.h": "fuse",
    "sqlite3.h": "src/catalog",
    "openssl/": "src/crypto",
    "xxhash.h": "src/crypto",
    "zstd": "src/blob",
    "yaml-cpp/": "src/base",
    "boost/": "src/base",
}
INCLUDE = re.compile(r'#\s*include\s*[<"]([^">]+)[">]')
OURS = {name.removeprefix("src/") for name in USES}


def faults(root):
    for directory, allowed in USES.items():
        for path in sorted((root / directory).rglob("*.[hc]*")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if not (match := INCLUDE.match(line)):
                    continue
                name, where = match[1], f"{path.relative_to(root)}:{number}"
                target = name.split("/")[0] if "/" in name else ""
                if target in OURS - {directory.removeprefix("src/"), *allowed}:
                    yield f"{where}: {directory} must not include {target}"
                for prefix, home in HOMES.items():
                    if name.startswith(prefix) and directory not in home.split():
                        yield f"{where}: <{name}> belongs to {home}"


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    sys.exit("\n".join(found) or 0)

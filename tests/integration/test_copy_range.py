"""Copies within the mount share chunks: no more is stored, and the time does not depend on the size.

Copied byte by byte, these files would take hours.
"""
import os
import subprocess

GIB = 1 << 30


def copy_range(source, target, offset, target_offset, length):
    while length > 0:
        step = os.copy_file_range(source, target, length, offset, target_offset)
        assert step > 0
        offset, target_offset, length = offset + step, target_offset + step, length - step


def stored_bytes(site):
    return sum(path.stat().st_size for path in site.store.rglob("*.pack"))


def grow(path, seed, size):
    """A file of that size without holes, made of the same bytes again and again."""
    with open(path, "w+b", buffering=0) as file:
        file.write(seed)
        at = len(seed)
        while at < size:
            copy_range(file.fileno(), file.fileno(), 0, at, min(at, size - at))
            at = min(2 * at, size)


def test_a_copy_of_100_gibibytes_shares_all_chunks(mounted_site, s3, bucket, mount):
    seed = os.urandom(4_000_037)
    size = 100 * GIB
    grow(mount / "large", seed, size)
    before = stored_bytes(mounted_site)
    subprocess.run(["cp", "large", "copy"], cwd=mount, check=True)
    mounted_site.stop_fuse()
    mounted_site.start_fuse()
    assert stored_bytes(mounted_site) - before < 1_000_000
    for name in ("large", "copy"):
        assert os.stat(mount / name).st_size == size
        assert os.stat(mount / name).st_blocks == size // 512
        with open(mount / name, "rb", buffering=0) as file:
            for at in (0, 3_999_999, 77 * GIB + 5, size - 1000):
                expected = (seed * 2)[at % len(seed):][:1000]
                assert os.pread(file.fileno(), 1000, at) == expected[:size - at]
    assert s3.head_object(Bucket=bucket, Key="copy")["ContentLength"] == size
    body = s3.get_object(Bucket=bucket, Key="copy", Range=f"bytes={50 * GIB}-{50 * GIB + 9}")["Body"].read()
    assert body == (seed * 2)[50 * GIB % len(seed):][:10]


def test_a_copy_of_a_sparse_terabyte_keeps_its_holes(mounted_site, mount):
    with open(mount / "sparse", "wb", buffering=0) as file:
        for at in (0, 300 * GIB, 1024 * GIB - 4096):
            os.pwrite(file.fileno(), os.urandom(4096), at)
    with open(mount / "sparse", "rb") as source, open(mount / "copy", "wb") as target:
        copy_range(source.fileno(), target.fileno(), 0, 0, 1024 * GIB)
        assert os.fstat(target.fileno()).st_blocks == 3 * 8
    with open(mount / "copy", "rb") as file:
        assert os.lseek(file.fileno(), 4096, os.SEEK_DATA) == 300 * GIB
        assert os.lseek(file.fileno(), 300 * GIB, os.SEEK_HOLE) == 300 * GIB + 4096
    mounted_site.stop_fuse()
    mounted_site.start_fuse()
    assert os.stat(mount / "copy").st_blocks == 3 * 8


def test_a_copy_is_independent_of_its_source(s3, bucket, mount):
    data = os.urandom(5_000_000)
    (mount / "a").write_bytes(data)
    with open(mount / "a", "r+b", buffering=0) as source, open(mount / "b", "w+b", buffering=0) as target:
        os.pwrite(source.fileno(), b"fresh", 1000)  # not published yet
        copy_range(source.fileno(), target.fileno(), 100, 7, 4_000_000)
        os.pwrite(source.fileno(), b"later", 2000)
        expected = data[:1000] + b"fresh" + data[1005:]
        assert target.read() == bytes(7) + expected[100:4_000_100]
        os.pwrite(target.fileno(), b"mine", 3000)
    os.unlink(mount / "a")
    expected = bytes(7) + expected[100:4_000_100]
    expected = expected[:3000] + b"mine" + expected[3004:]
    assert (mount / "b").read_bytes() == expected
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == expected

"""A short run of the request fuzzer; tests/fuzz/request_fuzz.py runs as long as one likes."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fuzz"))
import request_fuzz  # noqa: E402  (the path comes first)


def test_random_requests_crash_nothing_and_change_nothing_when_refused(new_site):
    site = new_site()
    site.start_s3d()
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    faults, sent = request_fuzz.run(site, seed, seconds=60, count=300)
    assert not faults, faults[0]
    assert sent >= 10  # a slow machine sends no more within the minute

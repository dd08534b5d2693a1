#!/usr/bin/env python3
"""Runs the tests of a finished build and counts them: meson's, then the integration tests."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCTEST_SUMMARY = re.compile(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed")


def run_meson(build):
    """Each doctest case counts; a program without cases counts as one."""
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs",
                    "--num-processes", "2", "--timeout-multiplier", "10"], check=False, stdin=subprocess.DEVNULL)
    passed = failed = 0
    log = pathlib.Path(build) / "meson-logs" / "testlog.json"
    for line in log.read_text().splitlines():
        result = json.loads(line)
        ok = result["result"] in ("OK", "EXPECTEDFAIL")
        cases = DOCTEST_SUMMARY.search(result.get("stdout", ""))
        if cases:
            passed += int(cases[1])
            failed += int(cases[2]) + (not ok and cases[2] == "0")
        else:
            passed += ok
            failed += not ok
        if not ok:
            print(f"FAILED: {result['name']} ({result['result']})")
    return passed, failed


def run_integration(build, python, no_fuse):
    report = pathlib.Path(build) / "integration.xml"
    report.unlink(missing_ok=True)
    command = [python, "-m", "pytest", str(ROOT / "tests" / "integration"), "-q", "-ra",
               "-p", "no:cacheprovider", f"--junitxml={report}", f"--build={build}"]
    if no_fuse:
        command.append("--no-fuse")
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1",
                       PATH=f"{pathlib.Path(python).parent}:{os.environ['PATH']}")
    status = subprocess.run(command, check=False, env=environment,
                            stdin=subprocess.DEVNULL).returncode
    if not report.exists():
        return 0, 1
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    return passed, failed + (status not in (0, 1) and failed == 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--python", required=True, help="interpreter that has tests/requirements.txt")
    parser.add_argument("--only", choices=("all", "unit", "integration"), default="all")
    parser.add_argument("--no-fuse", action="store_true")
    options = parser.parse_args()
    passed = failed = 0
    if options.only != "integration":
        passed, failed = run_meson(options.build)
    if options.only != "unit":
        more = run_integration(options.build, options.python, options.no_fuse)
        passed, failed = passed + more[0], failed + more[1]
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()

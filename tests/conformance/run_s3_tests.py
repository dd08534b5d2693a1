#!/usr/bin/env python3
"""Runs test_s3.py of a checkout of ceph/s3-tests against a running server and compares every test
with the manifest beside this file: what must pass, and what is known to fail and why. A test that
fails without leave, one that passes without being expected to, and one that the manifest does not
know are all faults.

The suite is not part of this repository; S3_TESTS_COMMIT names the version that the manifest is of.
The interpreter must have what the suite's requirements.txt asks for."""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config

S3_TESTS_COMMIT = "8f0ae7b404a3a2fcf7038bf1e6bf29544fe9b6a3"
MANIFEST = pathlib.Path(__file__).with_name("s3_tests.manifest")
SUITE = "s3tests/functional/test_s3.py"
LINE = re.compile(r"(pass|fail|skip) (test_\w+)(?:  # (.+))?$")


def read_environment(path):
    """The variables that packaging/quickstart wrote."""
    pairs = re.findall(r"^export (\w+)=(.*)$", pathlib.Path(path).read_text(), re.MULTILINE)
    return dict(pairs)


def section(name, endpoint, access_key, secret_key, more=""):
    """A section of the suite's configuration; the server says whom the key belongs to."""
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                          aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                          config=Config(s3={"addressing_style": "path"}))
    owner = client.list_buckets()["Owner"]
    # A user's name is what grants by e-mail address name.
    return (f"[{name}]\ndisplay_name = {owner['DisplayName']}\nuser_id = {owner['ID']}\n"
            f"email = {owner['DisplayName']}\naccess_key = {access_key}\n"
            f"secret_key = {secret_key}\n{more}\n")


def make_configuration(environment, day_seconds):
    endpoint = environment["ALEXANDER_ENDPOINT"]
    url = urllib.parse.urlsplit(endpoint)
    main = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    alt = environment["ALT_ACCESS_KEY_ID"], environment["ALT_SECRET_ACCESS_KEY"]
    text = (f"[DEFAULT]\nhost = {url.hostname}\nport = {url.port}\n"
            f"is_secure = {url.scheme == 'https'}\nssl_verify = False\n\n"
            "[fixtures]\nbucket prefix = s3-tests-{random}-\niam name prefix = s3-tests-\n"
            "iam path prefix = /s3-tests/\n\n")
    text += section("s3 main", endpoint, *main,
                    f"api_name = us-east-1\nlc_debug_interval = {day_seconds}\n")
    text += section("s3 alt", endpoint, *alt)
    # There are neither tenants nor IAM accounts: the sections must be there all the same.
    text += section("s3 tenant", endpoint, *alt, "tenant = none\n")
    for name in ("iam", "iam root", "iam alt root"):
        text += section(name, endpoint, *alt)
    return text


def read_manifest():
    expected = {}
    for number, line in enumerate(MANIFEST.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = LINE.match(line)
        if not match or (match[1] != "pass") != bool(match[3]):
            sys.exit(f"{MANIFEST}:{number}: not a line of the manifest: {line}")
        expected[match[2]] = (match[1], match[3])
    return expected


def outcome_of(cases):
    """A function with parameters passes if all of them pass."""
    kinds = {child.tag for case in cases for child in case}
    if kinds & {"failure", "error"}:
        return "fail"
    return "skip" if "skipped" in kinds else "pass"


def run_suite(checkout, configuration, options):
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "s3tests.conf"
        config.write_text(configuration)
        config.chmod(0o600)
        report = pathlib.Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", SUITE, "-q", "--tb=line",
                   "-p", "no:cacheprovider", f"--junitxml={report}", *options]
        subprocess.run(command, cwd=checkout, check=False, stdin=subprocess.DEVNULL,
                       env={"S3TEST_CONF": str(config), "PATH": "/usr/bin:/bin"})
        if not report.exists():
            sys.exit("pytest ended without a report")
        cases = collections.defaultdict(list)
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            cases[case.get("name").split("[")[0]].append(case)
    return {name: outcome_of(found) for name, found in cases.items()}


def compare(expected, found, whole):
    faults = []
    for name, outcome in sorted(found.items()):
        wanted = expected.get(name, ("listed", None))[0]
        if outcome != wanted:
            faults.append(f"{name}: expected {wanted}, found {outcome}")
    if whole:
        faults += [f"{name}: in the manifest, not in the suite"
                   for name in sorted(expected.keys() - found.keys())]
    return faults


def write_manifest(expected, found):
    head = [line for line in MANIFEST.read_text().splitlines() if line.startswith("#")]
    lines = []
    for name, outcome in sorted(found.items()):
        reason = expected.get(name, ("", None))[1] or "no reason given yet"
        lines.append(f"{outcome} {name}" + ("" if outcome == "pass" else f"  # {reason}"))
    MANIFEST.write_text("\n".join(head + lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", help="folder of ceph/s3-tests")
    parser.add_argument("--environment", required=True, help="quickstart.env of the running server")
    parser.add_argument("--day-seconds", type=int, default=10,
                        help="lifecycle.day_seconds of the server")
    parser.add_argument("--update", action="store_true",
                        help="write what was found into the manifest; reasons are kept")
    parser.add_argument("options", nargs="*", help="more options of pytest, after --")
    arguments = parser.parse_intermixed_args()
    expected = read_manifest()
    configuration = make_configuration(read_environment(arguments.environment),
                                       arguments.day_seconds)
    found = run_suite(arguments.checkout, configuration, arguments.options)
    counts = collections.Counter(found.values())
    print(f"{counts['pass']} pass, {counts['fail']} fail, {counts['skip']} are skipped, "
          f"of {len(found)}")
    if arguments.update:
        write_manifest(expected, found)
        return 0
    selected = any(option in ("-k", "-m", "--deselect") for option in arguments.options)
    faults = compare(expected, found, not selected)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Sends random requests, good and bad, to a real alexander-s3d and holds it to four promises.

It never crashes and never leaves a request without an answer; every refusal is well-formed XML whose
RequestId is the header's; a refused request leaves buckets, their settings, keys, versions, tags, locks and
uploads as they were.

Run it against a build with sanitizers: meson setup build-asan -Db_sanitize=address,undefined
"""
import argparse
import contextlib
import datetime
import hashlib
import hmac
import os
import pathlib
import random
import socket
import sqlite3
import sys
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

from botocore.exceptions import BotoCoreError, ClientError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
from support import REGION, Site  # noqa: E402  (the path comes first)

ANSWER_SECONDS = 60
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "get", "TRACE"]
SUB_RESOURCES = [
    "acl", "attributes", "cors", "delete", "encryption", "legal-hold", "lifecycle", "location",
    "logging", "notification", "object-lock", "ownershipControls", "partNumber", "policy",
    "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore",
    "retention", "select", "tagging", "torrent", "uploadId", "uploads", "versioning", "versions",
    "website", "list-type", "versionId", "prefix", "delimiter", "max-keys", "marker",
    "continuation-token", "encoding-type", "key-marker", "version-id-marker", "response-expires"]
VALUES = ["", "0", "1", "-1", "2", "10001", "99999999999999999999", "null", "true", "/", "a", "%00",
          "x" * 300, "url", "é", "\n", "../..", "00000000000000000000"]
HEADERS = [
    "if-match", "if-none-match", "if-modified-since", "range", "content-md5", "content-type",
    "content-encoding", "expect", "x-amz-acl", "x-amz-tagging", "x-amz-tagging-directive",
    "x-amz-copy-source", "x-amz-copy-source-range", "x-amz-metadata-directive", "x-amz-meta-a",
    "x-amz-checksum-crc32", "x-amz-checksum-sha256", "x-amz-checksum-xxhash3",
    "x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-sdk-checksum-algorithm",
    "x-amz-object-attributes", "x-amz-max-parts", "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
    "x-amz-bypass-governance-retention", "x-amz-server-side-encryption", "x-amz-rename-source",
    "x-amz-rename-source-if-match", "x-amz-client-token",
    "x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5", "x-amz-storage-class", "x-amz-mp-object-size",
    "x-amz-if-match-size", "x-amz-expected-bucket-owner", "x-amz-trailer",
    "x-amz-decoded-content-length", "transfer-encoding", "origin", "x-amz-grant-read"]
HEADER_VALUES = VALUES + [
    "*", '"d41d8cd98f00b204e9800998ecf8427e"', "bytes=0-0", "bytes=-5", "bytes=5-1,9-", "100-continue",
    "Sun, 06 Nov 1994 08:49:37 GMT", "2099-01-01T00:00:00Z", "GOVERNANCE", "COMPLIANCE", "ON", "AES256",
    "aws:kms", "REPLACE", "COPY", "CRC32", "XXHASH128", "FULL_OBJECT", "public-read", "a=1&b=2",
    "ETag,ObjectParts", "chunked", "identity", "x-amz-checksum-crc32", "/bucket-one/a", "bucket-one/b?",
    "multipart/form-data; boundary=b", "AAAAAA==", "STANDARD"]
BODIES = [
    b"", b"body", b"<", b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
    b"<Delete><Object><Key>a</Key></Object><Object><Key>d/b</Key></Object></Delete>",
    b"<Delete/>", b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
    b"</CompleteMultipartUpload>", b"<VersioningConfiguration><Status>Enabled</Status>"
    b"</VersioningConfiguration>", b"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>"
    b"2099-01-01T00:00:00Z</RetainUntilDate></Retention>", b"<LegalHold><Status>ON</Status></LegalHold>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a>" * 100, b"\xff\xfe\x00", b"{\"Version\":1}",
    b"4;chunk-signature=" + b"0" * 64 + b"\r\nbody\r\n0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n",
    b"4\r\nbody\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
    b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\n"
    b"Content-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n"]
# A document of each setting, so that some get past the parser and are carried out.
DOCUMENTS = {
    "acl": "<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList/></AccessControlPolicy>",
    "cors": "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
            "</CORSRule></CORSConfiguration>",
    "encryption": "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
                  "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
    "lifecycle": "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter>"
                 "<Expiration><Days>90</Days></Expiration></Rule></LifecycleConfiguration>",
    "object-lock": "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    "ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
                         "</OwnershipControls>",
    "policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", '
              '"Resource": "arn:aws:s3:::bucket-one/public/*"}]}',
    "publicAccessBlock": "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>"
                         "</PublicAccessBlockConfiguration>",
    "tagging": "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
    "versioning": "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    "website": "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
               "</WebsiteConfiguration>"}
PAYLOADS = ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "nonsense", "0" * 64]


def sign(site, method, path, query, headers, payload):
    """SigV4 in headers, over everything that is sent."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers["x-amz-date"], headers["x-amz-content-sha256"] = now, payload
    names = sorted(headers)
    canonical_query = "&".join(sorted(
        "=".join(urllib.parse.quote(urllib.parse.unquote_to_bytes(word), safe="-_.~")
                 for word in (part.split("=", 1) + [""])[:2]) for part in query.split("&") if part))
    canonical_path = urllib.parse.quote(urllib.parse.unquote_to_bytes(path), safe="/-_.~")
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names]
    canonical = "\n".join([method, canonical_path, canonical_query, *lines, "", ";".join(names), payload])
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + site.secret_key).encode()
    for word in scope.split("/"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={site.access_key}/{scope}, "
                                f"SignedHeaders={';'.join(names)}, Signature={signature}")


def make_target(rng, known):
    """A path and a query. `known` are the version and upload ids that there are."""
    bucket = rng.choice(["bucket-one", "bucket-two", "missing", "", "Bad_Name", ".."])
    key = rng.choice(["", "a", "d/b", "d/", "missing", "//", "a%2Fb", "%ff", "k" * 1030, "é", "a%00", "%01"])
    path = "/" + bucket + ("/" + key if key or rng.random() < 0.3 else "")
    path = urllib.parse.quote(urllib.parse.unquote_to_bytes(path), safe="/-_.~")
    query = "&".join(
        urllib.parse.quote(name) +
        ("=" + urllib.parse.quote(rng.choice(known if known and name.endswith("Id") and rng.random() < 0.6 else VALUES))
         if rng.random() < 0.7 else "")
        for name in rng.sample(SUB_RESOURCES, rng.choice([0, 0, 1, 1, 1, 2, 3])))
    return path, query


def make_body(rng, query):
    name = query.split("=")[0]
    if name in DOCUMENTS and rng.random() < 0.5:
        document = DOCUMENTS[name].encode()
        if rng.random() < 0.3:  # damage
            at = rng.randrange(len(document))
            return document[:at] + rng.randbytes(rng.randrange(3)) + document[at + rng.randrange(20):]
        return document
    return rng.choice(BODIES) if rng.random() < 0.95 else rng.randbytes(rng.randrange(200_000))


def make_request(site, rng, known=()):
    """One request: its method, and all of it as bytes."""
    method = rng.choice(METHODS[:5] * 6 + METHODS)
    path, query = make_target(rng, known)
    body = make_body(rng, query)
    headers = {"host": f"127.0.0.1:{site.port}", "content-length": str(len(body))}
    for name in rng.sample(HEADERS, rng.choice([0, 0, 1, 1, 2, 3])):
        headers[name] = rng.choice(HEADER_VALUES).replace("\n", " ")
    if rng.random() < 0.08:
        headers["content-length"] = rng.choice(["5", "-1", "99999999999", "x"])
    if rng.random() < 0.9:
        payload = hashlib.sha256(body).hexdigest() if rng.random() < 0.7 else rng.choice(PAYLOADS)
        sign(site, method, path, query, headers, payload)
    if rng.random() < 0.03:
        headers["authorization"] = rng.choice(["", "AWS4-HMAC-SHA256", "Basic eDp5", "AWS a:b"])
    if rng.random() < 0.02:
        path += "%"
    head = f"{method} {path}{'?' + query if query else ''} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    data = head.encode() + body
    if rng.random() < 0.05:  # damage
        at = rng.randrange(len(data))
        data = data[:at] + rng.randbytes(rng.randrange(4)) + data[at + 1:]
    if rng.random() < 0.03:  # cut off
        data = data[:rng.randrange(len(data))]
    return method, data


def exchange(site, data):
    """The whole answer as (status, headers, body); (0, {}, b"") if the server just closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", site.port), timeout=ANSWER_SECONDS) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent: the answer may be there all the same
        try:
            while block := connection.recv(1 << 16):
                received += block
        except ConnectionResetError:
            pass
    while received.startswith(b"HTTP/1.1 100"):
        received = received.split(b"\r\n\r\n", 1)[1]
    if not received:
        return 0, {}, b""
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in
               (line.partition(":") for line in lines[1:])}
    if "content-length" in headers:
        body = body[:int(headers["content-length"])]
    return int(lines[0].split()[1]), headers, body


def check_refusal(method, status, headers, body):
    """What is wrong with a refusal, or nothing."""
    if "x-amz-request-id" not in headers:
        return "no x-amz-request-id"
    if method == "HEAD" or status == 304:
        return None
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return f"not well-formed: {error}"
    if root.tag != "Error" or not root.findtext("Code"):
        return "no Error with a Code"
    if root.findtext("RequestId") != headers["x-amz-request-id"]:
        return "another RequestId than the header's"
    return None


class Catalog:
    """All that requests may change, read beside the daemon: more than any listing shows, and cheaply."""
    TABLES = ("user", "access_key", "bucket", "bucket_document", "usage", "slot", "upload", "part", "rename_token")

    def __init__(self, site):
        self.uri = f"file:{site.store}/meta/alexander.db?mode=ro"
        self.queries = {name: f"SELECT * FROM {name}" for name in self.TABLES}
        # A version that an answer has named is marked so, whatever the answer was.
        columns = [row[1] for row in self.rows("PRAGMA table_info(version)")]
        columns = ", ".join(name for name in columns if name not in ("served", "commit_seq"))
        self.queries["version"] = f"SELECT {columns} FROM version"

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.uri, uri=True)) as database:
            return database.execute(query).fetchall()

    def read(self):
        return {(table, *row) for table, query in self.queries.items() for row in self.rows(query)}


def ids_of(client):
    """Version and upload ids; asking for them also shows that the daemon still answers."""
    ids = []
    for bucket in client.list_buckets()["Buckets"]:
        # Keys with control characters are no XML unless they are encoded.
        place = {"Bucket": bucket["Name"], "EncodingType": "url"}
        versions = client.list_object_versions(**place)
        ids += [row["VersionId"] for kind in ("Versions", "DeleteMarkers") for row in versions.get(kind, [])]
        ids += [row["UploadId"] for row in client.list_multipart_uploads(**place).get("Uploads", [])]
    return [word for word in ids if word != "null"]


def fill(client):
    for name in ("bucket-one", "bucket-two"):
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=name == "bucket-two")
        for key in ("a", "d/b"):
            client.put_object(Bucket=name, Key=key, Body=b"content of " + key.encode())
    client.create_multipart_upload(Bucket="bucket-one", Key="a")


def run(site, seed, seconds, count):
    """Returns the faults that were found, and how many requests were sent."""
    rng = random.Random(seed)
    client = site.client()
    fill(client)
    catalog = Catalog(site)
    before, known, sent, faults = catalog.read(), ids_of(client), 0, []
    end = time.monotonic() + seconds
    while time.monotonic() < end and sent < count and not faults:
        method, data = make_request(site, rng, known)
        sent += 1
        try:
            status, headers, body = exchange(site, data)
            if site.s3d.poll() is not None:
                return [("the daemon ended", data)], sent
            after = catalog.read()
            if after != before or sent % 20 == 0:
                known = ids_of(client)
        except TimeoutError:
            return [("no answer", data)], sent
        except (ClientError, BotoCoreError, OSError) as error:
            return [(f"the daemon no longer answers: {error}", data)], sent
        wrong = check_refusal(method, status, headers, body) if status >= 300 else None
        if wrong:
            faults.append((f"{status}: {wrong}", data))
        if (status >= 400 or status == 0) and after != before:
            faults.append((f"{status}, and the store changed: {sorted(map(repr, after ^ before))}", data))
        before = after
    return faults, sent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seed", type=int,
                        default=int(os.environ.get("ALEXANDER_TEST_SEED", random.randrange(2**32))))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(options.build, pathlib.Path(folder) / "site")
        site.start_s3d()
        try:
            faults, sent = run(site, options.seed, options.seconds, options.count)
        finally:
            site.stop()
            log = (site.folder / "s3d.log").read_text(errors="replace")
    for what, data in faults:
        print(f"FAULT {what}\n{data[:3000]!r}")
    reports = [line for line in log.splitlines() if "ERROR: AddressSanitizer" in line or
               "runtime error:" in line or "LeakSanitizer" in line]
    for line in reports:
        print(line)
    print(f"{sent} requests, {len(faults)} faults, {len(reports)} sanitizer reports")
    sys.exit(1 if faults or reports or not sent else 0)


if __name__ == "__main__":
    main()

"""The mount acts as one user: what binds that user over S3 binds the mount."""
import errno
import json
import os
import subprocess

import pytest
from botocore.exceptions import ClientError


def try_mount(site, *arguments):
    """Runs alexander-fuse to its end, which comes at once when it refuses to mount."""
    site.mount_point.mkdir(exist_ok=True)
    try:
        return subprocess.run([site.program("alexander-fuse"), "--config", str(site.config),
                               "--foreground", *arguments, str(site.mount_point)],
                              capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        subprocess.run(["umount", "-l", str(site.mount_point)], check=False)
        raise


def statement(effect, action, *resources, **more):
    return {"Effect": effect, "Principal": "*", "Action": action,
            "Resource": [f"arn:aws:s3:::{resource}" for resource in resources], **more}


def put_policy(client, bucket, *statements):
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements)}))


def fault_of(call, *arguments):
    """The name of the errno that a call ends with; None if it succeeds."""
    try:
        call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


def code_of(call, **arguments):
    """The S3 code that a call ends with; None if it succeeds."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


@pytest.fixture
def alt(site):
    return site.client(alt=True)


@pytest.fixture
def theirs(mounted_site, alt):
    """A bucket of another user than the mount's, with an object below `a/` and `b/`."""
    name = mounted_site.new_bucket_name()
    alt.create_bucket(Bucket=name)
    for key in ("a/k", "b/k"):
        alt.put_object(Bucket=name, Key=key, Body=b"body")
    return name


def test_a_denied_prefix_is_closed_and_opened_while_mounted(bucket, s3, mount):
    (mount / "open").mkdir()
    (mount / "secret").mkdir()
    (mount / "open" / "k").write_bytes(b"open")
    (mount / "secret" / "k").write_bytes(b"secret")
    assert (mount / "secret" / "k").read_bytes() == b"secret"

    for _ in range(3):
        put_policy(s3, bucket, statement("Deny", "s3:GetObject", f"{bucket}/secret/*"))
        assert fault_of((mount / "secret" / "k").read_bytes) == "EACCES"
        assert (mount / "open" / "k").read_bytes() == b"open"
        assert os.listdir(mount / "secret") == ["k"]
        assert fault_of(os.rename, mount / "secret" / "k", mount / "k") == "EACCES"
        assert fault_of(os.rename, mount / "secret", mount / "moved") == "EXDEV"
        s3.delete_bucket_policy(Bucket=bucket)
        assert (mount / "secret" / "k").read_bytes() == b"secret"
    os.rename(mount / "secret", mount / "moved")
    assert s3.get_object(Bucket=bucket, Key="moved/k")["Body"].read() == b"secret"


def test_what_is_denied_fails_by_every_call(bucket, s3, mount):
    (mount / "d").mkdir()
    file = mount / "d" / "k"
    s3.put_object(Bucket=bucket, Key="d/k", Body=b"body")  # so that no handle is still to be released
    os.setxattr(file, "user.color", b"red")
    (mount / "d" / "held").write_bytes(b"body")
    with open(mount / "d" / "held", "r+b") as before:
        put_policy(s3, bucket, statement("Deny", "s3:*", bucket, f"{bucket}/*"))
        for call in (
                lambda: os.stat(file), lambda: open(file, "rb"), lambda: open(file, "ab"),
                lambda: os.listdir(mount / "d"), lambda: os.listdir(mount),
                lambda: os.truncate(file, 0), lambda: os.unlink(file), lambda: os.chmod(file, 0o600),
                lambda: os.utime(file), lambda: os.getxattr(file, "user.color"),
                lambda: os.setxattr(file, "user.color", b"blue"), lambda: os.link(file, mount / "l"),
                lambda: os.rename(file, mount / "r"), lambda: os.mkdir(mount / "new"),
                lambda: os.symlink("d", mount / "s"), lambda: open(mount / "new", "xb"),
                lambda: os.stat(mount / "absent")):
            assert fault_of(call) == "EACCES"
        # An open handle was asked for when it was opened.
        assert before.read() == b"body"
        before.write(b" and more")
        before.flush()
        os.ftruncate(before.fileno(), 8)
    s3.delete_bucket_policy(Bucket=bucket)
    assert file.read_bytes() == b"body" and os.getxattr(file, "user.color") == b"red"
    assert (mount / "d" / "held").read_bytes() == b"body and"
    assert s3.get_object(Bucket=bucket, Key="d/held")["Body"].read() == b"body and"


def test_a_listing_that_is_denied_leaves_the_names(bucket, s3, mount):
    (mount / "k").write_bytes(b"body")
    put_policy(s3, bucket, statement("Deny", "s3:ListBucket", bucket))
    assert fault_of(os.listdir, mount) == "EACCES"
    assert (mount / "k").read_bytes() == b"body"


def test_a_drop_box_takes_files_and_shows_none(theirs, alt, mounted_site):
    box = mounted_site.mount_point / theirs
    alt.put_bucket_ownership_controls(Bucket=theirs, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    put_policy(alt, theirs, statement("Allow", "s3:PutObject", f"{theirs}/a/*"))
    (box / "a" / "new").write_bytes(b"dropped")
    (box / "a" / "new").write_bytes(b"dropped again")
    assert alt.get_object(Bucket=theirs, Key="a/new")["Body"].read() == b"dropped again"
    assert fault_of((box / "a" / "new").read_bytes) == "EACCES"
    assert fault_of((box / "b" / "new").write_bytes, b"") == "EACCES"
    assert fault_of(os.unlink, box / "a" / "new") == "EACCES"
    assert fault_of(os.listdir, box / "a") == "EACCES"
    # What it took is its owner's, also once lists count again.
    alt.delete_bucket_ownership_controls(Bucket=theirs)
    assert alt.get_object(Bucket=theirs, Key="a/new")["Body"].read() == b"dropped again"


def test_anothers_bucket_is_hidden_and_closed(theirs, alt, bucket, mounted_site):
    root = mounted_site.mount_point
    assert bucket in os.listdir(root) and theirs not in os.listdir(root)
    assert fault_of(os.listdir, root / theirs) == "EACCES"
    assert fault_of((root / theirs / "a" / "k").read_bytes) == "EACCES"
    assert fault_of((root / theirs / "new").write_bytes, b"") == "EACCES"
    assert fault_of(os.rmdir, root / theirs) == "EACCES"
    put_policy(alt, theirs, statement("Allow", "s3:ListBucket", theirs))
    assert theirs in os.listdir(root) and sorted(os.listdir(root / theirs)) == ["a", "b"]


POLICIES = {
    "none": [],
    "all": [("Allow", "s3:*", "", "/*")],
    "read": [("Allow", "s3:GetObject", "/*")],
    "write": [("Allow", "s3:PutObject", "/*")],
    "delete": [("Allow", "s3:DeleteObject", "/*")],
    "list": [("Allow", "s3:ListBucket", "")],
    "one prefix": [("Allow", "s3:*", "/a/*"), ("Allow", "s3:ListBucket", "")],
    "deny wins": [("Allow", "s3:*", "", "/*"), ("Deny", "s3:GetObject", "/a/*"),
                  ("Deny", "s3:DeleteObject", "/b/*")],
}


@pytest.mark.parametrize("name", POLICIES)
def test_both_faces_let_a_user_do_the_same(theirs, alt, s3, mounted_site, name):
    if POLICIES[name]:
        put_policy(alt, theirs, *[statement(effect, action, *[theirs + end for end in ends])
                                  for effect, action, *ends in POLICIES[name]])
    folder = mounted_site.mount_point / theirs
    for prefix in ("a", "b"):
        file = folder / prefix / "k"
        where = {"Bucket": theirs, "Key": f"{prefix}/k"}
        for on_s3, on_mount in (
                (lambda: code_of(s3.list_objects_v2, Bucket=theirs, Prefix=f"{prefix}/"),
                 lambda: fault_of(os.listdir, folder / prefix)),
                (lambda: code_of(s3.get_object, **where), lambda: fault_of(file.read_bytes)),
                (lambda: code_of(s3.put_object, Body=b"new", **where),
                 lambda: fault_of(file.write_bytes, b"new")),
                (lambda: code_of(s3.delete_object, **where), lambda: fault_of(os.unlink, file))):
            fault = on_mount()
            alt.put_object(Body=b"body", **where)
            assert (on_s3(), fault) in ((None, None), ("AccessDenied", "EACCES"))


def test_a_public_access_block_and_ownership_count_flag_by_flag(theirs, alt, s3, mounted_site):
    by_list = {"Bucket": theirs, "Key": "b/k"}
    alt.put_object_acl(**by_list, GrantRead='uri="http://acs.amazonaws.com/groups/global/AllUsers"')
    put_policy(alt, theirs, statement("Allow", "s3:GetObject", f"{theirs}/a/*"))
    flags = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

    def check(by_policy, listed):
        for key, is_open in (("a/k", by_policy), ("b/k", listed)):
            fault = fault_of((mounted_site.mount_point / theirs / key).read_bytes)
            assert fault == (None if is_open else "EACCES")
            assert (code_of(s3.get_object, Bucket=theirs, Key=key) is None) == is_open

    check(True, True)
    for flag, by_policy, listed in zip(flags, (True, True, True, False), (True, False, True, True)):
        alt.put_public_access_block(Bucket=theirs, PublicAccessBlockConfiguration={
            other: other == flag for other in flags})
        check(by_policy, listed)
    alt.delete_public_access_block(Bucket=theirs)
    for rule in ("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"):
        alt.put_bucket_ownership_controls(Bucket=theirs, OwnershipControls={
            "Rules": [{"ObjectOwnership": rule}]})
        check(True, rule != "BucketOwnerEnforced")


def test_who_owns_a_file_stays_its_owner_when_it_is_written_again(bucket, s3, mount):
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    for body in (b"first", b"second", b"third"):
        (mount / "k").write_bytes(body)
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body
    os.rename(mount / "k", mount / "moved")
    assert s3.get_object(Bucket=bucket, Key="moved")["Body"].read() == b"third"


def test_a_disabled_user_cannot_mount(new_site):
    site = new_site()
    site.admin("user", "disable", "alt")
    done = try_mount(site, "--user", "alt")
    assert done.returncode != 0 and "user alt is disabled" in done.stderr

    # Without a name an administrator acts, but none that is disabled.
    site.admin("user", "create", "--admin", "former")
    site.admin("user", "disable", "former")
    done = try_mount(site)
    assert done.returncode != 0 and "no admin user who is enabled" in done.stderr


def test_a_user_who_is_disabled_loses_the_mount_but_nothing_written(new_site):
    site = new_site()
    site.start_fuse()
    folder = site.mount_point / "bucket"
    folder.mkdir()
    (folder / "k").write_bytes(b"before")
    with open(folder / "k", "wb") as file:
        file.write(b"written")
        file.flush()
        site.admin("user", "disable", "main")
        assert fault_of((folder / "k").read_bytes) == "EACCES"
        assert fault_of(os.listdir, folder) == "EACCES"
        assert fault_of((folder / "new").write_bytes, b"") == "EACCES"
        os.fsync(file.fileno())
    site.admin("user", "enable", "main")
    assert (folder / "k").read_bytes() == b"written"
    assert os.listdir(folder) == ["k"]

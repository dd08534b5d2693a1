"""alexander-admin export: to a folder, and to another S3 server, which is a second store of ours."""
import json
import os
import random

import pytest

from support import tree_of


@pytest.fixture
def filled(new_site):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    s3.create_bucket(Bucket="out")
    for key, body in (("d/ü +%.txt", b"text"), ("d/empty", b""), ("d/deep/er", b"deep"), ("other", b"other")):
        s3.put_object(Bucket="out", Key=key, Body=body, ContentType="x/y", Metadata={"n": "1"}, Tagging="a=b%20c")
    s3.put_object(Bucket="out", Key="d/large", Body=random.Random(1).randbytes(17 << 20))
    s3.put_object(Bucket="out", Key="d/folder/", Body=b"")
    return site


def ask(site, *arguments, status=0, other=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    if other:
        environment.update(AWS_ACCESS_KEY_ID=other.access_key, AWS_SECRET_ACCESS_KEY=other.secret_key,
                           AWS_ENDPOINT_URL=other.endpoint)
    done = site.run_admin("--json", "export", *arguments, env=environment)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout) if done.stdout else None, done.stderr


def test_a_folder_gets_what_is_below_a_prefix(filled, tmp_path):
    folder = tmp_path / "folder"
    would, _ = ask(filled, "--dry-run", "s3://out/d/", str(folder))
    assert would["copied"] == 5 and would["dry_run"] and not list(folder.iterdir())
    done, _ = ask(filled, "s3://out/d/", str(folder))
    assert (done["copied"], done["skipped"], done["failed"]) == (5, 0, 0)
    tree = tree_of(folder)
    assert set(tree) == {"ü +%.txt", "empty", "deep", "deep/er", "large", "folder"}
    assert tree["ü +%.txt"] == ("file", b"text") and tree["folder"] == ("directory", None)
    assert tree["large"] == ("file", random.Random(1).randbytes(17 << 20))

    # It goes on, and what is there and differs stays unless it is asked for.
    (folder / "deep/er").unlink()
    (folder / "ü +%.txt").write_bytes(b"mine")
    answer, said = ask(filled, "s3://out/d/", str(folder), status=1)
    assert (answer["copied"], answer["skipped"], answer["kept"]) == (1, 3, 1) and "--overwrite" in said
    assert (folder / "ü +%.txt").read_bytes() == b"mine"
    ask(filled, "--overwrite", "s3://out/d/", str(folder))
    assert tree_of(folder) == tree


def test_a_key_that_is_no_path_never_leaves_the_folder(filled, tmp_path):
    s3 = filled.client()
    for key in ("../evil", "x/../../evil", "/evil", "x//evil", "fine", "fine/below", "./evil"):
        s3.put_object(Bucket="out", Key=f"p/{key}", Body=b"x")
    folder = tmp_path / "in/folder"
    folder.parent.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    s3.put_object(Bucket="out", Key="p/link/evil", Body=b"x")
    answer, said = ask(filled, "s3://out/p/", str(folder), status=1)
    assert answer["copied"] == 1 and answer["failed"] == 7, said
    assert (folder / "fine").read_bytes() == b"x"
    assert not list(tmp_path.rglob("evil"))


def test_another_server_gets_metadata_and_tags_too(filled, new_site):
    other = new_site()
    other.start_s3d()
    source, target = filled.client(), other.client()
    done, _ = ask(filled, "s3://out/d/", "s3://into/x/", other=other)
    assert (done["copied"], done["failed"]) == (5, 0)
    got = target.get_object(Bucket="into", Key="x/ü +%.txt")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"text", "x/y", {"n": "1"})
    assert target.get_object_tagging(Bucket="into", Key="x/ü +%.txt")["TagSet"] == [{"Key": "a", "Value": "b c"}]
    assert target.get_object(Bucket="into", Key="x/large")["Body"].read() == random.Random(1).randbytes(17 << 20)
    assert ask(filled, "s3://out/d/", "s3://into/x/", other=other)[0]["skipped"] == 5
    source.put_object(Bucket="out", Key="d/empty", Body=b"no more")
    answer, _ = ask(filled, "s3://out/d/", "s3://into/x/", other=other, status=1)
    assert (answer["kept"], answer["skipped"]) == (1, 4)
    assert ask(filled, "--overwrite", "s3://out/d/", "s3://into/x/", other=other)[0]["copied"] == 1
    assert target.get_object(Bucket="into", Key="x/empty")["Body"].read() == b"no more"


def test_slips_are_told(filled, tmp_path):
    assert "no-such-bucket" in ask(filled, "s3://no-such-bucket", str(tmp_path / "x"), status=1)[1]
    assert "folder" in ask(filled, "--region", "x", "s3://out", str(tmp_path / "x"), status=2)[1]
    assert "--endpoint" in ask(filled, "s3://out", "s3://into", status=2)[1]
    assert not (tmp_path / "x").exists()

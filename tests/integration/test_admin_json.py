"""Every answer in JSON has exactly the names and types that docs/reference/json.md promises."""
import json
import os
import pathlib
import re

REFERENCE = pathlib.Path(__file__).parents[2] / "docs/reference/json.md"
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def read_reference():
    """{command: (form, {name: (type, whether it may be missing)})}"""
    found, same_as = {}, {}
    for section in REFERENCE.read_text().split("\n## ")[1:]:
        command, form = re.match(r"`(.+)`: (\w+)", section).groups()
        names = {name: (TYPES[kind], bool(optional)) for optional, name, kind in
                 re.findall(r"^- (\(?)`(\w+)`\)? (\w+)", section, re.MULTILINE)}
        found[command] = (form, names)
        if other := re.search(r"^As `(.+)`\.", section, re.MULTILINE):
            same_as[command] = other[1]
    for command, other in same_as.items():
        found[command] = (found[command][0], found[other][1])
    return found


def check_object(command, names, answer):
    assert {name for name, (_, optional) in names.items() if not optional} <= set(answer) <= set(names), \
        f"{command}: {sorted(set(answer) ^ set(names))}"
    for name, value in answer.items():
        kind = names[name][0]
        assert isinstance(value, kind) and isinstance(value, bool) == (kind is bool), \
            f"{command}: {name} is {value!r}"


def test_every_command_answers_as_the_reference_says(new_site, tmp_path):
    site = new_site()
    site.start_s3d()
    s3 = site.client()
    reference = read_reference()
    seen = set()

    def ask(command, *arguments, expect_rows=False, **options):
        done = site.run_admin("--json", *command.split(), *arguments, **options)
        form, names = reference[command]
        assert done.stdout, (command, done.stderr)
        if form == "lines":
            rows = [json.loads(line) for line in done.stdout.splitlines()]
        else:
            rows = json.loads(done.stdout)
            assert isinstance(rows, list) == (form == "array"), command
            rows = rows if form == "array" else [rows]
        assert rows or not expect_rows, command
        for row in rows:
            check_object(command, names, row)
        seen.add(command)
        return rows

    ask("user create", "anna", "--admin")
    ask("user list", expect_rows=True)
    ask("user get", "anna")
    ask("user disable", "anna")
    ask("user enable", "anna")
    [key] = ask("accesskey create", "--username", "anna")
    ask("accesskey list", "--username", "anna", expect_rows=True)
    ask("bucket create", "--owner", "main", "json")
    ask("bucket set-versioning", "json", "enabled")
    ask("bucket set-quota", "json", "--bytes", "100000000")
    ask("bucket set-version-window", "json", "600")
    ask("bucket list", expect_rows=True)
    s3.put_object(Bucket="json", Key="k", Body=os.urandom(300_000))
    ask("status")
    ask("info", "s3://json/k")
    ask("du", expect_rows=True)
    ask("versions", "s3://json/k", expect_rows=True)
    s3.delete_object(Bucket="json", Key="k")
    ask("undelete", "s3://json/k", expect_rows=True)
    ask("restore", "--at", "2020-01-01T00:00:00Z", "--dry-run", "s3://json/", expect_rows=True)
    ask("export", "s3://json/k", str(tmp_path / "exported"))
    ask("presign", "s3://json/k", "--username", "main")
    ask("top", "--count", "1", "--interval", "1", expect_rows=True)
    ask("doctor", expect_rows=True)
    ask("gc", "--dry-run")
    ask("gc", "--run")
    ask("scrub")
    ask("fsck")
    sheet = site.admin("key", "sheet")
    ask("key sheet")
    ask("key check-sheet", input=sheet)
    ask("key list", expect_rows=True)
    [added] = ask("key add", "--master-key-file", str(tmp_path / "second.key"))
    ask("key remove", str(added["number"]))
    ask("key change")
    ask("key rotate")
    ask("key status")
    ask("key drain")
    ask("snapshot create")
    ask("snapshot list", expect_rows=True)
    ask("backup create", str(tmp_path / "backup"))
    ask("backup verify", str(tmp_path / "backup"))
    restored = f"--storage.data_dir={tmp_path}/restored"
    ask("backup restore", str(tmp_path / "backup"), restored)
    ask("rebuild", "--replace", restored)
    s3.put_bucket_lifecycle_configuration(Bucket="json", LifecycleConfiguration={"Rules": [
        {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]})
    ask("lifecycle run", "--dry-run", "--lifecycle.day_seconds=1")
    site.edit_catalog("UPDATE chunk SET state = 2")
    ask("damage list", expect_rows=True)
    ask("completion", "bash")
    ask("version")
    ask("bench", "--quick", "--only", "processor", "--dir", str(tmp_path), expect_rows=True)
    ask("accesskey revoke", "--username", "anna", key["access_key_id"])
    ask("user delete", "anna")
    ask("bucket create", "--owner", "main", "empty")
    ask("bucket delete", "empty")
    ask("setup", "--yes", "--root", str(tmp_path / "root"), "--recovery-sheet-file",
        str(tmp_path / "sheet"))
    other = tmp_path / "other"
    ask("init", f"--storage.data_dir={other}", "--master-key-file", str(tmp_path / "other.key"),
        f"--auth.encryption_key_file={tmp_path}/other.key")
    documented = {command for command, (form, _) in reference.items() if form != "text"}
    assert documented - seen <= set(UNASKED), documented - seen


# Commands of other families whose JSON their own tests look at.
UNASKED = ("key restore", "mount", "import")

"""POSIX access control lists on the mount: kept, enforced and inherited."""
import os
import stat

import pytest

from test_posix import acting_as


@pytest.fixture
def shared(mount):
    os.chmod(mount, 0o777)
    return mount


def acl_of(site, path, *options):
    lines = site.run("getfacl", "-cnpE", *options, path).split()
    return set(lines)


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def test_a_named_user_gets_what_the_list_gives(mounted_site, shared):
    path = shared / "f"
    path.write_bytes(b"secret")
    os.chmod(path, 0o600)
    mounted_site.run("setfacl", "-m", "u:1001:r,g:1002:-", path)
    assert acl_of(mounted_site, path) == {"user::rw-", "user:1001:r--", "group::---",
                                          "group:1002:---", "mask::r--", "other::---"}
    assert mode_of(path) == 0o640  # the group's bits are the mask's
    with acting_as(1001, shared):
        with open("f", "rb") as file:
            assert file.read() == b"secret"
        with pytest.raises(PermissionError):
            open("f", "wb").close()
    with acting_as(1003, shared), pytest.raises(PermissionError):
        open("f", "rb").close()


def test_chmod_changes_the_mask_and_a_plain_list_is_only_a_mode(mounted_site, shared):
    path = shared / "f"
    path.touch()
    mounted_site.run("setfacl", "-m", "u:1001:rwx", path)
    os.chmod(path, 0o700)
    assert "mask::---" in acl_of(mounted_site, path)
    with acting_as(1001, shared), pytest.raises(PermissionError):
        open("f", "rb").close()
    mounted_site.run("setfacl", "-b", path)
    assert acl_of(mounted_site, path) == {"user::rwx", "group::---", "other::---"}
    assert os.listxattr(path) == []


def test_a_default_list_is_inherited_instead_of_the_umask(mounted_site, shared):
    folder = shared / "d"
    folder.mkdir()
    mounted_site.run("setfacl", "-d", "-m", "u::rwx,u:1001:rwx,g::r-x,o::-", folder)
    mask = os.umask(0o077)
    try:
        (folder / "f").touch(0o664)
        (folder / "sub").mkdir(0o775)
        (shared / "outside").touch(0o664)
    finally:
        os.umask(mask)
    assert mode_of(folder / "f") == 0o660 and mode_of(shared / "outside") == 0o600
    assert "user:1001:rwx" in acl_of(mounted_site, folder / "f")
    assert acl_of(mounted_site, folder / "sub", "-d") == acl_of(mounted_site, folder, "-d") != set()
    assert mode_of(folder) == 0o755


def test_lists_survive_a_restart_and_are_copied_by_rsync(mounted_site, shared, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "f").write_bytes(b"x")
    mounted_site.run("setfacl", "-m", "u:1001:rw", source / "f")
    mounted_site.run("setfacl", "-d", "-m", "g:1002:rx", source)
    mounted_site.run("rsync", "-aAX", f"{source}/", shared / "copy")
    assert mounted_site.run("rsync", "-aAXi", f"{source}/", f"{shared}/copy/") == ""
    mounted_site.stop_fuse()
    mounted_site.start_fuse()
    assert acl_of(mounted_site, shared / "copy" / "f") == acl_of(mounted_site, source / "f")
    assert acl_of(mounted_site, shared / "copy", "-d") == acl_of(mounted_site, source, "-d")


def test_what_is_not_a_list_is_refused(shared):
    (shared / "f").touch()
    for value in (b"\x02\0\0\0\x01\0\7\0\xff\xff\xff\xff", b"nonsense"):
        with pytest.raises(OSError):
            os.setxattr(shared / "f", "system.posix_acl_access", value)

"""The mount acts as one user: what binds that user over S3 binds the mount."""
import subprocess


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

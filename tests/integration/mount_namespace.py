"""A view of the machine in which the built programs are installed as helpers of mount(8)."""
import pathlib
import signal
import subprocess

HELPERS = ("mount.alexander", "mount.fuse.alexander", "umount.fuse.alexander")

# /usr/sbin is shown again as links, among them the helpers: nothing of the machine changes.
SET_UP = """
mkdir "$1/sbin" "$1/original"
mount --bind /usr/sbin "$1/original"
for program in "$1"/original/*; do ln -s "$program" "$1/sbin/"; done
for helper in $3; do ln -sf "$2" "$1/sbin/$helper"; done
mount --bind "$1/sbin" /usr/sbin
mount --bind "$1/fstab" /etc/fstab
mount -t tmpfs none /run  # where mount(8) remembers options and systemd's journal listens
mkdir /run/mount
echo ready
exec sleep infinity
"""


class MountNamespace:
    def __init__(self, folder, fuse_program):
        self.folder = pathlib.Path(folder)
        self.fstab = self.folder / "fstab"
        self.fstab.write_text("")
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", SET_UP, "namespace",
             str(self.folder), fuse_program, " ".join(HELPERS)],
            stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        assert self.holder.stdout.readline() == "ready\n"

    def entered(self, *command):
        """A command line that runs one in here. The root is named, too: it need not be that of
        the mount namespace (the tests may run in a chroot)."""
        holder = f"/proc/{self.holder.pid}"
        return ["nsenter", f"--mount={holder}/ns/mnt", f"--root={holder}/root",
                *map(str, command)]

    def run(self, *command, **options):
        """A finished process, whatever its status. Its output is read to the end: a mount that
        kept it open would hang here."""
        return subprocess.run(self.entered(*command), capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL, **options)

    def must(self, *command, **options):
        done = self.run(*command, **options)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def as_user(self, uid, *command):
        return self.run("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", *command)

    def daemon(self, mount_point):
        """The process id of the daemon behind a mount."""
        script = "import os, sys; print(os.getxattr(sys.argv[1], 'trusted.alexander.daemon').decode())"
        return int(self.must("python3", "-c", script, mount_point).split("\n")[0])

    def mounts(self):
        """Lines of mountinfo that are ours; other tests may run beside this one."""
        text = self.must("cat", "/proc/self/mountinfo")
        return [line for line in text.splitlines()
                if " fuse.alexander " in line and str(self.folder) in line]

    def end(self):
        for line in self.mounts():
            self.run("umount", "-l", line.split()[4])
        self.holder.send_signal(signal.SIGKILL)
        self.holder.wait()
        self.holder.stdout.close()


def is_alive(process):
    """Not so of one that has ended and that its parent has not asked after yet."""
    try:
        status = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"

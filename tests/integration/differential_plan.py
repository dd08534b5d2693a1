"""Random calls for the differential test. They depend on the seed and on the reference alone."""
import os
import stat

import syscalls

NAMES = ["a", "b", "c", "dir", "e", "f" * 255]
USERS = [0, 0, 0, 0, 1001, 1002]
OPEN_FLAGS = [os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR, os.O_RDWR | os.O_CREAT,
              os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_CREAT | os.O_TRUNC, os.O_WRONLY | os.O_TRUNC,
              os.O_RDWR | os.O_CREAT | os.O_EXCL, os.O_RDWR | os.O_APPEND,
              os.O_WRONLY | os.O_CREAT | os.O_APPEND, os.O_RDONLY | os.O_NOFOLLOW,
              os.O_RDONLY | os.O_DIRECTORY, os.O_RDONLY | os.O_TRUNC]
CHANGE_NAMES = {"mkdir", "mkfifo", "mknod", "rmdir", "unlink", "symlink", "link", "rename", "rename2", "open"}
HANDLES = 5
MOST_ENTRIES = 40


class Plan:
    """Draws calls: most are about what is there, some about what is not."""

    def __init__(self, dice, reference):
        self.dice, self.reference = dice, reference
        self.clock = 0
        self.entries = None
        self.makers = [(weight, getattr(self, name)) for name, weight in WEIGHTS.items()]

    def draw(self):
        """A user and a call."""
        if self.entries is None:
            self.look()
        if len(self.entries) > MOST_ENTRIES:
            call = self.dice.choice([self.unlink, self.rmdir])()
            self.entries = None
            return 0, call
        weights = [weight for weight, _ in self.makers]
        maker = self.dice.choices([maker for _, maker in self.makers], weights)[0]
        user, call = self.dice.choice(USERS), maker()
        if call[0] in CHANGE_NAMES:
            self.entries = None
        return user, call

    def draw_s3(self):
        """An operation of S3, on keys that are paths: below files and links there are none."""
        if self.entries is None:
            self.look()
        self.entries_before, self.entries = self.entries, None
        key = self.s3_key()
        choice = self.dice.random()
        if choice < 0.4:
            return "put", key, self.data()
        if choice < 0.6:
            return "delete", self.s3_key()
        if choice < 0.75:
            return "copy", self.s3_key(), key
        return "get", self.s3_key()

    def s3_key(self):
        entries = self.entries_before
        files = [path for path, kind in entries.items() if kind == stat.S_IFREG]
        if files and self.dice.random() < 0.6:
            return self.dice.choice(files)
        folders = [path for path, kind in entries.items() if kind == stat.S_IFDIR]
        pieces = [self.dice.choice(folders)] if folders and self.dice.random() < 0.7 else []
        pieces += [self.dice.choice(["s3", "s4"]) for _ in range(self.dice.randrange(3))]
        key = "/".join([*pieces, self.dice.choice(["s5", "s6"])])
        return "s7" if self.is_below_file(key, entries) else key

    @staticmethod
    def is_below_file(key, entries):
        above = key
        while above:
            if entries.get(above, stat.S_IFDIR if above != key else stat.S_IFREG) != (
                    stat.S_IFREG if above == key else stat.S_IFDIR):
                return True
            above = os.path.dirname(above)
        return False

    def look(self):
        self.entries = {}
        for folder, folders, files in os.walk(self.reference.root):
            folders.sort()
            for name in sorted([*folders, *files]):
                full = os.path.join(folder, name)
                kind = stat.S_IFMT(os.lstat(full).st_mode)
                self.entries[os.path.relpath(full, self.reference.root)] = kind

    # ingredients

    def existing(self, kind=None):
        found = [path for path, of in self.entries.items() if kind in (None, of)]
        return self.dice.choice(found) if found else "missing"

    def folder(self):
        return "" if self.dice.random() < 0.4 else self.existing(stat.S_IFDIR)

    def new_path(self):
        folder = self.folder() if self.dice.random() < 0.9 else self.existing()
        name = self.dice.choice(NAMES)
        return f"{folder}/{name}" if folder else name

    def path(self, kind=None):
        return self.existing(kind) if self.dice.random() < 0.85 else self.new_path()

    def handle(self):
        open_ones = sorted(self.reference.files)
        if open_ones and self.dice.random() < 0.95:
            return self.dice.choice(open_ones)
        return self.dice.randrange(HANDLES)

    def offset(self):
        largest = self.dice.choice([10, 5000, 5000, 70_000, 70_000, 1_500_000])
        return self.dice.randrange(largest) if self.dice.random() < 0.7 else largest // 4096 * 4096

    def data(self):
        size = self.dice.choice([1, 10, 4096, 5000, 40_000, 200_000])
        if self.dice.random() < 0.2:
            return bytes(size)
        return self.dice.randbytes(self.dice.randrange(1, size + 1))

    def past_time(self):
        self.clock += 1
        return 10**15 + self.clock * 1_000_000_007

    # calls

    def mkdir(self):
        return "mkdir", self.new_path(), self.dice.choice([0o755, 0o777, 0o700, 0o2775, 0o1777])

    def mkfifo(self):
        return "mkfifo", self.new_path(), 0o644

    def mknod(self):
        kind = self.dice.choice([stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFIFO, stat.S_IFREG])
        device = os.makedev(1, 3) if kind in (stat.S_IFCHR, stat.S_IFBLK) else 0
        return "mknod", self.new_path(), kind, device

    def rmdir(self):
        return "rmdir", self.path(stat.S_IFDIR)

    def unlink(self):
        return "unlink", self.path()

    def symlink(self):
        target = self.dice.choice([self.dice.choice(NAMES), self.existing(), "nowhere", "x" * 4000])
        return "symlink", target, self.new_path()

    def readlink(self):
        return "readlink", self.path(stat.S_IFLNK)

    def link(self):
        return "link", self.path(stat.S_IFREG), self.new_path()

    def rename(self):
        return "rename", self.path(), self.path() if self.dice.random() < 0.5 else self.new_path()

    def rename2(self):
        flags = self.dice.choice([syscalls.RENAME_NOREPLACE, syscalls.RENAME_EXCHANGE, 3])
        return "rename2", self.path(), self.path(), flags

    def listdir(self):
        return "listdir", self.folder()

    def stat(self):
        return "stat", self.path()

    def chmod(self):
        mode = self.dice.choice([0o644, 0o600, 0o777, 0o755, 0o4755, 0o2755, 0o6777, 0o1777, 0o000])
        return "chmod", self.path(), mode

    def chown(self):
        uid, gid = (self.dice.choice([0, 1001, 1002, -1]) for _ in range(2))
        return "chown", self.path(), uid, gid

    def utime(self):
        choices = [(0, syscalls.UTIME_NOW), (0, syscalls.UTIME_OMIT),
                   divmod(self.past_time(), 10**9), divmod(self.past_time(), 10**9)]
        return "utime", self.path(), self.dice.choice(choices), self.dice.choice(choices)

    def truncate(self):
        return "truncate", self.path(stat.S_IFREG), self.offset()

    def setxattr(self):
        name = self.dice.choice(["user.a", "user.b", "trusted.c", "security.d"])
        value = self.dice.randbytes(self.dice.choice([0, 1, 100]))
        return "setxattr", self.path(), name, value, self.dice.choice([0, 0, 1, 2])

    def removexattr(self):
        return "removexattr", self.path(), self.dice.choice(["user.a", "user.b", "trusted.c"])

    def xattrs(self):
        return "xattrs", self.path()

    def access(self):
        return "access", self.path(), self.dice.choice([os.R_OK, os.W_OK, os.X_OK])

    def open(self):
        flags = self.dice.choice(OPEN_FLAGS)
        path = self.path(stat.S_IFREG) if self.dice.random() < 0.7 else self.new_path()
        return ("open", self.dice.randrange(HANDLES), path, flags,
                self.dice.choice([0o644, 0o600, 0o666, 0o444, 0o6755]))

    def close(self):
        return "close", self.handle()

    def write(self):
        return "write", self.handle(), self.data()

    def read(self):
        return "read", self.handle(), self.dice.randrange(200_000)

    def pwrite(self):
        return "pwrite", self.handle(), self.data(), self.offset()

    def pread(self):
        return "pread", self.handle(), self.dice.randrange(200_000), self.offset()

    def seek(self):
        return "seek", self.handle(), self.offset(), os.SEEK_SET

    def seek_end(self):
        return "seek", self.handle(), 0, os.SEEK_END

    def ftruncate(self):
        return "ftruncate", self.handle(), self.offset()

    def fsync(self):
        return "fsync", self.handle()

    def fstat(self):
        return "fstat", self.handle()

    def fchmod(self):
        return "fchmod", self.handle(), self.dice.choice([0o644, 0o600, 0o4777])

    def futime(self):
        return "futime", self.handle(), self.past_time()

    def fallocate(self):
        mode = self.dice.choice([0, syscalls.KEEP_SIZE, syscalls.PUNCH_HOLE | syscalls.KEEP_SIZE,
                                 syscalls.PUNCH_HOLE | syscalls.KEEP_SIZE, syscalls.ZERO_RANGE,
                                 syscalls.ZERO_RANGE | syscalls.KEEP_SIZE, syscalls.PUNCH_HOLE])
        return "fallocate", self.handle(), mode, self.offset(), self.dice.choice([0, 1, 4096, 50_000])

    def copy_range(self):
        return ("copy_range", self.handle(), self.offset(), self.handle(), self.offset(),
                self.dice.choice([1, 4096, 100_000, 3_000_000]))

    def mmap_write(self):
        return "mmap_write", self.handle(), self.data(), self.offset()

    def lock(self):
        return ("lock", self.handle(), self.dice.choice(["flock", "ofd", "posix"]),
                self.dice.choice(["read", "write", "none"]), self.dice.choice([0, 10, 4096]),
                self.dice.choice([0, 1, 100, 5000]))

    def holes(self):
        return "holes", self.handle()


WEIGHTS = {"mkdir": 4, "mkfifo": 1, "rmdir": 3, "unlink": 5, "symlink": 2, "readlink": 1, "link": 3,
           "rename": 7, "rename2": 3, "listdir": 2, "stat": 2, "chmod": 3, "chown": 3, "utime": 4,
           "truncate": 4, "setxattr": 3, "removexattr": 1, "xattrs": 2, "access": 1, "open": 14,
           "close": 5, "write": 6, "read": 3, "pwrite": 8, "pread": 4, "seek": 1, "seek_end": 1,
           "ftruncate": 4, "fsync": 1, "fstat": 2, "fchmod": 1, "futime": 2, "fallocate": 5,
           "copy_range": 3, "mmap_write": 3, "holes": 3, "lock": 4, "mknod": 1}

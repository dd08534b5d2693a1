"""What the differential test does to a folder: each call gives a result that can be compared."""
import errno
import fcntl
import hashlib
import mmap
import os
import stat
import struct

import syscalls

F_OFD_SETLK = 37
CLOCKS_FROM = 1_500_000_000 * 10**9  # earlier times were set by a call


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()[:16]


class Folder:
    """One of the folders that are compared: runs calls below `root`, keeps open files by number."""

    def __init__(self, root, has_exact_blocks=False):
        self.root, self.has_exact_blocks = str(root), has_exact_blocks
        self.files = {}

    def run(self, call, user=0):
        """The call's result, or the name of its error; users other than root are in no other group."""
        name, *arguments = call
        groups = os.getgroups()
        os.chdir(self.root)  # what lies above need not let other users pass
        if user != 0:
            os.setgroups([])
            os.setegid(user)
            os.seteuid(user)
        try:
            return "ok", getattr(self, name)(*arguments)
        except OSError as error:
            return "error", errno.errorcode[error.errno]
        finally:
            if user != 0:
                os.seteuid(0)
                os.setegid(0)
                os.setgroups(groups)
            os.chdir("/")

    @staticmethod
    def at(path):
        return path or "."

    # names

    def mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)

    def mkfifo(self, path, mode):
        os.mkfifo(self.at(path), mode)

    def mknod(self, path, kind, device):
        os.mknod(self.at(path), kind | 0o644, device)

    def rmdir(self, path):
        os.rmdir(self.at(path))

    def unlink(self, path):
        os.unlink(self.at(path))

    def symlink(self, target, path):
        os.symlink(target, self.at(path))

    def readlink(self, path):
        return os.readlink(self.at(path))

    def link(self, path, new_path):
        os.link(self.at(path), self.at(new_path), follow_symlinks=False)

    def rename(self, path, new_path):
        os.rename(self.at(path), self.at(new_path))

    def rename2(self, path, new_path, flags):
        syscalls.renameat2(self.at(path), self.at(new_path), flags)

    def listdir(self, path):
        return sorted(os.listdir(self.at(path)))

    # attributes

    def stat(self, path):
        return describe(os.lstat(self.at(path)))

    def chmod(self, path, mode):
        os.chmod(self.at(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.at(path), uid, gid, follow_symlinks=False)

    def utime(self, path, atime, mtime):
        syscalls.utimensat(self.at(path), atime, mtime)

    def truncate(self, path, size):
        os.truncate(self.at(path), size)

    def setxattr(self, path, name, value, flags):
        os.setxattr(self.at(path), name, value, flags, follow_symlinks=False)

    def removexattr(self, path, name):
        os.removexattr(self.at(path), name, follow_symlinks=False)

    def xattrs(self, path):
        path = self.at(path)
        return {name: os.getxattr(path, name, follow_symlinks=False)
                for name in sorted(os.listxattr(path, follow_symlinks=False))}

    def access(self, path, mode):
        return os.access(self.at(path), mode, effective_ids=True)

    # open files

    def open(self, number, path, flags, mode):
        self.close(number)
        if stat.S_IFMT(os.lstat(self.at(path)).st_mode if os.path.lexists(self.at(path)) else 0) in (
                stat.S_IFCHR, stat.S_IFBLK):
            return "device"  # the mount lets nobody use them
        file = os.open(self.at(path), flags | os.O_NONBLOCK, mode)
        if stat.S_ISREG(os.fstat(file).st_mode):
            self.files[number] = file
        else:
            os.close(file)  # seeking and mapping those means something else everywhere

    def close(self, number):
        if number in self.files:
            os.close(self.files.pop(number))

    def close_all(self):
        for number in list(self.files):
            self.close(number)

    def file(self, number):
        if number not in self.files:
            raise OSError(errno.EBADF, "not open")
        return self.files[number]

    def write(self, number, data):
        return os.write(self.file(number), data)

    def read(self, number, size):
        return digest(os.read(self.file(number), size))

    def pwrite(self, number, data, offset):
        return os.pwrite(self.file(number), data, offset)

    def pread(self, number, size, offset):
        return digest(os.pread(self.file(number), size, offset))

    def seek(self, number, offset, whence):
        return os.lseek(self.file(number), offset, whence)

    def ftruncate(self, number, size):
        os.ftruncate(self.file(number), size)

    def fsync(self, number):
        os.fsync(self.file(number))

    def fstat(self, number):
        return describe(os.fstat(self.file(number)))

    def fchmod(self, number, mode):
        os.fchmod(self.file(number), mode)

    def futime(self, number, nanoseconds):
        os.utime(self.file(number), ns=(nanoseconds, nanoseconds))

    def fallocate(self, number, mode, offset, length):
        syscalls.fallocate(self.file(number), mode, offset, length)

    def copy_range(self, source, offset, target, target_offset, length):
        """As much as there is, whatever steps the file system takes."""
        copied = 0
        while copied < length:
            step = os.copy_file_range(self.file(source), self.file(target), length - copied,
                                      offset + copied, target_offset + copied)
            if step == 0:
                break
            copied += step
        return copied

    def mmap_write(self, number, data, offset):
        file = self.file(number)
        size = os.fstat(file).st_size
        if size < offset + len(data):
            return "too short"
        with mmap.mmap(file, size) as view:
            view[offset:offset + len(data)] = data
        return digest(os.pread(file, size, 0))

    def lock(self, number, kind, how, offset, length):
        """Without waiting. Those of one process conflict only if they belong to open files."""
        file = self.file(number)
        if kind == "flock":
            fcntl.flock(file, {"read": fcntl.LOCK_SH, "write": fcntl.LOCK_EX,
                               "none": fcntl.LOCK_UN}[how] | fcntl.LOCK_NB)
            return
        wanted = {"read": fcntl.F_RDLCK, "write": fcntl.F_WRLCK, "none": fcntl.F_UNLCK}[how]
        request = struct.pack("hhqqi4x", wanted, os.SEEK_SET, offset, length, 0)
        fcntl.fcntl(file, F_OFD_SETLK if kind == "ofd" else fcntl.F_SETLK, request)

    def holes(self, number):
        """Holes need not lie at the same places; but they read as zeros, and all is found. In the
        mount what is no hole is what is allocated."""
        file = self.file(number)
        size = os.fstat(file).st_size
        position = os.lseek(file, 0, os.SEEK_CUR)
        try:
            os.fsync(file)
            allocated = check_holes(file, size)
            if self.has_exact_blocks:
                blocks = os.fstat(file).st_blocks
                assert blocks == (allocated + 511) // 512, (blocks, allocated)
        finally:
            os.lseek(file, position, os.SEEK_SET)
        return size


def check_holes(file, size):
    """How many bytes are no hole."""
    at = found = 0
    while at < size:
        try:
            data = os.lseek(file, at, os.SEEK_DATA)
        except OSError as error:
            assert error.errno == errno.ENXIO, error
            data = size
        assert at <= data <= size, (at, data, size)
        assert not any(os.pread(file, data - at, at)), f"data in a hole at {at}"
        if data == size:
            return found
        at = os.lseek(file, data, os.SEEK_HOLE)
        assert data < at <= size, (data, at, size)
        found += at - data
    return found


def time_of(nanoseconds):
    return nanoseconds if nanoseconds < CLOCKS_FROM else "clock"


def describe(found):
    """What stat(2) must say on both sides."""
    kind = stat.S_IFMT(found.st_mode)
    size = None if kind == stat.S_IFDIR else found.st_size
    mode = found.st_mode
    if kind == stat.S_IFREG and not mode & stat.S_IXGRP:
        mode &= ~stat.S_ISGID  # FUSE in the kernel takes it away later than others do
    return {"mode": oct(mode), "links": found.st_nlink, "uid": found.st_uid,
            "gid": found.st_gid, "size": size, "device": found.st_rdev, "mtime": time_of(found.st_mtime_ns)}


def tree(root):
    """Everything below: attributes, bytes, targets, extended attributes, groups of hard links."""
    found, groups = {}, {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files, "."]:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, root)
            status = os.lstat(full)
            entry = describe(status)
            if name == "." and folder == str(root):
                del entry["mode"], entry["uid"], entry["gid"]
            if stat.S_ISREG(status.st_mode):
                groups.setdefault((status.st_dev, status.st_ino), []).append(path)
                with open(full, "rb") as file:
                    entry["bytes"] = digest(file.read())
            elif stat.S_ISLNK(status.st_mode):
                entry["target"] = os.readlink(full)
            entry["xattrs"] = {name: os.getxattr(full, name, follow_symlinks=False)
                               for name in os.listxattr(full, follow_symlinks=False)}
            found[path] = entry
    for group in groups.values():
        for path in group:
            found[path]["same file"] = sorted(group)
    return found

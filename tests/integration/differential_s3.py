"""S3 operations of the differential test: the real ones, and what they mean for a local folder."""
import os
import stat

from botocore.exceptions import ClientError

from differential_calls import digest


class RealS3:
    """The bucket behind the mount."""

    def __init__(self, client, bucket):
        self.client, self.bucket = client, bucket

    def put(self, key, data):
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def delete(self, key):
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def copy(self, key, new_key):
        try:
            self.client.copy_object(Bucket=self.bucket, Key=new_key, CopySource=f"{self.bucket}/{key}")
            return "copied"
        except ClientError as error:
            return error.response["Error"]["Code"]

    def get(self, key):
        try:
            return digest(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ClientError as error:
            return error.response["Error"]["Code"]

    def keys(self):
        """Keys of objects, without those that stand for empty directories."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])
                if not entry["Key"].endswith("/")]


class LocalS3:
    """What S3 does to the tree: a new file takes the name, its folders come and go with it.

    Times of folders are the mount's own: S3 does not change them.
    """

    def __init__(self, root):
        self.root = str(root)
        self.implicit = {}  # folders that S3 made: inode number, and their times when last seen

    def full(self, key):
        return os.path.join(self.root, key)

    def put(self, key, data):
        self.note_touched()
        path, folders = self.full(key), self.folders_of(key)
        for folder in folders:
            if not os.path.isdir(folder):
                before = os.stat(os.path.dirname(folder))
                os.mkdir(folder)
                os.chown(folder, 0, 0)
                os.chmod(folder, 0o750)
                self.set_times(os.path.dirname(folder), before)
                self.implicit[os.stat(folder).st_ino] = folder
        before = os.stat(os.path.dirname(path))
        mode, uid, gid = 0o640, 0, 0
        if os.path.lexists(path):
            old = os.lstat(path)
            mode, uid, gid = stat.S_IMODE(old.st_mode), old.st_uid, old.st_gid
        new = self.root + ".new"
        with open(new, "wb") as file:
            file.write(data)
        os.chown(new, uid, gid)
        os.chmod(new, mode)
        os.rename(new, path)
        self.set_times(os.path.dirname(path), before)
        self.look_at_implicit()

    def delete(self, key):
        self.note_touched()
        path = self.full(key)
        if os.path.lexists(path):
            before = os.stat(os.path.dirname(path))
            os.unlink(path)
            self.set_times(os.path.dirname(path), before)
            for folder in reversed(self.folders_of(key)):
                above = os.stat(os.path.dirname(folder))
                if os.listdir(folder) or os.stat(folder).st_ino not in self.implicit:
                    break
                del self.implicit[os.stat(folder).st_ino]
                os.rmdir(folder)
                self.set_times(os.path.dirname(folder), above)
        self.look_at_implicit()

    def copy(self, key, new_key):
        if self.get(key) == "NoSuchKey":
            return "NoSuchKey"
        if key == new_key:
            return "InvalidRequest"
        with open(self.full(key), "rb") as file:
            self.put(new_key, file.read())
        return "copied"

    def get(self, key):
        path = self.full(key)
        if not os.path.lexists(path):
            return "NoSuchKey"
        if os.path.islink(path):
            return digest(os.fsencode(os.readlink(path)))
        if not os.path.isfile(path):
            return digest(b"")
        with open(path, "rb") as file:
            return digest(file.read())

    def keys(self):
        found = []
        for folder, folders, files in os.walk(self.root):
            for name in [*files, *(name for name in folders if os.path.islink(os.path.join(folder, name)))]:
                found.append(os.path.relpath(os.path.join(folder, name), self.root))
        return sorted(found)

    def folders_of(self, key):
        pieces = key.split("/")[:-1]
        return [self.full("/".join(pieces[:count])) for count in range(1, len(pieces) + 1)]

    @staticmethod
    def set_times(path, status):
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def note_touched(self):
        """What the mount changes in or of a folder that S3 made keeps it alive."""
        for folder, folders, _ in os.walk(self.root):
            for name in folders:
                status = os.lstat(os.path.join(folder, name))
                if self.implicit.get(status.st_ino, status.st_ctime_ns) != status.st_ctime_ns:
                    del self.implicit[status.st_ino]

    def look_at_implicit(self):
        there = {}
        for folder, folders, _ in os.walk(self.root):
            for name in folders:
                status = os.lstat(os.path.join(folder, name))
                if status.st_ino in self.implicit:
                    there[status.st_ino] = status.st_ctime_ns
        self.implicit = there

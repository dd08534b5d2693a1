-- What a bucket is configured to do: its settings as documents, and its quota.

-- One row a setting that is there.
CREATE TABLE bucket_document (
    bucket     INTEGER NOT NULL,  -- bucket.id
    kind       INTEGER NOT NULL,  -- catalog::DocumentKind
    body       BLOB    NOT NULL,  -- policy: JSON as given; ACL: lines of access/acl.h; else XML in canonical form
    commit_seq INTEGER NOT NULL,  -- the commit that wrote it
    PRIMARY KEY (bucket, kind)
) WITHOUT ROWID;

-- 0: the bucket has never had a document. Otherwise the commit that changed one last: whoever keeps
-- parsed documents compares it with the bucket row that every request reads.
ALTER TABLE bucket ADD COLUMN settings_seq INTEGER NOT NULL DEFAULT 0;

-- 0: no limit. Compared with usage.bytes and usage.objects in the commit that would exceed it.
ALTER TABLE bucket ADD COLUMN quota_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bucket ADD COLUMN quota_objects INTEGER NOT NULL DEFAULT 0;

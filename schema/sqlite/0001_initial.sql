-- The first schema. Conventions, for every table:
--   *_s, *_ns        a moment: seconds since 1970 (may be negative) and nanoseconds
--   commit_seq       the commit that created or last re-linked the row (a root for the garbage collector's re-walk)
--   born_seq         the commit that created an immutable row
--   state            0 live, 1 condemned (to be collected unless used again), 2 damaged (never a deduplication target)
--   condemned_seq    the commit that condemned the row, 0 while live
-- Ids come from `counter` and are never reused. Keys and names are bytes. No triggers.

-- One row: what the whole store agrees on. Every write transaction reads it.
CREATE TABLE store_state (
    id             INTEGER PRIMARY KEY CHECK (id = 1),  -- always 1
    schema_version INTEGER NOT NULL,  -- the newest migration applied; a program that knows less refuses the store
    store_uuid     BLOB    NOT NULL,  -- 16 bytes, equal to the STORE file's
    commit_seq     INTEGER NOT NULL,  -- number of the last write transaction
    gc_generation  INTEGER NOT NULL,  -- raised by each condemning commit: the fence that sessions compare
    incarnation    INTEGER NOT NULL   -- raised by a restore
);

-- The next unused id of each kind. Processes take ranges; what a dead process did not use is skipped.
CREATE TABLE counter (
    kind    INTEGER PRIMARY KEY,  -- catalog::IdKind
    next_id INTEGER NOT NULL      -- every id from here on is unused
);

CREATE TABLE user (
    id           INTEGER PRIMARY KEY,      -- from counter
    name         TEXT    NOT NULL UNIQUE,  -- what the admin commands call the user
    display_name TEXT    NOT NULL,         -- shown as the S3 owner's name
    canonical_id TEXT    NOT NULL UNIQUE,  -- 64 hex digits: the S3 owner id
    state        INTEGER NOT NULL,         -- 0 active, 1 disabled
    is_admin     INTEGER NOT NULL,         -- 1: may use every bucket
    domain       INTEGER NOT NULL,         -- deduplication domain of the buckets this user creates
    created_s    INTEGER NOT NULL,
    created_ns   INTEGER NOT NULL
);

CREATE TABLE access_key (
    id         TEXT PRIMARY KEY,  -- what S3 calls the access key id
    user       INTEGER NOT NULL,  -- user.id
    secret     BLOB    NOT NULL,  -- sealed under the keyring, bound to the id
    state      INTEGER NOT NULL,  -- 0 active, 1 disabled
    created_s  INTEGER NOT NULL,
    created_ns INTEGER NOT NULL,
    expires_s  INTEGER            -- NULL: never
) WITHOUT ROWID;
CREATE INDEX access_key_user ON access_key (user);

CREATE TABLE bucket (
    id                INTEGER PRIMARY KEY,      -- from counter
    name              TEXT    NOT NULL UNIQUE,  -- by S3's naming rules
    owner             INTEGER NOT NULL,         -- user.id
    domain            INTEGER NOT NULL,         -- deduplication domain of its data; fixed at creation
    root_ino          INTEGER NOT NULL,         -- inode of its top directory: parent of its first-level slots
    versioning        INTEGER NOT NULL,         -- 0 never, 1 enabled, 2 suspended
    profile           INTEGER NOT NULL,         -- chunk profile of new keys (blob::ChunkProfile)
    directory_markers INTEGER NOT NULL,         -- whether S3 lists mkdir's directories: 0 while empty, 1 always, 2 never
    trust_posix       INTEGER NOT NULL,         -- 1: owner, special bits and file types are taken from S3 metadata
    uid               INTEGER NOT NULL,         -- owner, group and modes that files from S3 show in the mount
    gid               INTEGER NOT NULL,         -- as uid
    file_mode         INTEGER NOT NULL,         -- as uid
    directory_mode    INTEGER NOT NULL,         -- as uid
    region            TEXT    NOT NULL,         -- what GetBucketLocation answers
    created_s         INTEGER NOT NULL,
    created_ns        INTEGER NOT NULL,
    commit_seq        INTEGER NOT NULL
);
CREATE INDEX bucket_owner ON bucket (owner);

-- Kept in the commit that changes what it counts; quota and statfs read it.
CREATE TABLE usage (
    bucket   INTEGER PRIMARY KEY,  -- bucket.id
    bytes    INTEGER NOT NULL,     -- logical bytes of current objects and noncurrent versions
    objects  INTEGER NOT NULL,     -- live slots that are objects
    versions INTEGER NOT NULL      -- rows of `version`, delete markers included
);

-- POSIX identity. A directory or a file with one name that the mount never changed may have no row:
-- then the slot and its bucket's defaults say everything.
CREATE TABLE inode (
    ino         INTEGER PRIMARY KEY,  -- from counter
    bucket      INTEGER NOT NULL,     -- bucket.id
    kind        INTEGER NOT NULL,     -- catalog::FileKind
    mode        INTEGER NOT NULL,     -- permission, setuid, setgid and sticky bits; no type bits
    uid         INTEGER NOT NULL,     -- owner
    gid         INTEGER NOT NULL,     -- group
    rdev        INTEGER NOT NULL,     -- devices only, else 0
    nlink       INTEGER NOT NULL,     -- names of a file; 2 + subdirectories is computed for directories
    parent      INTEGER NOT NULL,     -- directories: the parent's ino; files: 0
    size        INTEGER NOT NULL,     -- bytes of the content, or of a symlink's target
    atime_s     INTEGER NOT NULL,
    atime_ns    INTEGER NOT NULL,
    mtime_s     INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    ctime_s     INTEGER NOT NULL,
    ctime_ns    INTEGER NOT NULL,
    btime_s     INTEGER NOT NULL,
    btime_ns    INTEGER NOT NULL,
    content     INTEGER NOT NULL,     -- content.id, 0 when empty
    etag        BLOB    NOT NULL,     -- as slot.etag, masked under etag_seq
    etag_parts  INTEGER NOT NULL,     -- as slot.etag_parts
    etag_seq    INTEGER NOT NULL,     -- the version number the ETag is masked under
    modified_s  INTEGER NOT NULL,     -- S3 Last-Modified: when the content was published
    modified_ns INTEGER NOT NULL,
    profile     INTEGER NOT NULL,     -- chunk profile of its content
    attributes  BLOB,                 -- sealed object attributes (headers, user metadata, checksums), NULL when none
    extended    BLOB,                 -- sealed symlink target and extended attributes, NULL when none
    commit_seq  INTEGER NOT NULL
);

-- Live names only. Name order within a parent, walked depth first, is S3's key order: a directory's name carries its '/'.
-- The row repeats what LIST and HEAD answer. Slots of an inode with several names (flag 2) repeat nothing: join inode.
CREATE TABLE slot (
    parent      INTEGER NOT NULL,  -- ino of the directory, bucket.root_ino at the top
    name        BLOB    NOT NULL,  -- one piece of the key, with its '/' if it is a directory or a `d/` object
    row_id      INTEGER NOT NULL,  -- never reused: the readdir cookie
    ino         INTEGER NOT NULL,  -- inode.ino, where there is a row
    bucket      INTEGER NOT NULL,  -- bucket.id
    kind        INTEGER NOT NULL,  -- catalog::FileKind
    flags       INTEGER NOT NULL,  -- 1 explicit directory, 2 hard links exist, 4 shown with an escaped name, 8 a `d/` object made over S3
    size        INTEGER NOT NULL,  -- bytes
    etag        BLOB    NOT NULL,  -- 16 bytes, encrypted under version_seq
    etag_parts  INTEGER NOT NULL,  -- the n of "<hex>-n", 0 for a plain MD5
    modified_s  INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    version_seq INTEGER NOT NULL,  -- number of the current version: unique, rising in commit order
    is_null     INTEGER NOT NULL,  -- 1: the version's id is `null` to S3
    content     INTEGER NOT NULL,  -- content.id, 0 when empty
    owner       INTEGER NOT NULL,  -- user.id
    profile     INTEGER NOT NULL,  -- chunk profile of its content
    commit_seq  INTEGER NOT NULL,
    attributes  BLOB,              -- sealed object attributes, NULL when none
    PRIMARY KEY (parent, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX slot_row ON slot (parent, row_id);
CREATE INDEX slot_ino ON slot (ino);

-- Flat history by full key, in buckets that are or were versioned: every version, the current one and delete markers.
-- A slot without a row here is its own `null` version (it is older than versioning).
CREATE TABLE version (
    bucket      INTEGER NOT NULL,  -- bucket.id
    key         BLOB    NOT NULL,  -- the whole key
    seq         INTEGER NOT NULL,  -- newest first; S3's version id is derived from it
    is_null     INTEGER NOT NULL,  -- 1: its id is `null` to S3
    is_marker   INTEGER NOT NULL,  -- 1: delete marker
    ino         INTEGER NOT NULL,  -- 0 for markers
    kind        INTEGER NOT NULL,  -- catalog::FileKind
    size        INTEGER NOT NULL,  -- bytes
    etag        BLOB    NOT NULL,  -- as slot.etag, masked under seq
    etag_parts  INTEGER NOT NULL,  -- as slot.etag_parts
    modified_s  INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    content     INTEGER NOT NULL,  -- content.id, 0 when empty
    owner       INTEGER NOT NULL,  -- user.id
    profile     INTEGER NOT NULL,  -- chunk profile of its content
    origin      INTEGER NOT NULL,  -- 0 S3, 1 mount
    served      INTEGER NOT NULL,  -- 1: an S3 answer has named it; it is never coalesced
    retain_mode INTEGER NOT NULL,  -- 0 none, 1 governance, 2 compliance
    retain_s    INTEGER NOT NULL,  -- locked until
    legal_hold  INTEGER NOT NULL,  -- 1: locked until it is taken off
    commit_seq  INTEGER NOT NULL,
    attributes  BLOB,              -- sealed object attributes, NULL when none
    PRIMARY KEY (bucket, key, seq DESC)
) WITHOUT ROWID;
CREATE UNIQUE INDEX version_null ON version (bucket, key) WHERE is_null = 1;
CREATE INDEX version_ino ON version (ino);

-- An immutable run of bytes. Depth 0: one chunk, `root` is chunk.id. Otherwise `root` is page.id and depth its level.
CREATE TABLE content (
    id            INTEGER PRIMARY KEY,  -- from counter
    size          INTEGER NOT NULL,     -- bytes
    depth         INTEGER NOT NULL,     -- levels of pages
    root          INTEGER NOT NULL,     -- chunk.id or page.id
    crc64nvme     INTEGER NOT NULL,     -- of all bytes, as a signed 64-bit number
    state         INTEGER NOT NULL,
    born_seq      INTEGER NOT NULL,
    condemned_seq INTEGER NOT NULL
);

-- Manifest pages, docs/formats/manifest.md.
CREATE TABLE page (
    id            INTEGER PRIMARY KEY,  -- from counter
    level         INTEGER NOT NULL,     -- 1: leaf of extents, above: (child, length) entries
    body          BLOB    NOT NULL,     -- the encoded entries
    state         INTEGER NOT NULL,
    born_seq      INTEGER NOT NULL,
    condemned_seq INTEGER NOT NULL
);

-- Where a chunk lies. pack 0: the record is in inline_record.
CREATE TABLE chunk (
    id            INTEGER PRIMARY KEY,  -- from counter
    pack          INTEGER NOT NULL,     -- pack.id, or 0
    offset_bytes  INTEGER NOT NULL,     -- of the sealed record in its pack
    length_bytes  INTEGER NOT NULL,     -- of the sealed record
    plain_bytes   INTEGER NOT NULL,     -- of the plaintext
    state         INTEGER NOT NULL,
    born_seq      INTEGER NOT NULL,
    condemned_seq INTEGER NOT NULL
);

-- The only place of the 32-byte keyed id. One row a chunk; uniqueness decides between two writers.
CREATE TABLE chunk_identity (
    identity BLOB PRIMARY KEY,  -- 32 bytes
    chunk    INTEGER NOT NULL   -- chunk.id
) WITHOUT ROWID;

-- Sealed records of at most 1 KiB, until they are copied into a pack.
CREATE TABLE inline_record (
    chunk  INTEGER PRIMARY KEY,  -- chunk.id
    record BLOB NOT NULL         -- as it would lie in a pack
);

CREATE TABLE pack (
    id             INTEGER PRIMARY KEY,      -- from counter
    uuid           BLOB    NOT NULL UNIQUE,  -- 16 bytes, its file name
    store_id       INTEGER NOT NULL,         -- which data directory or tier
    state          INTEGER NOT NULL,         -- 0 active, 1 sealed, 2 poisoned, 3 compacting, 4 condemned
    process        BLOB    NOT NULL,         -- 16 bytes: the process that writes or wrote it
    durable_length INTEGER NOT NULL,         -- bytes that are known to be synced; no chunk row points past it
    size           INTEGER NOT NULL,         -- of the file once sealed, else 0
    live_bytes     INTEGER NOT NULL,         -- statistics of the last mark
    scrubbed_s     INTEGER NOT NULL,
    created_s      INTEGER NOT NULL
);
CREATE INDEX pack_open ON pack (state) WHERE state = 0;

-- Leaves that a long upload or stream has committed before its end: garbage collection roots while the process lives.
CREATE TABLE pending_page (
    process BLOB    NOT NULL,  -- 16 bytes: the process that writes the stream
    stream  INTEGER NOT NULL,  -- which stream of the process
    ordinal INTEGER NOT NULL,  -- of the page within the stream
    page    INTEGER NOT NULL,  -- page.id
    PRIMARY KEY (process, stream, ordinal)
) WITHOUT ROWID;

-- Inodes and contents that a living process still uses though no name leads to them.
CREATE TABLE hold (
    process    BLOB    NOT NULL,  -- 16 bytes: the process that uses the target
    kind       INTEGER NOT NULL,  -- 0 inode, 1 content
    target     INTEGER NOT NULL,  -- inode.ino or content.id
    commit_seq INTEGER NOT NULL,
    PRIMARY KEY (process, kind, target)
) WITHOUT ROWID;

CREATE TABLE upload (
    id           BLOB PRIMARY KEY,  -- 16 random bytes; S3's upload id is their text
    bucket       INTEGER NOT NULL,  -- bucket.id
    key          BLOB    NOT NULL,  -- the key that Complete will make
    state        INTEGER NOT NULL,  -- 0 open, 1 completed (kept so that a repeated Complete gets the same answer)
    owner        INTEGER NOT NULL,  -- user.id of who created it
    initiated_s  INTEGER NOT NULL,
    initiated_ns INTEGER NOT NULL,
    version_seq  INTEGER NOT NULL,  -- what Complete made, else 0
    commit_seq   INTEGER NOT NULL,
    attributes   BLOB               -- sealed object attributes given at Create
) WITHOUT ROWID;
CREATE INDEX upload_key ON upload (bucket, key, initiated_s, initiated_ns, id);

CREATE TABLE part (
    upload      BLOB    NOT NULL,  -- upload.id
    number      INTEGER NOT NULL,  -- 1 to 10,000
    size        INTEGER NOT NULL,  -- bytes
    content     INTEGER NOT NULL,  -- content.id, 0 when empty
    modified_s  INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    commit_seq  INTEGER NOT NULL,
    digests     BLOB    NOT NULL,  -- sealed: MD5 and the checksum that the client sent
    PRIMARY KEY (upload, number)
) WITHOUT ROWID;

-- What changed, for mounts, running marks and later consumers; trimmed below what all of them have read.
CREATE TABLE change_log (
    commit_seq INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,  -- within the commit
    operation  INTEGER NOT NULL,  -- catalog::ChangeKind
    bucket     INTEGER NOT NULL,  -- bucket.id, 0 for users and keys
    parent     INTEGER NOT NULL,  -- directory of the slot, else 0
    name       BLOB    NOT NULL,  -- of the slot in its directory, or of the bucket
    ino        INTEGER NOT NULL,  -- the inode that is there now, or was (removals)
    old_ino    INTEGER NOT NULL,  -- the inode that was replaced, else 0
    version    INTEGER NOT NULL,  -- version number of the change, else 0
    actor      BLOB    NOT NULL,  -- the process that did it
    PRIMARY KEY (commit_seq, ordinal)
) WITHOUT ROWID;

INSERT INTO counter (kind, next_id) VALUES (0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 16), (6, 1), (7, 1), (8, 1), (9, 1);

-- Snapshots of this catalog, docs/formats/snapshot.md. Their content keeps the records alive that they are made of.

-- A row for each that is kept; none is in the copy that it is of.
CREATE TABLE catalog_snapshot (
    seq            INTEGER PRIMARY KEY,  -- the last commit that it holds; its file is named for it
    content        INTEGER NOT NULL,     -- content.id: pieces of the database, lists of their ids, the head
    created_s      INTEGER NOT NULL,     -- when it was made
    database_bytes INTEGER NOT NULL,     -- length of the database
    new_bytes      INTEGER NOT NULL,     -- of records that no snapshot before had
    commit_seq     INTEGER NOT NULL      -- the commit that wrote the row
);

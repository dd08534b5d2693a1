-- Garbage collection. While one runs, every use of an older content, page or chunk is noted, so that what it found
-- unreachable and what is used since never become one thing.

-- One row while a collection runs (or one that died has not been cleared by the next), else none.
CREATE TABLE collection (
    id       INTEGER PRIMARY KEY CHECK (id = 1),  -- always 1
    run      BLOB    NOT NULL,                    -- 16 random bytes; a collection that finds another's ends
    mark_seq INTEGER NOT NULL                     -- the commit that began it
);

-- What commits have used again since: the collection takes it as reached, in the transaction that condemns or deletes.
CREATE TABLE used_again (
    kind   INTEGER NOT NULL,  -- catalog::Collected
    target INTEGER NOT NULL,  -- content.id, page.id or chunk.id
    PRIMARY KEY (kind, target)
) WITHOUT ROWID;

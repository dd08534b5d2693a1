-- Tokens of RenameObject: a request that is sent again is answered again, not carried out again.

-- One row a rename that came with a token, for as long as the token is good.
CREATE TABLE rename_token (
    id        BLOB PRIMARY KEY,  -- 16 bytes: hash of user, bucket and token
    request   BLOB    NOT NULL,  -- 16 bytes: hash of everything that the request asked for
    expires_s INTEGER NOT NULL   -- the row means nothing from then on
) WITHOUT ROWID;
CREATE INDEX rename_token_age ON rename_token (expires_s);

-- Object lock: a bucket's default retention, and what an upload asks for the version it will make.

ALTER TABLE bucket ADD COLUMN object_lock INTEGER NOT NULL DEFAULT 0;  -- 1: versions may be locked; versioning stays enabled
ALTER TABLE bucket ADD COLUMN lock_mode   INTEGER NOT NULL DEFAULT 0;  -- of new versions that ask for none: 0 none, 1 governance, 2 compliance
ALTER TABLE bucket ADD COLUMN lock_days   INTEGER NOT NULL DEFAULT 0;  -- how long, in days
ALTER TABLE bucket ADD COLUMN lock_years  INTEGER NOT NULL DEFAULT 0;  -- or in years; one of the two is 0

ALTER TABLE upload ADD COLUMN retain_mode INTEGER NOT NULL DEFAULT 0;  -- 0 the bucket's default, 1 governance, 2 compliance
ALTER TABLE upload ADD COLUMN retain_s    INTEGER NOT NULL DEFAULT 0;  -- locked until
ALTER TABLE upload ADD COLUMN legal_hold  INTEGER NOT NULL DEFAULT 0;  -- 1: asked for

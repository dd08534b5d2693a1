-- How long a mount may take back a version of its own that no S3 answer has named: 0 keeps every one.
ALTER TABLE bucket ADD COLUMN version_window_s INTEGER NOT NULL DEFAULT 60;

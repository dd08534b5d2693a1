-- Which data epoch a pack's records are sealed under: what is sealed under an older one than the current is sealed anew
-- by `key drain`. Every store has had only epoch 1 until now.
ALTER TABLE pack ADD COLUMN oldest_epoch INTEGER NOT NULL DEFAULT 1;  -- none of its records is older

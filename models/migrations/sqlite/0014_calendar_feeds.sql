-- Why: a calendar program elsewhere follows a staff member's or a place's appointments by an address with a secret in it.
-- The secret is stored hashed, opens that feed alone and can be revoked.
CREATE TABLE calendar_feed (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  staff_id TEXT,
  location_id TEXT,
  detail TEXT NOT NULL CHECK (length(detail) <= 32),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  made_by_id TEXT NOT NULL,
  last_used_at TEXT,
  revoked_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  CHECK ((staff_id IS NULL) <> (location_id IS NULL))
) STRICT;
CREATE INDEX booking_feed_of_place ON booking (account_id, location_id, starts_at);

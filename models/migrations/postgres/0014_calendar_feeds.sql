-- Why: a calendar program elsewhere follows a staff member's or a place's appointments by an address with a secret in it.
-- The secret is stored hashed, opens that feed alone and can be revoked.
CREATE TABLE calendar_feed (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  staff_id uuid,
  location_id uuid,
  detail varchar(32) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  made_by_id uuid NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  CHECK ((staff_id IS NULL) <> (location_id IS NULL))
);
CREATE INDEX booking_feed_of_place ON booking (account_id, location_id, starts_at);

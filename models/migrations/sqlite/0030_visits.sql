-- Why: one booking, or one hold, may be of several services that follow each other: a visit. Its segments in order.

CREATE TABLE segment (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  place INTEGER NOT NULL CHECK (place >= 0),
  service_id TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  price_minor INTEGER,
  currency TEXT CHECK (length(currency) <= 3),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, place),
  UNIQUE (account_id, hold_id, place),
  CONSTRAINT segment_of_one CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CONSTRAINT segment_forward CHECK (starts_at < ends_at),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id)
) STRICT;
CREATE INDEX segment_service ON segment (account_id, service_id, starts_at);

-- What a visit is called where there is room for one name only. Null: as its service is.
ALTER TABLE booking ADD COLUMN title TEXT;

-- Why: appointments that repeat by one rule are made, moved and called off together. Each stays a booking of its own; a
-- series says which belong together, in which order, and when the rule meant them to be.
CREATE TABLE booking_series (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  staff_id TEXT,
  rule TEXT NOT NULL CHECK (length(rule) <= 200),
  local_start TEXT NOT NULL CHECK (length(local_start) <= 16),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  left_out TEXT NOT NULL CHECK (json_valid(left_out)),
  added TEXT NOT NULL CHECK (json_valid(added)),
  size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 104),
  ended_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
) STRICT;
CREATE INDEX booking_series_customer ON booking_series (account_id, customer_id, id);
CREATE INDEX booking_series_staff ON booking_series (account_id, staff_id, id);

-- `refused` says why an occurrence was never booked; all others have their booking, whatever became of it.
CREATE TABLE series_occurrence (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  series_id TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 104),
  planned_at TEXT NOT NULL,
  booking_id TEXT,
  refused TEXT CHECK (length(refused) <= 32),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, series_id, position),
  UNIQUE (account_id, booking_id),
  CONSTRAINT series_occurrence_booked CHECK ((booking_id IS NULL) = (refused IS NOT NULL)),
  FOREIGN KEY (account_id, series_id) REFERENCES booking_series (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;

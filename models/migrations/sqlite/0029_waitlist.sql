-- Why: who finds no free time may wait for one. What becomes free is offered to one of them at a time, kept by a hold whose
-- secret nobody has, so that only the mailed link books it.
ALTER TABLE service ADD COLUMN waitlist_minutes INTEGER NOT NULL DEFAULT 120 CHECK (waitlist_minutes BETWEEN 5 AND 1440);

CREATE TABLE waitlist_entry (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  staff_id TEXT,
  customer_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (length(state) <= 32),
  from_date TEXT NOT NULL,
  until_date TEXT NOT NULL,
  from_minute INTEGER NOT NULL,
  until_minute INTEGER NOT NULL,
  weekdays TEXT NOT NULL CHECK (json_valid(weekdays)),
  party_size INTEGER NOT NULL CHECK (party_size >= 1),
  customer_zone TEXT CHECK (length(customer_zone) <= 64),
  ends_at TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  nonce TEXT NOT NULL CHECK (length(nonce) <= 32),
  hold_hash TEXT CHECK (length(hold_hash) <= 64),
  offered_starts_at TEXT,
  offer_expires_at TEXT,
  booking_id TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id),
  CHECK (from_date <= until_date),
  CHECK (from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440),
  CHECK (state <> 'OFFERED'
    OR (hold_hash IS NOT NULL AND offered_starts_at IS NOT NULL AND offer_expires_at IS NOT NULL))
) STRICT;
CREATE INDEX waitlist_entry_line ON waitlist_entry (account_id, service_id, state, created_at);
CREATE INDEX waitlist_entry_of ON waitlist_entry (account_id, customer_id, state);
CREATE INDEX waitlist_entry_live ON waitlist_entry (state, ends_at) WHERE state IN ('WAITING', 'OFFERED');

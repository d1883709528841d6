-- Why: who finds no free time may wait for one. What becomes free is offered to one of them at a time, kept by a hold whose
-- secret nobody has, so that only the mailed link books it.
ALTER TABLE service ADD COLUMN waitlist_minutes integer NOT NULL DEFAULT 120 CHECK (waitlist_minutes BETWEEN 5 AND 1440);

CREATE TABLE waitlist_entry (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid,
  customer_id uuid NOT NULL,
  state varchar(32) NOT NULL,
  from_date date NOT NULL,
  until_date date NOT NULL,
  from_minute integer NOT NULL,
  until_minute integer NOT NULL,
  weekdays jsonb NOT NULL,
  party_size integer NOT NULL CHECK (party_size >= 1),
  customer_zone varchar(64),
  ends_at timestamptz NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  nonce varchar(32) NOT NULL,
  hold_hash varchar(64),
  offered_starts_at timestamptz,
  offer_expires_at timestamptz,
  booking_id uuid,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id),
  CHECK (from_date <= until_date),
  CHECK (from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440),
  CHECK (state <> 'OFFERED'
    OR (hold_hash IS NOT NULL AND offered_starts_at IS NOT NULL AND offer_expires_at IS NOT NULL))
);
CREATE INDEX waitlist_entry_line ON waitlist_entry (account_id, service_id, state, created_at);
CREATE INDEX waitlist_entry_of ON waitlist_entry (account_id, customer_id, state);
CREATE INDEX waitlist_entry_live ON waitlist_entry (state, ends_at) WHERE state IN ('WAITING', 'OFFERED');

-- Why: one booking, or one hold, may be of several services that follow each other: a visit. Its segments in order.

CREATE TABLE segment (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid,
  hold_id uuid,
  place integer NOT NULL CHECK (place >= 0),
  service_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  price_minor bigint,
  currency text CHECK (length(currency) <= 3),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, place),
  UNIQUE (account_id, hold_id, place),
  CONSTRAINT segment_of_one CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CONSTRAINT segment_forward CHECK (starts_at < ends_at),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id)
);
CREATE INDEX segment_service ON segment (account_id, service_id, starts_at);

-- What a visit is called where there is room for one name only. Null: as its service is.
ALTER TABLE booking ADD COLUMN title text;

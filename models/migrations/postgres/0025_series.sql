-- Why: appointments that repeat by one rule are made, moved and called off together. Each stays a booking of its own; a
-- series says which belong together, in which order, and when the rule meant them to be.
CREATE TABLE booking_series (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  customer_id uuid NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid,
  rule varchar(200) NOT NULL,
  local_start varchar(16) NOT NULL,
  zone varchar(64) NOT NULL,
  left_out jsonb NOT NULL,
  added jsonb NOT NULL,
  size integer NOT NULL CHECK (size BETWEEN 1 AND 104),
  ended_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
);
CREATE INDEX booking_series_customer ON booking_series (account_id, customer_id, id);
CREATE INDEX booking_series_staff ON booking_series (account_id, staff_id, id);

-- `refused` says why an occurrence was never booked; all others have their booking, whatever became of it.
CREATE TABLE series_occurrence (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  series_id uuid NOT NULL,
  position integer NOT NULL CHECK (position BETWEEN 1 AND 104),
  planned_at timestamptz NOT NULL,
  booking_id uuid,
  refused varchar(32),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, series_id, position),
  UNIQUE (account_id, booking_id),
  CONSTRAINT series_occurrence_booked CHECK ((booking_id IS NULL) = (refused IS NOT NULL)),
  FOREIGN KEY (account_id, series_id) REFERENCES booking_series (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);

-- Why: beside a service more can be chosen, which costs and takes time; a booking keeps what was chosen as it was then.
CREATE TABLE add_on (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  search_name TEXT NOT NULL,
  description TEXT NOT NULL,
  price_minor INTEGER CHECK (price_minor >= 0),
  currency TEXT CHECK (length(currency) <= 3),
  extra_minutes INTEGER NOT NULL CHECK (extra_minutes BETWEEN 0 AND 1440),
  maximum INTEGER NOT NULL CHECK (maximum BETWEEN 1 AND 100),
  position INTEGER NOT NULL,
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT add_on_price_has_currency CHECK ((price_minor IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX add_on_position ON add_on (account_id, position, id);

CREATE TABLE service_add_on (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  add_on_id TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, add_on_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, add_on_id) REFERENCES add_on (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX service_add_on_add_on ON service_add_on (account_id, add_on_id);

CREATE TABLE booking_add_on (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  add_on_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  unit_price_minor INTEGER CHECK (unit_price_minor >= 0),
  currency TEXT CHECK (length(currency) <= 3),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  extra_minutes INTEGER NOT NULL CHECK (extra_minutes BETWEEN 0 AND 1440),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, add_on_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, add_on_id) REFERENCES add_on (account_id, id)
) STRICT;
CREATE TRIGGER booking_add_on_kept BEFORE UPDATE ON booking_add_on
BEGIN
  SELECT RAISE(ABORT, 'booking_add_on_kept');
END;

-- A hold keeps the time of add-ons as well: how much of it that is, so that the rest says which duration was chosen.
ALTER TABLE hold ADD COLUMN extra_minutes INTEGER NOT NULL DEFAULT 0 CHECK (extra_minutes BETWEEN 0 AND 1440);

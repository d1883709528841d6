-- Why: beside a service more can be chosen, which costs and takes time; a booking keeps what was chosen as it was then.
CREATE TABLE add_on (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  search_name text COLLATE "C" NOT NULL,
  description text NOT NULL,
  price_minor bigint CHECK (price_minor >= 0),
  currency varchar(3),
  extra_minutes integer NOT NULL CHECK (extra_minutes BETWEEN 0 AND 1440),
  maximum integer NOT NULL CHECK (maximum BETWEEN 1 AND 100),
  position integer NOT NULL,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT add_on_price_has_currency CHECK ((price_minor IS NULL) = (currency IS NULL))
);
CREATE INDEX add_on_position ON add_on (account_id, position, id);

CREATE TABLE service_add_on (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  add_on_id uuid NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, add_on_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, add_on_id) REFERENCES add_on (account_id, id) ON DELETE CASCADE
);
CREATE INDEX service_add_on_add_on ON service_add_on (account_id, add_on_id);

CREATE TABLE booking_add_on (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  add_on_id uuid NOT NULL,
  name varchar(120) NOT NULL,
  unit_price_minor bigint CHECK (unit_price_minor >= 0),
  currency varchar(3),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  extra_minutes integer NOT NULL CHECK (extra_minutes BETWEEN 0 AND 1440),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, add_on_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, add_on_id) REFERENCES add_on (account_id, id)
);
CREATE FUNCTION booking_add_on_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_add_on_kept',
    MESSAGE = 'booking_add_on_kept: what was chosen does not change';
END $$;
CREATE TRIGGER booking_add_on_kept BEFORE UPDATE ON booking_add_on
  FOR EACH ROW EXECUTE FUNCTION booking_add_on_kept();

-- A hold keeps the time of add-ons as well: how much of it that is, so that the rest says which duration was chosen.
ALTER TABLE hold ADD COLUMN extra_minutes integer NOT NULL DEFAULT 0 CHECK (extra_minutes BETWEEN 0 AND 1440);

-- Why: somebody works elsewhere for some days, on the clocks of that place. Dates there, not instants.
CREATE TABLE travel (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  staff_id uuid NOT NULL,
  location_id uuid,
  zone varchar(64),
  schedule_id uuid,
  first_on date NOT NULL,
  last_on date NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id),
  CONSTRAINT travel_of_one_place CHECK ((location_id IS NULL) <> (zone IS NULL)),
  CONSTRAINT travel_forward CHECK (first_on <= last_on),
  CONSTRAINT travel_bounded CHECK (last_on - first_on < 366)
);
-- One look for everybody finds those of some dates, and nothing where nobody travels.
CREATE INDEX travel_when ON travel (account_id, last_on, id);
CREATE INDEX travel_whose ON travel (account_id, staff_id, first_on);
CREATE INDEX travel_where ON travel (account_id, location_id) WHERE location_id IS NOT NULL;

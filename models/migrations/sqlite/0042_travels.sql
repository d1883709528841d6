-- Why: somebody works elsewhere for some days, on the clocks of that place. Dates there, not instants.
CREATE TABLE travel (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  location_id TEXT,
  zone TEXT CHECK (length(zone) <= 64),
  schedule_id TEXT,
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id),
  CONSTRAINT travel_of_one_place CHECK ((location_id IS NULL) <> (zone IS NULL)),
  CONSTRAINT travel_forward CHECK (first_on <= last_on),
  CONSTRAINT travel_bounded CHECK (julianday(last_on) - julianday(first_on) < 366)
) STRICT;
-- One look for everybody finds those of some dates, and nothing where nobody travels.
CREATE INDEX travel_when ON travel (account_id, last_on, id);
CREATE INDEX travel_whose ON travel (account_id, staff_id, first_on);
CREATE INDEX travel_where ON travel (account_id, location_id) WHERE location_id IS NOT NULL;

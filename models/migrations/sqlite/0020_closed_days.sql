-- Why: a place is closed on public holidays and on days of its own. A date on its clocks, not an instant.
CREATE TABLE closed_day (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  location_id TEXT NOT NULL,
  on_date TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 200),
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, location_id, on_date),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX closed_day_when ON closed_day (account_id, on_date, id);

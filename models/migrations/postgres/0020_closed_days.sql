-- Why: a place is closed on public holidays and on days of its own. A date on its clocks, not an instant.
CREATE TABLE closed_day (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  location_id uuid NOT NULL,
  on_date date NOT NULL,
  name varchar(200) NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, location_id, on_date),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id) ON DELETE CASCADE
);
CREATE INDEX closed_day_when ON closed_day (account_id, on_date, id);

-- Why: a room is let elsewhere too, and has a calendar there; and whoever looks after a room follows what is in it. So a
-- calendar elsewhere is of one person or of one unit of a resource, and a feed may be a resource's.
-- SQLite changes no column: three tables are made anew.
CREATE TABLE busy_source_of_units (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  staff_id TEXT,
  resource_id TEXT,
  unit INTEGER CHECK (unit >= 1),
  name TEXT NOT NULL CHECK (length(name) <= 60),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id, name),
  UNIQUE (account_id, resource_id, unit, name),
  CONSTRAINT busy_source_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO busy_source_of_units (account_id, id, created_at, updated_at, staff_id, name)
SELECT account_id, id, created_at, updated_at, staff_id, name FROM busy_source;
DROP TABLE busy_source;
ALTER TABLE busy_source_of_units RENAME TO busy_source;

CREATE TABLE calendar_subscription_of_units (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  busy_source_id TEXT NOT NULL,
  staff_id TEXT,
  resource_id TEXT,
  address_sealed TEXT NOT NULL CHECK (length(address_sealed) <= 4000),
  shown_address TEXT NOT NULL CHECK (length(shown_address) <= 300),
  tag TEXT CHECK (length(tag) <= 300),
  modified TEXT CHECK (length(modified) <= 100),
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  failures INTEGER NOT NULL,
  failing_since TEXT,
  asked_at TEXT,
  fetched_at TEXT,
  read_at TEXT,
  problem TEXT CHECK (length(problem) <= 300),
  ended_at TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, busy_source_id),
  CONSTRAINT calendar_subscription_of_one CHECK ((staff_id IS NULL) <> (resource_id IS NULL)),
  FOREIGN KEY (account_id, busy_source_id) REFERENCES busy_source (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO calendar_subscription_of_units (
  account_id, id, created_at, busy_source_id, staff_id, address_sealed, shown_address, tag, modified, due_at, attempts,
  lease_until, failures, failing_since, asked_at, fetched_at, read_at, problem, ended_at
)
SELECT
  account_id, id, created_at, busy_source_id, staff_id, address_sealed, shown_address, tag, modified, due_at, attempts,
  lease_until, failures, failing_since, asked_at, fetched_at, read_at, problem, ended_at
FROM calendar_subscription;
DROP TABLE calendar_subscription;
ALTER TABLE calendar_subscription_of_units RENAME TO calendar_subscription;
CREATE INDEX calendar_subscription_due ON calendar_subscription (due_at) WHERE ended_at IS NULL;

CREATE TABLE calendar_feed_of_units (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  staff_id TEXT,
  location_id TEXT,
  resource_id TEXT,
  detail TEXT NOT NULL CHECK (length(detail) <= 32),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  made_by_id TEXT NOT NULL,
  last_used_at TEXT,
  revoked_at TEXT,
  PRIMARY KEY (account_id, id),
  CONSTRAINT calendar_feed_of_one CHECK (
    (staff_id IS NOT NULL) + (location_id IS NOT NULL) + (resource_id IS NOT NULL) = 1
  ),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id)
) STRICT;
INSERT INTO calendar_feed_of_units (
  account_id, id, created_at, name, staff_id, location_id, detail, token_hash, made_by_id, last_used_at, revoked_at
)
SELECT account_id, id, created_at, name, staff_id, location_id, detail, token_hash, made_by_id, last_used_at, revoked_at
FROM calendar_feed;
DROP TABLE calendar_feed;
ALTER TABLE calendar_feed_of_units RENAME TO calendar_feed;

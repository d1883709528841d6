-- Why: what looks like an attack is counted, and whoever is responsible is told once.

CREATE TABLE security_event (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  subject TEXT NOT NULL CHECK (length(subject) <= 30),
  subject_id TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  acknowledged_at TEXT,
  acknowledged_by_id TEXT,
  PRIMARY KEY (account_id, id)
) STRICT;
-- While somebody has still to look at it, more of the same is added to it.
CREATE UNIQUE INDEX security_event_one_open ON security_event (account_id, kind, subject, subject_id)
  WHERE acknowledged_at IS NULL;
CREATE INDEX security_event_latest ON security_event (account_id, last_at);

CREATE TABLE platform_alert (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  source TEXT NOT NULL CHECK (length(source) <= 64),
  count INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  acknowledged_at TEXT
) STRICT;
CREATE UNIQUE INDEX platform_alert_one_open ON platform_alert (kind, source) WHERE acknowledged_at IS NULL;

-- When the watch last dealt with everything it had collected: a watch that stands still must not look like peace.
CREATE TABLE watch_sign (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE CHECK (length(name) <= 30),
  seen_at TEXT NOT NULL
) STRICT;

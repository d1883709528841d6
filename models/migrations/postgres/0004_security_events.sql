-- Why: what looks like an attack is counted, and whoever is responsible is told once.

CREATE TABLE security_event (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  kind varchar(32) NOT NULL,
  subject varchar(30) NOT NULL,
  subject_id uuid NOT NULL,
  count integer NOT NULL,
  last_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by_id uuid,
  PRIMARY KEY (account_id, id)
);
-- While somebody has still to look at it, more of the same is added to it.
CREATE UNIQUE INDEX security_event_one_open ON security_event (account_id, kind, subject, subject_id)
  WHERE acknowledged_at IS NULL;
CREATE INDEX security_event_latest ON security_event (account_id, last_at);

CREATE TABLE platform_alert (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  kind varchar(32) NOT NULL,
  source varchar(64) NOT NULL,
  count integer NOT NULL,
  last_at timestamptz NOT NULL,
  acknowledged_at timestamptz
);
CREATE UNIQUE INDEX platform_alert_one_open ON platform_alert (kind, source) WHERE acknowledged_at IS NULL;

-- When the watch last dealt with everything it had collected: a watch that stands still must not look like peace.
CREATE TABLE watch_sign (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  name varchar(30) NOT NULL UNIQUE,
  seen_at timestamptz NOT NULL
);

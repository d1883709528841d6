-- Why: people of the platform enter an account only by a leave that its owner sees.

CREATE TABLE platform_staff (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (length(role) <= 32),
  UNIQUE (user_id, role)
) STRICT;

CREATE TABLE platform_access (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  role TEXT NOT NULL CHECK (length(role) <= 32),
  reason TEXT NOT NULL CHECK (length(reason) <= 500),
  field_groups TEXT NOT NULL,
  minutes INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 240),
  asked_by_id TEXT,
  given_by_id TEXT,
  given_at TEXT,
  expires_at TEXT,
  ended_at TEXT,
  reviewed_by_id TEXT,
  reviewed_at TEXT,
  finding TEXT NOT NULL CHECK (length(finding) <= 500),
  PRIMARY KEY (account_id, id),
  CONSTRAINT platform_access_given CHECK ((given_at IS NULL) = (expires_at IS NULL)),
  CONSTRAINT platform_access_second_person CHECK (kind <> 'BREAK_GLASS' OR given_by_id IS NULL OR given_by_id <> asked_by_id),
  CONSTRAINT platform_access_short CHECK (kind <> 'BREAK_GLASS' OR minutes <= 60)
) STRICT;
CREATE INDEX platform_access_latest ON platform_access (account_id, created_at, id);

ALTER TABLE session ADD COLUMN visit_account_id TEXT;
ALTER TABLE session ADD COLUMN visit_id TEXT;

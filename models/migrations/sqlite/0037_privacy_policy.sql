-- Why: each promise of the policy shows what the running product last found of it, and each person who signs in what
-- they were told of a version of it.
CREATE TABLE promise_check (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  promise TEXT NOT NULL UNIQUE CHECK (length(promise) <= 10),
  status TEXT NOT NULL,
  evidence TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  since TEXT NOT NULL
) STRICT;

CREATE TABLE policy_notice (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  version TEXT NOT NULL CHECK (length(version) <= 10),
  mailed_at TEXT,
  seen_at TEXT,
  agreed_at TEXT,
  UNIQUE (user_id, version)
) STRICT;

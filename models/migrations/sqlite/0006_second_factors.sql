-- Why: a stolen password alone signs nobody in who has a second factor.
ALTER TABLE app_user ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE app_user ADD COLUMN short_password INTEGER NOT NULL DEFAULT 0;

CREATE TABLE totp (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL CHECK (length(sealed_secret) <= 200),
  last_step INTEGER NOT NULL,
  confirmed_at TEXT
) STRICT;
CREATE UNIQUE INDEX totp_in_use ON totp (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_begun ON totp (user_id) WHERE confirmed_at IS NULL;

CREATE TABLE recovery_code (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL UNIQUE CHECK (length(code_hash) <= 64),
  used_at TEXT
) STRICT;
CREATE INDEX recovery_code_of_user ON recovery_code (user_id);

CREATE TABLE challenge (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (length(purpose) <= 32),
  user_id TEXT REFERENCES app_user (id) ON DELETE CASCADE,
  session_id TEXT REFERENCES session (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX challenge_over ON challenge (expires_at);
CREATE INDEX challenge_of_user ON challenge (user_id);
CREATE INDEX challenge_of_session ON challenge (session_id);

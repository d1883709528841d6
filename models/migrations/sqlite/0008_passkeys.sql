-- Why: a passkey cannot be guessed, phished or read from this database.
CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  credential_id TEXT NOT NULL UNIQUE CHECK (length(credential_id) <= 1400),
  public_key TEXT NOT NULL,
  sign_count INTEGER NOT NULL,
  transports TEXT NOT NULL,
  backed_up INTEGER NOT NULL,
  last_used_at TEXT
) STRICT;
CREATE INDEX passkey_of_user ON passkey (user_id, created_at);

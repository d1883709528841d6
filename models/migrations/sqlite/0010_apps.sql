-- Why: partners' apps (OAuth 2.1). An app is in no account, for every business may look at it before installing it; what
-- is installed, approved and handed out belongs to the account that installed it.

CREATE TABLE app (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  developer_account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  description TEXT NOT NULL CHECK (length(description) <= 500),
  homepage TEXT NOT NULL CHECK (length(homepage) <= 2000),
  redirect_uris TEXT NOT NULL,
  scopes TEXT NOT NULL,
  confidential INTEGER NOT NULL CHECK (confidential IN (0, 1)),
  secret_hash TEXT CHECK (length(secret_hash) <= 64),
  earlier_secret_hash TEXT CHECK (length(earlier_secret_hash) <= 64),
  earlier_secret_ends_at TEXT,
  installed INTEGER NOT NULL CHECK (installed >= 0),
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  CONSTRAINT app_secret CHECK (confidential = (secret_hash IS NOT NULL))
) STRICT;
CREATE INDEX app_of_developer ON app (developer_account_id, created_at);

CREATE TABLE app_installation (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  scopes TEXT NOT NULL,
  approved_by_id TEXT NOT NULL,
  approved_at TEXT NOT NULL,
  last_used_at TEXT,
  ended_at TEXT,
  PRIMARY KEY (account_id, id)
) STRICT;
CREATE UNIQUE INDEX app_installation_live ON app_installation (account_id, app_id) WHERE ended_at IS NULL;
CREATE INDEX app_installation_app ON app_installation (app_id);

CREATE TABLE app_grant (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  installation_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  redirect_uri TEXT NOT NULL CHECK (length(redirect_uri) <= 2100),
  code_hash TEXT NOT NULL UNIQUE CHECK (length(code_hash) <= 64),
  code_challenge TEXT NOT NULL CHECK (length(code_challenge) <= 128),
  code_expires_at TEXT NOT NULL,
  code_used_at TEXT,
  ended_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, installation_id) REFERENCES app_installation (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX app_grant_installation ON app_grant (account_id, installation_id);
CREATE INDEX app_grant_code ON app_grant (code_expires_at);

CREATE TABLE app_token (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  scopes TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  spent_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES app_grant (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX app_token_grant ON app_token (account_id, grant_id);
CREATE INDEX app_token_expiry ON app_token (expires_at);

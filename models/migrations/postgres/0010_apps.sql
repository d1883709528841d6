-- Why: partners' apps (OAuth 2.1). An app is in no account, for every business may look at it before installing it; what
-- is installed, approved and handed out belongs to the account that installed it.

CREATE TABLE app (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  developer_account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name varchar(120) NOT NULL,
  description varchar(500) NOT NULL,
  homepage varchar(2000) NOT NULL,
  redirect_uris jsonb NOT NULL,
  scopes jsonb NOT NULL,
  confidential boolean NOT NULL,
  secret_hash varchar(64),
  earlier_secret_hash varchar(64),
  earlier_secret_ends_at timestamptz,
  installed integer NOT NULL CHECK (installed >= 0),
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT app_secret CHECK (confidential = (secret_hash IS NOT NULL))
);
CREATE INDEX app_of_developer ON app (developer_account_id, created_at);

CREATE TABLE app_installation (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  app_id uuid NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  name varchar(120) NOT NULL,
  scopes jsonb NOT NULL,
  approved_by_id uuid NOT NULL,
  approved_at timestamptz NOT NULL,
  last_used_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX app_installation_live ON app_installation (account_id, app_id) WHERE ended_at IS NULL;
CREATE INDEX app_installation_app ON app_installation (app_id);

CREATE TABLE app_grant (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  installation_id uuid NOT NULL,
  scopes jsonb NOT NULL,
  redirect_uri varchar(2100) NOT NULL,
  code_hash varchar(64) NOT NULL UNIQUE,
  code_challenge varchar(128) NOT NULL,
  code_expires_at timestamptz NOT NULL,
  code_used_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, installation_id) REFERENCES app_installation (account_id, id) ON DELETE CASCADE
);
CREATE INDEX app_grant_installation ON app_grant (account_id, installation_id);
CREATE INDEX app_grant_code ON app_grant (code_expires_at);

CREATE TABLE app_token (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  grant_id uuid NOT NULL,
  kind varchar(32) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  scopes jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  spent_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES app_grant (account_id, id) ON DELETE CASCADE
);
CREATE INDEX app_token_grant ON app_token (account_id, grant_id);
CREATE INDEX app_token_expiry ON app_token (expires_at);

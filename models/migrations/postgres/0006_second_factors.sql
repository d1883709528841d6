-- Why: a stolen password alone signs nobody in who has a second factor.
ALTER TABLE app_user
  ADD COLUMN second_factor boolean NOT NULL DEFAULT false,
  ADD COLUMN short_password boolean NOT NULL DEFAULT false;

CREATE TABLE totp (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  sealed_secret varchar(200) NOT NULL,
  last_step bigint NOT NULL,
  confirmed_at timestamptz
);
CREATE UNIQUE INDEX totp_in_use ON totp (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_begun ON totp (user_id) WHERE confirmed_at IS NULL;

CREATE TABLE recovery_code (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  code_hash varchar(64) NOT NULL UNIQUE,
  used_at timestamptz
);
CREATE INDEX recovery_code_of_user ON recovery_code (user_id);

CREATE TABLE challenge (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  purpose varchar(32) NOT NULL,
  user_id uuid REFERENCES app_user (id) ON DELETE CASCADE,
  session_id uuid REFERENCES session (id) ON DELETE CASCADE,
  token_hash varchar(64) NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX challenge_over ON challenge (expires_at);
CREATE INDEX challenge_of_user ON challenge (user_id);
CREATE INDEX challenge_of_session ON challenge (session_id);

-- Why: a passkey cannot be guessed, phished or read from this database.
CREATE TABLE passkey (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  name varchar(120) NOT NULL,
  credential_id varchar(1400) NOT NULL UNIQUE,
  public_key text NOT NULL,
  sign_count bigint NOT NULL,
  transports jsonb NOT NULL,
  backed_up boolean NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX passkey_of_user ON passkey (user_id, created_at);

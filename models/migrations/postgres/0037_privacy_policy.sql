-- Why: each promise of the policy shows what the running product last found of it, and each person who signs in what
-- they were told of a version of it.
CREATE TABLE promise_check (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  promise varchar(10) NOT NULL UNIQUE,
  status varchar(32) NOT NULL,
  evidence text NOT NULL,
  checked_at timestamptz NOT NULL,
  since timestamptz NOT NULL
);

CREATE TABLE policy_notice (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  version varchar(10) NOT NULL,
  mailed_at timestamptz,
  seen_at timestamptz,
  agreed_at timestamptz,
  UNIQUE (user_id, version)
);

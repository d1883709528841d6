-- Why: people of the platform enter an account only by a leave that its owner sees.

CREATE TABLE platform_staff (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  role varchar(32) NOT NULL,
  UNIQUE (user_id, role)
);

CREATE TABLE platform_access (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  kind varchar(32) NOT NULL,
  role varchar(32) NOT NULL,
  reason varchar(500) NOT NULL,
  field_groups jsonb NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 0 AND 240),
  asked_by_id uuid,
  given_by_id uuid,
  given_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  reviewed_by_id uuid,
  reviewed_at timestamptz,
  finding varchar(500) NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT platform_access_given CHECK ((given_at IS NULL) = (expires_at IS NULL)),
  CONSTRAINT platform_access_second_person CHECK (kind <> 'BREAK_GLASS' OR given_by_id IS NULL OR given_by_id <> asked_by_id),
  CONSTRAINT platform_access_short CHECK (kind <> 'BREAK_GLASS' OR minutes <= 60)
);
CREATE INDEX platform_access_latest ON platform_access (account_id, created_at, id);

ALTER TABLE session ADD COLUMN visit_account_id uuid, ADD COLUMN visit_id uuid;

-- Why: customers sign in at one business by a mailed link, to see all their bookings there.

CREATE TABLE customer_link (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  customer_id uuid,
  mailbox_hash varchar(64) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  nonce varchar(32) NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);

CREATE TABLE customer_session (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  customer_id uuid NOT NULL,
  mailbox_hash varchar(64) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  device varchar(120) NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_session_of ON customer_session (account_id, customer_id, created_at);

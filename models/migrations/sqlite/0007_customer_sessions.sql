-- Why: customers sign in at one business by a mailed link, to see all their bookings there.

CREATE TABLE customer_link (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  customer_id TEXT,
  mailbox_hash TEXT NOT NULL CHECK (length(mailbox_hash) <= 64),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  nonce TEXT NOT NULL CHECK (length(nonce) <= 32),
  expires_at TEXT NOT NULL,
  used_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE customer_session (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  mailbox_hash TEXT NOT NULL CHECK (length(mailbox_hash) <= 64),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  device TEXT NOT NULL CHECK (length(device) <= 120),
  last_used_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  ended_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX customer_session_of ON customer_session (account_id, customer_id, created_at);

-- Why: staff follow calendars elsewhere by an address, which the worker asks in the background. The address is a secret
-- (whoever has it reads that calendar), so that it is sealed; `shown_address` is as much of it as people see.
CREATE TABLE calendar_subscription (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  busy_source_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  address_sealed TEXT NOT NULL CHECK (length(address_sealed) <= 4000),
  shown_address TEXT NOT NULL CHECK (length(shown_address) <= 300),
  tag TEXT CHECK (length(tag) <= 300),
  modified TEXT CHECK (length(modified) <= 100),
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  failures INTEGER NOT NULL,
  failing_since TEXT,
  asked_at TEXT,
  fetched_at TEXT,
  read_at TEXT,
  problem TEXT CHECK (length(problem) <= 300),
  ended_at TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, busy_source_id),
  FOREIGN KEY (account_id, busy_source_id) REFERENCES busy_source (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX calendar_subscription_due ON calendar_subscription (due_at) WHERE ended_at IS NULL;

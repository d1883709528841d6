-- Why: staff follow calendars elsewhere by an address, which the worker asks in the background. The address is a secret
-- (whoever has it reads that calendar), so that it is sealed; `shown_address` is as much of it as people see.
CREATE TABLE calendar_subscription (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  busy_source_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  address_sealed varchar(4000) NOT NULL,
  shown_address varchar(300) NOT NULL,
  tag varchar(300),
  modified varchar(100),
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  lease_until timestamptz,
  failures integer NOT NULL,
  failing_since timestamptz,
  asked_at timestamptz,
  fetched_at timestamptz,
  read_at timestamptz,
  problem varchar(300),
  ended_at timestamptz,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, busy_source_id),
  FOREIGN KEY (account_id, busy_source_id) REFERENCES busy_source (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
);
CREATE INDEX calendar_subscription_due ON calendar_subscription (due_at) WHERE ended_at IS NULL;

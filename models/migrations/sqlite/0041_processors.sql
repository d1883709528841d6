-- Why: whoever receives data stands in a register, and every message that leaves is counted without naming anybody.

CREATE TABLE processor (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  task TEXT NOT NULL CHECK (length(task) <= 300),
  role TEXT NOT NULL CHECK (length(role) <= 32),
  channel TEXT NOT NULL CHECK (length(channel) <= 32),
  hosts TEXT NOT NULL CHECK (length(hosts) <= 1000),
  -- What is not in this list, as marketing, cannot be stored.
  purposes TEXT NOT NULL CHECK (purposes IN (
    'SERVICE', 'COMMUNICATION', 'SECURITY', 'SERVICE COMMUNICATION', 'SERVICE SECURITY', 'COMMUNICATION SECURITY',
    'SERVICE COMMUNICATION SECURITY'
  )),
  categories TEXT NOT NULL CHECK (length(categories) <= 1000),
  country TEXT NOT NULL CHECK (length(country) = 2),
  safeguard TEXT CHECK (length(safeguard) <= 32),
  safeguard_until TEXT,
  starts_at TEXT NOT NULL,
  ended_at TEXT,
  CONSTRAINT processor_starts_after CHECK (starts_at >= created_at),
  CONSTRAINT processor_safeguard_ends CHECK ((safeguard IS NULL) = (safeguard_until IS NULL))
) STRICT;

CREATE TABLE egress_flow (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  day TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (length(channel) <= 32),
  recipient TEXT NOT NULL CHECK (length(recipient) <= 32),
  processor_id TEXT REFERENCES processor (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('SERVICE', 'COMMUNICATION', 'SECURITY')),
  region TEXT NOT NULL CHECK (length(region) <= 3),
  refusal TEXT NOT NULL CHECK (length(refusal) <= 32),
  count INTEGER NOT NULL CHECK (count > 0)
) STRICT;
CREATE UNIQUE INDEX egress_flow_one ON egress_flow
  (day, channel, recipient, COALESCE(processor_id, '00000000-0000-0000-0000-000000000000'), purpose, region, refusal);

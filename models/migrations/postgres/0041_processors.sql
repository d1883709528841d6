-- Why: whoever receives data stands in a register, and every message that leaves is counted without naming anybody.

CREATE TABLE processor (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  task varchar(300) NOT NULL,
  role varchar(32) NOT NULL,
  channel varchar(32) NOT NULL,
  hosts varchar(1000) NOT NULL,
  -- What is not in this list, as marketing, cannot be stored.
  purposes varchar(60) NOT NULL CHECK (purposes IN (
    'SERVICE', 'COMMUNICATION', 'SECURITY', 'SERVICE COMMUNICATION', 'SERVICE SECURITY', 'COMMUNICATION SECURITY',
    'SERVICE COMMUNICATION SECURITY'
  )),
  categories varchar(1000) NOT NULL,
  country varchar(2) NOT NULL CHECK (length(country) = 2),
  safeguard varchar(32),
  safeguard_until date,
  starts_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT processor_starts_after CHECK (starts_at >= created_at),
  CONSTRAINT processor_safeguard_ends CHECK ((safeguard IS NULL) = (safeguard_until IS NULL))
);

CREATE TABLE egress_flow (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  day date NOT NULL,
  channel varchar(32) NOT NULL,
  recipient varchar(32) NOT NULL,
  processor_id uuid REFERENCES processor (id),
  purpose varchar(32) NOT NULL CHECK (purpose IN ('SERVICE', 'COMMUNICATION', 'SECURITY')),
  region varchar(3) NOT NULL,
  refusal varchar(32) NOT NULL,
  count bigint NOT NULL CHECK (count > 0)
);
CREATE UNIQUE INDEX egress_flow_one ON egress_flow
  (day, channel, recipient, COALESCE(processor_id, '00000000-0000-0000-0000-000000000000'), purpose, region, refusal);

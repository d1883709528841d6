-- Why: a service asks questions of whoever books it. An answer keeps the question as it was asked, its data category,
-- and the moment at which it is deleted where that is sooner than its booking.
CREATE TABLE intake_question (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) <= 40),
  label TEXT NOT NULL CHECK (length(label) <= 200),
  help TEXT NOT NULL,
  type TEXT NOT NULL CHECK (length(type) <= 32),
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  options TEXT NOT NULL,
  least INTEGER,
  most INTEGER,
  data_category TEXT NOT NULL CHECK (length(data_category) <= 32),
  kept_days INTEGER CHECK (kept_days BETWEEN 1 AND 3650),
  place INTEGER NOT NULL CHECK (place BETWEEN 0 AND 10000),
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, key),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE intake_answer (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  question_id TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) <= 40),
  label TEXT NOT NULL CHECK (length(label) <= 200),
  type TEXT NOT NULL CHECK (length(type) <= 32),
  data_category TEXT NOT NULL CHECK (length(data_category) <= 32),
  special INTEGER NOT NULL CHECK (special IN (0, 1)),
  given TEXT NOT NULL,
  place INTEGER NOT NULL,
  kept_days INTEGER,
  due_at TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, question_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, question_id) REFERENCES intake_question (account_id, id)
) STRICT;
CREATE INDEX intake_answer_due ON intake_answer (due_at) WHERE due_at IS NOT NULL;

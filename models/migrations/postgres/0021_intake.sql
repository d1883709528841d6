-- Why: a service asks questions of whoever books it. An answer keeps the question as it was asked, its data category,
-- and the moment at which it is deleted where that is sooner than its booking.
CREATE TABLE intake_question (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  key varchar(40) NOT NULL,
  label varchar(200) NOT NULL,
  help text NOT NULL,
  type varchar(32) NOT NULL,
  required boolean NOT NULL,
  options jsonb NOT NULL,
  least bigint,
  most bigint,
  data_category varchar(32) NOT NULL,
  kept_days integer CHECK (kept_days BETWEEN 1 AND 3650),
  place integer NOT NULL CHECK (place BETWEEN 0 AND 10000),
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, key),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE
);

CREATE TABLE intake_answer (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  question_id uuid NOT NULL,
  key varchar(40) NOT NULL,
  label varchar(200) NOT NULL,
  type varchar(32) NOT NULL,
  data_category varchar(32) NOT NULL,
  special boolean NOT NULL,
  given jsonb NOT NULL,
  place integer NOT NULL,
  kept_days integer,
  due_at timestamptz,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, question_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, question_id) REFERENCES intake_question (account_id, id)
);
CREATE INDEX intake_answer_due ON intake_answer (due_at) WHERE due_at IS NOT NULL;

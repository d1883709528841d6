-- Why: a row that a job of the worker cannot deal with holds up neither the others nor the job. It is tried again more and
-- more seldom, and then given up, and whoever runs the server is told.
CREATE TABLE setback (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  job varchar(32) NOT NULL,
  subject_id uuid NOT NULL,
  attempts integer NOT NULL CHECK (attempts >= 1),
  failed_at timestamptz NOT NULL,
  retry_at timestamptz NOT NULL,
  given_up_at timestamptz,
  UNIQUE (job, subject_id)
);
CREATE INDEX setback_failed ON setback (failed_at);

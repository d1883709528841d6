-- Why: a row that a job of the worker cannot deal with holds up neither the others nor the job. It is tried again more and
-- more seldom, and then given up, and whoever runs the server is told.
CREATE TABLE setback (
  id TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL,
  job TEXT NOT NULL CHECK (length(job) <= 32),
  subject_id TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 1),
  failed_at TEXT NOT NULL,
  retry_at TEXT NOT NULL,
  given_up_at TEXT,
  UNIQUE (job, subject_id)
) STRICT;
CREATE INDEX setback_failed ON setback (failed_at);

-- Why: a service may take several lengths of time to choose from, and may begin at round times of the clock only.

ALTER TABLE service ADD COLUMN other_durations jsonb NOT NULL DEFAULT '[]';
ALTER TABLE service ADD COLUMN alignment_minutes integer
  CHECK (alignment_minutes BETWEEN 1 AND 1440 AND 1440 % alignment_minutes = 0);
ALTER TABLE service ADD CONSTRAINT service_shared_length CHECK (capacity = 1 OR other_durations = '[]');

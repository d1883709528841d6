-- Why: a service may take several lengths of time to choose from, and may begin at round times of the clock only.

ALTER TABLE service ADD COLUMN other_durations TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(other_durations) AND (capacity = 1 OR other_durations = '[]'));
ALTER TABLE service ADD COLUMN alignment_minutes INTEGER
  CHECK (alignment_minutes BETWEEN 1 AND 1440 AND 1440 % alignment_minutes = 0);

-- Why: a place may be closed for some hours of a day alone. Minutes of its clocks since midnight.
ALTER TABLE closed_day ADD COLUMN start_minute integer NOT NULL DEFAULT 0 CHECK (start_minute BETWEEN 0 AND 1439);
ALTER TABLE closed_day ADD COLUMN end_minute integer NOT NULL DEFAULT 1440 CHECK (end_minute BETWEEN 1 AND 1440);

-- Why: somebody who may books over a taken time on purpose. What they book lies beside the others and outside the
-- exclusion; for everybody else it blocks its time as anything does, and the guard says so to them.
ALTER TABLE occupancy
  ADD COLUMN overlapping boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT occupancy_apart,
  ADD CONSTRAINT occupancy_apart EXCLUDE USING gist (
    account_id WITH =, calendar_id WITH =, int8range(starts, ends) WITH &&
  ) WHERE (NOT overlapping);
CREATE INDEX occupancy_overlapping ON occupancy (account_id, calendar_id, starts) WHERE overlapping;

CREATE OR REPLACE FUNCTION occupancy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.account_id::text || '/' || NEW.calendar_id::text, 0));
  IF NOT NEW.overlapping AND EXISTS (
    SELECT 1 FROM occupancy o
    WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id AND o.overlapping
      AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancy_apart', MESSAGE = 'occupancy_apart';
  END IF;
  RETURN NEW;
END $$;

-- Why: somebody who may books over a taken time on purpose. What they book lies beside the others; for everybody else
-- it blocks its time as anything does.
ALTER TABLE occupancy ADD COLUMN overlapping INTEGER NOT NULL DEFAULT 0 CHECK (overlapping IN (0, 1));

DROP TRIGGER occupancy_apart_insert;
CREATE TRIGGER occupancy_apart_insert BEFORE INSERT ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;
DROP TRIGGER occupancy_apart_update;
CREATE TRIGGER occupancy_apart_update BEFORE UPDATE ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;

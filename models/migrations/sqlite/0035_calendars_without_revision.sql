-- Why: nothing reads the revision. Slots are computed anew each time, which costs less than each write paid for it.
DROP TRIGGER occupancy_counted_insert;
DROP TRIGGER occupancy_counted_update;
DROP TRIGGER occupancy_counted_delete;
DROP TRIGGER group_session_counted;
ALTER TABLE calendar DROP COLUMN revision;

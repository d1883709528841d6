-- Why: nothing reads the revision. Slots are computed anew each time, which costs less than each write paid for it.
DROP TRIGGER occupancy_counted ON occupancy;
DROP FUNCTION occupancy_counted();
DROP TRIGGER group_session_counted ON group_session;
DROP FUNCTION group_session_counted();
ALTER TABLE calendar DROP COLUMN revision;

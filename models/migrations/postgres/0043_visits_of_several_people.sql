-- Why: the services of a visit may be with several people and have time between. Each service of a booking or a hold is
-- a segment with its person and what was promised about the time around it; of one service there is one.

ALTER TABLE service
  ADD COLUMN gap_after_minutes integer NOT NULL DEFAULT 0 CHECK (gap_after_minutes BETWEEN 0 AND 720),
  ADD COLUMN maximum_wait_minutes integer NOT NULL DEFAULT 0 CHECK (maximum_wait_minutes BETWEEN 0 AND 720);

ALTER TABLE segment
  ADD COLUMN staff_id uuid,
  ADD COLUMN before_minutes integer NOT NULL DEFAULT 0 CHECK (before_minutes BETWEEN 0 AND 720),
  ADD COLUMN after_minutes integer NOT NULL DEFAULT 0 CHECK (after_minutes BETWEEN 0 AND 720),
  ADD COLUMN gap_minutes integer NOT NULL DEFAULT 0 CHECK (gap_minutes BETWEEN 0 AND 720),
  ADD COLUMN wait_minutes integer NOT NULL DEFAULT 0 CHECK (wait_minutes BETWEEN 0 AND 720);
-- Until now all of a visit was with one person, with buffers at its ends alone.
UPDATE segment s SET staff_id = b.staff_id,
  before_minutes = CASE WHEN s.starts_at = b.starts_at THEN b.before_minutes ELSE 0 END,
  after_minutes = CASE WHEN s.ends_at = b.ends_at THEN b.after_minutes ELSE 0 END
FROM booking b WHERE b.account_id = s.account_id AND b.id = s.booking_id;
UPDATE segment s SET staff_id = h.staff_id FROM hold h WHERE h.account_id = s.account_id AND h.id = s.hold_id;
-- What is of one service had no segment: its own id serves for that one row too.
INSERT INTO segment (
  account_id, id, created_at, booking_id, place, service_id, staff_id, starts_at, ends_at, price_minor, currency,
  before_minutes, after_minutes
)
SELECT b.account_id, b.id, b.created_at, b.id, 0, b.service_id, b.staff_id, b.starts_at, b.ends_at, b.price_minor,
  b.currency, b.before_minutes, b.after_minutes
FROM booking b
WHERE NOT EXISTS (SELECT 1 FROM segment s WHERE s.account_id = b.account_id AND s.booking_id = b.id);
INSERT INTO segment (account_id, id, created_at, hold_id, place, service_id, staff_id, starts_at, ends_at)
SELECT h.account_id, h.id, h.created_at, h.id, 0, h.service_id, h.staff_id, h.starts_at, h.ends_at
FROM hold h
WHERE NOT EXISTS (SELECT 1 FROM segment s WHERE s.account_id = h.account_id AND s.hold_id = h.id);
ALTER TABLE segment
  ALTER COLUMN staff_id SET NOT NULL,
  ADD FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id);
CREATE INDEX segment_staff ON segment (account_id, staff_id, starts_at);

-- Which of the segments blocks the time: a calendar may serve several of them.
ALTER TABLE occupancy
  ADD COLUMN place integer NOT NULL DEFAULT 0 CHECK (place >= 0),
  DROP CONSTRAINT occupancy_account_id_booking_id_calendar_id_key,
  DROP CONSTRAINT occupancy_account_id_hold_id_calendar_id_key,
  ADD UNIQUE (account_id, booking_id, calendar_id, place),
  ADD UNIQUE (account_id, hold_id, calendar_id, place);
WITH whole AS (
  DELETE FROM occupancy o USING segment s
  WHERE s.account_id = o.account_id AND s.place = 1 AND (s.booking_id = o.booking_id OR s.hold_id = o.hold_id)
  RETURNING o.*
)
INSERT INTO occupancy (
  account_id, id, created_at, calendar_id, booking_id, hold_id, starts, ends, expires, overlapping, place
)
SELECT w.account_id, CASE WHEN s.place = 0 THEN w.id ELSE gen_random_uuid() END, w.created_at, w.calendar_id,
  w.booking_id, w.hold_id,
  CASE WHEN s.place = 0 THEN w.starts ELSE CAST(extract(epoch FROM s.starts_at) AS bigint) END,
  CASE WHEN n.id IS NULL THEN w.ends ELSE CAST(extract(epoch FROM s.ends_at) AS bigint) END,
  w.expires, w.overlapping, s.place
FROM whole w
JOIN segment s ON s.account_id = w.account_id AND (s.booking_id = w.booking_id OR s.hold_id = w.hold_id)
LEFT JOIN segment n ON n.account_id = s.account_id AND n.place = s.place + 1
  AND (n.booking_id = s.booking_id OR n.hold_id = s.hold_id);

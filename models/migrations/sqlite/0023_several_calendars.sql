-- Why: a booking may need several calendars: of all staff who serve it together, and of the rooms and things it needs.

CREATE TABLE resource (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  search_name TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  location_id TEXT,
  schedule_id TEXT,
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id)
) STRICT;
CREATE INDEX resource_name ON resource (account_id, search_name, id);

-- SQLite changes no column and adds no foreign key of two: three are made anew. Triggers that name one go before it.
DROP TRIGGER occupancy_counted_insert;
DROP TRIGGER occupancy_counted_update;
DROP TRIGGER occupancy_counted_delete;
DROP TRIGGER group_session_counted;

-- A calendar is that of a staff member, or of one unit of a resource. Units above the quantity are out of use.
CREATE TABLE calendar_of_units (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  staff_id TEXT,
  revision INTEGER NOT NULL,
  resource_id TEXT,
  unit INTEGER CHECK (unit >= 1),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id),
  UNIQUE (account_id, resource_id, unit),
  CONSTRAINT calendar_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO calendar_of_units (account_id, id, created_at, staff_id, revision)
SELECT account_id, id, created_at, staff_id, revision FROM calendar;
DROP TABLE calendar;
ALTER TABLE calendar_of_units RENAME TO calendar;

CREATE TABLE time_off_of_units (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  staff_id TEXT,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) <= 200),
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  resource_id TEXT,
  PRIMARY KEY (account_id, id),
  CONSTRAINT time_off_forward CHECK (starts_at < ends_at),
  CONSTRAINT time_off_bounded CHECK (strftime('%s', ends_at) - strftime('%s', starts_at) <= 31622400),
  CONSTRAINT time_off_whole_minutes CHECK (
    substr(starts_at, 17) = ':00.000000+00:00' AND substr(ends_at, 17) = ':00.000000+00:00'
  ),
  CONSTRAINT time_off_of_one CHECK (staff_id IS NULL OR resource_id IS NULL),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO time_off_of_units (
  account_id, id, created_at, staff_id, starts_at, ends_at, reason, version, updated_at
)
SELECT account_id, id, created_at, staff_id, starts_at, ends_at, reason, version, updated_at FROM time_off;
DROP TABLE time_off;
ALTER TABLE time_off_of_units RENAME TO time_off;
CREATE INDEX time_off_when ON time_off (account_id, starts_at, id);

ALTER TABLE service ADD COLUMN assignment TEXT NOT NULL DEFAULT 'ROUND_ROBIN' CHECK (length(assignment) <= 32);

-- What a service needs beside its staff: all of a group of resources, or so many units of any of them.
CREATE TABLE resource_need (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  place INTEGER NOT NULL CHECK (place >= 0),
  units INTEGER CHECK (units >= 1),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, place),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE needed_resource (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  resource_need_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  -- Once for each service: what two groups could both take, one of them might take from the other.
  UNIQUE (account_id, service_id, resource_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_need_id) REFERENCES resource_need (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX needed_resource_need ON needed_resource (account_id, resource_need_id);
CREATE INDEX needed_resource_resource ON needed_resource (account_id, resource_id);

-- Every calendar that a booking has, or had while it counted: who serves it, and the units that it was given.
CREATE TABLE engagement (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  staff_id TEXT,
  resource_id TEXT,
  unit INTEGER,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, calendar_id),
  CONSTRAINT engagement_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id)
) STRICT;
CREATE INDEX engagement_staff ON engagement (account_id, staff_id, booking_id);
CREATE INDEX engagement_resource ON engagement (account_id, resource_id, booking_id);
-- Until now each booking had one calendar: its id serves for that one row too.
INSERT INTO engagement (account_id, id, created_at, booking_id, calendar_id, staff_id)
SELECT b.account_id, b.id, b.created_at, b.id, c.id, b.staff_id
FROM booking b JOIN calendar c ON c.account_id = b.account_id AND c.staff_id = b.staff_id;

-- A group session has the calendars of everybody and everything that it takes.
CREATE TABLE occupancy_of_many (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  group_session_id TEXT,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  expires INTEGER,
  overlapping INTEGER NOT NULL DEFAULT 0 CHECK (overlapping IN (0, 1)),
  PRIMARY KEY (account_id, id),
  -- A day of appointment and half a day of buffer on either side: this bounds how far back an overlap can begin.
  CONSTRAINT occupancy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  CONSTRAINT occupancy_whole_minutes CHECK (starts % 60 = 0 AND ends % 60 = 0),
  CONSTRAINT occupancy_of_one CHECK (
    (booking_id IS NOT NULL) + (hold_id IS NOT NULL) + (group_session_id IS NOT NULL) = 1
  ),
  CONSTRAINT occupancy_hold_expires CHECK ((hold_id IS NULL) = (expires IS NULL)),
  UNIQUE (account_id, booking_id, calendar_id),
  UNIQUE (account_id, hold_id, calendar_id),
  UNIQUE (account_id, group_session_id, calendar_id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO occupancy_of_many (
  account_id, id, created_at, calendar_id, booking_id, hold_id, group_session_id, starts, ends, expires, overlapping
)
SELECT
  account_id, id, created_at, calendar_id, booking_id, hold_id, group_session_id, starts, ends, expires, overlapping
FROM occupancy;
DROP TABLE occupancy;
ALTER TABLE occupancy_of_many RENAME TO occupancy;
CREATE INDEX occupancy_when ON occupancy (account_id, calendar_id, starts, ends);

CREATE TRIGGER occupancy_apart_insert BEFORE INSERT ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;
CREATE TRIGGER occupancy_apart_update BEFORE UPDATE ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;

-- The revision of a calendar counts what was written to it: an exact key for cached slots.
CREATE TRIGGER occupancy_counted_insert AFTER INSERT ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND id = NEW.calendar_id;
END;
CREATE TRIGGER occupancy_counted_update AFTER UPDATE ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.calendar_id;
  UPDATE calendar SET revision = revision + 1
    WHERE account_id = NEW.account_id AND id = NEW.calendar_id AND NEW.calendar_id <> OLD.calendar_id;
END;
CREATE TRIGGER occupancy_counted_delete AFTER DELETE ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.calendar_id;
END;

-- Seats decide about slots as blocked ranges do: the calendars' revisions count them too.
CREATE TRIGGER group_session_counted AFTER UPDATE ON group_session
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND id IN (
    SELECT o.calendar_id FROM occupancy o WHERE o.account_id = NEW.account_id AND o.group_session_id = NEW.id
  );
END;

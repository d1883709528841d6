-- Why: a booking may need several calendars: of all staff who serve it together, and of the rooms and things it needs.

CREATE TABLE resource (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  search_name text COLLATE "C" NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  location_id uuid,
  schedule_id uuid,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id)
);
CREATE INDEX resource_name ON resource (account_id, search_name, id);

-- A calendar is that of a staff member, or of one unit of a resource. Units above the quantity are out of use.
ALTER TABLE calendar
  ALTER COLUMN staff_id DROP NOT NULL,
  ADD COLUMN resource_id uuid,
  ADD COLUMN unit integer CHECK (unit >= 1),
  ADD CONSTRAINT calendar_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  ADD UNIQUE (account_id, resource_id, unit),
  ADD FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE;

ALTER TABLE time_off
  ADD COLUMN resource_id uuid,
  ADD CONSTRAINT time_off_of_one CHECK (staff_id IS NULL OR resource_id IS NULL),
  ADD FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE;

ALTER TABLE service ADD COLUMN assignment varchar(32) NOT NULL DEFAULT 'ROUND_ROBIN';

-- What a service needs beside its staff: all of a group of resources, or so many units of any of them.
CREATE TABLE resource_need (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  units integer CHECK (units >= 1),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, place),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE
);

CREATE TABLE needed_resource (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  resource_need_id uuid NOT NULL,
  resource_id uuid NOT NULL,
  PRIMARY KEY (account_id, id),
  -- Once for each service: what two groups could both take, one of them might take from the other.
  UNIQUE (account_id, service_id, resource_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_need_id) REFERENCES resource_need (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE
);
CREATE INDEX needed_resource_need ON needed_resource (account_id, resource_need_id);
CREATE INDEX needed_resource_resource ON needed_resource (account_id, resource_id);

-- Every calendar that a booking has, or had while it counted: who serves it, and the units that it was given.
CREATE TABLE engagement (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  calendar_id uuid NOT NULL,
  staff_id uuid,
  resource_id uuid,
  unit integer,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, calendar_id),
  CONSTRAINT engagement_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id)
);
CREATE INDEX engagement_staff ON engagement (account_id, staff_id, booking_id);
CREATE INDEX engagement_resource ON engagement (account_id, resource_id, booking_id);
-- Until now each booking had one calendar: its id serves for that one row too.
INSERT INTO engagement (account_id, id, created_at, booking_id, calendar_id, staff_id)
SELECT b.account_id, b.id, b.created_at, b.id, c.id, b.staff_id
FROM booking b JOIN calendar c ON c.account_id = b.account_id AND c.staff_id = b.staff_id;

-- A group session has the calendars of everybody and everything that it takes.
ALTER TABLE occupancy DROP CONSTRAINT occupancy_account_id_group_session_id_key;
ALTER TABLE occupancy ADD UNIQUE (account_id, group_session_id, calendar_id);
CREATE OR REPLACE FUNCTION group_session_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND id IN (
    SELECT o.calendar_id FROM occupancy o WHERE o.account_id = NEW.account_id AND o.group_session_id = NEW.id
  );
  RETURN NULL;
END $$;

-- Why: people have other calendars. What is busy there keeps slots from being offered and booked, and is no booking: it
-- may lie over bookings and over itself, so it takes no occupancy. Whoever books looks at it under the calendar's lock,
-- and whoever writes it holds that lock.
CREATE TABLE busy_source (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  staff_id uuid NOT NULL,
  name varchar(60) NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id, name),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
);

-- Epoch seconds. In pieces of two days at most, so that what meets a time begins shortly before it.
CREATE TABLE external_busy (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  busy_source_id uuid NOT NULL,
  calendar_id uuid NOT NULL,
  starts bigint NOT NULL,
  ends bigint NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, busy_source_id, starts),
  CONSTRAINT external_busy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  FOREIGN KEY (account_id, busy_source_id) REFERENCES busy_source (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE
);
CREATE INDEX external_busy_when ON external_busy (account_id, calendar_id, starts, ends);

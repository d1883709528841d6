-- Why: people have other calendars. What is busy there keeps slots from being offered and booked, and is no booking: it
-- may lie over bookings and over itself, so it takes no occupancy. Whoever books looks at it under the calendar's lock,
-- and whoever writes it holds that lock.
CREATE TABLE busy_source (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 60),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id, name),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
) STRICT;

-- Epoch seconds. In pieces of two days at most, so that what meets a time begins shortly before it.
CREATE TABLE external_busy (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  busy_source_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, busy_source_id, starts),
  CONSTRAINT external_busy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  FOREIGN KEY (account_id, busy_source_id) REFERENCES busy_source (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX external_busy_when ON external_busy (account_id, calendar_id, starts, ends);

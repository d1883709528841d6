-- Why: whoever books for several knows who comes along; they want the appointment in their calendars too.
CREATE TABLE attendee (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  place INTEGER NOT NULL CHECK (place >= 0),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  email TEXT CHECK (length(email) <= 254),
  mailed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, email),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX attendee_email ON attendee (account_id, email, created_at) WHERE email IS NOT NULL;

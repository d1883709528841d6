-- Why: whoever books for several knows who comes along; they want the appointment in their calendars too.
CREATE TABLE attendee (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  name varchar(120) NOT NULL,
  email varchar(254),
  mailed integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, email),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);
CREATE INDEX attendee_email ON attendee (account_id, email, created_at) WHERE email IS NOT NULL;

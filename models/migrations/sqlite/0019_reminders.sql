-- Why: who booked is reminded before the appointment. A row is one reminder that is still to be sent; the worker turns it
-- into a mail in one transaction, so it is sent once. A business says how long before, a service may say otherwise, and
-- a customer may want none.
ALTER TABLE account ADD COLUMN reminder_minutes TEXT NOT NULL DEFAULT '[1440]' CHECK (json_valid(reminder_minutes));
ALTER TABLE service ADD COLUMN reminder_minutes TEXT CHECK (reminder_minutes IS NULL OR json_valid(reminder_minutes));
ALTER TABLE customer ADD COLUMN wants_reminders INTEGER NOT NULL DEFAULT 1 CHECK (wants_reminders IN (0, 1));

CREATE TABLE reminder (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  minutes_before INTEGER NOT NULL CHECK (minutes_before BETWEEN 1 AND 40320),
  due_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, minutes_before),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX reminder_due ON reminder (due_at);

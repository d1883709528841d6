-- Why: who booked is reminded before the appointment. A row is one reminder that is still to be sent; the worker turns it
-- into a mail in one transaction, so it is sent once. A business says how long before, a service may say otherwise, and
-- a customer may want none.
ALTER TABLE account ADD COLUMN reminder_minutes jsonb NOT NULL DEFAULT '[1440]';
ALTER TABLE service ADD COLUMN reminder_minutes jsonb;
ALTER TABLE customer ADD COLUMN wants_reminders boolean NOT NULL DEFAULT true;

CREATE TABLE reminder (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  minutes_before integer NOT NULL CHECK (minutes_before BETWEEN 1 AND 40320),
  due_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, minutes_before),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);
CREATE INDEX reminder_due ON reminder (due_at);

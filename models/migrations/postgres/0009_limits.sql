-- Why: a service may take only so many bookings a day, week, month or year, and so many of one customer at a time.

ALTER TABLE service ADD COLUMN limits jsonb NOT NULL DEFAULT '[]';
ALTER TABLE service ADD COLUMN most_active_per_customer integer
  CHECK (most_active_per_customer BETWEEN 1 AND 1000);

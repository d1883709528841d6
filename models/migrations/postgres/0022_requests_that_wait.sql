-- Why: a business may let requests wait without keeping their time from others. What was promised stays with the booking.
ALTER TABLE service ADD COLUMN requests_block boolean NOT NULL DEFAULT true;
ALTER TABLE booking ADD COLUMN requests_block boolean NOT NULL DEFAULT true;

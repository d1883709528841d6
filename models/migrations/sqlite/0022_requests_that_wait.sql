-- Why: a business may let requests wait without keeping their time from others. What was promised stays with the booking.
ALTER TABLE service ADD COLUMN requests_block INTEGER NOT NULL DEFAULT 1 CHECK (requests_block IN (0, 1));
ALTER TABLE booking ADD COLUMN requests_block INTEGER NOT NULL DEFAULT 1 CHECK (requests_block IN (0, 1));

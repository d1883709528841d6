-- Why: a business takes no bookings from some customers, and its people should read why.
CREATE TABLE customer_block (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, customer_id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
) STRICT;

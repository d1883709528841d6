-- Why: a business takes no bookings from some customers, and its people should read why.
CREATE TABLE customer_block (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  customer_id uuid NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, customer_id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);

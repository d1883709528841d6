-- Why: what could harm most takes a sign-in of the last minutes, and people see how each session began.
-- Sessions from before count as proved when they began.
ALTER TABLE session ADD COLUMN proved_at TEXT NOT NULL DEFAULT '';
UPDATE session SET proved_at = created_at;
ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT 'PASSWORD' CHECK (length(method) <= 32);

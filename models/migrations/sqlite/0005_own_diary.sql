-- Why: a business may limit its staff to their own diary.
ALTER TABLE privacy_settings ADD COLUMN staff_see_own_diary INTEGER NOT NULL DEFAULT 0;

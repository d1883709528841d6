"""What the API says: shapes, words, and who may see or call each field."""

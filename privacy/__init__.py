"""The published privacy policy and what it covers: data, and the code that refuses to serve altered data."""

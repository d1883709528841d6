"""Pure decisions on plain values: no await, no clock, no database, no environment."""

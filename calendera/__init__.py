"""The running program: everything that touches the world outside (HTTP, SMTP, clock, environment) lives here."""

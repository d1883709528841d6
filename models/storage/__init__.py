"""Where rows live: one SQLite file or one PostgreSQL, behind the same few verbs.

database   connect, transaction, fetch, execute, lock: what the rest of the program uses
migrate    brings a database to the version of the program
instant    the field for a moment in time
errors     what can go wrong, alike on both engines
sqlite, postgres   the two backends; everything else here serves them
"""

"""Who may do and see what: data in `roles`, the asking party in `viewer`, Strawberry's classes in `classes`."""

"""How many attendees, and how many mails to one of them."""

# A booking of a larger party names some of them.
MOST_ATTENDEES = 50
# To one attendee about one booking: whoever has its link could move it to and fro. That it is off is always told.
MOST_MAILS = 10
# Bookings of one business within an hour that name one address and are told to it.
MOST_OF_ADDRESS = 5

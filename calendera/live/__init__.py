"""Answers that keep coming: subscriptions over WebSocket and over server-sent events.

relay      one reader of the event tail in each process, and who listens to it
room       how many connections one process, one address and one credential may have
pace       the periods and sizes of all of it
identity   who is at the other end, asked again whenever it matters
guarding   ending a connection with its credential
operation  one operation on a connection that stays open
messages   the frames of graphql-transport-ws
sockets    the endpoint for WebSocket          conversation  one socket after its greeting
streams    the endpoint for server-sent events
shared     what all connections of a process share
protocol   what uvicorn leaves unbounded about a socket
"""

"""What OAuth 2.1 says, decided on plain values: is this request well formed, may this client have that.

authlib holds the grammar, the order of the checks and the wording of the errors (`server.py`). It is synchronous, so
nothing is stored from here: what a request refers to is loaded before it is asked, what is to be written is its answer.
"""

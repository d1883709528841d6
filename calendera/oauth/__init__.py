"""OAuth 2.1 over HTTP: where apps send browsers, where they get tokens, and where they read how.

What may be is decided in `rules/oauth/`; here it is read from requests, written by the models, and answered.
"""

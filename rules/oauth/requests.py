"""A request in the form in which authlib reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from rules.oauth.parameters import Parameters


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """RFC 8707: a token was asked for something that this server does not protect."""

    error = "invalid_target"
    description = "The resource is not one that this server issues tokens for."


class _Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, parameters: Parameters) -> None:
        self._values = dict(parameters.values)

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._values.items()}


class Request(OAuth2Request):  # type: ignore[misc]
    """The address is a stand-in: whether the transport is encrypted is decided in front of all routes."""

    def __init__(self, method: str, parameters: Parameters, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(method, "https://localhost/", headers=dict(headers or {}))
        self.payload = _Payload(parameters)

    @property
    def form(self) -> dict[str, Any]:
        data: dict[str, Any] = self.payload.data
        return data

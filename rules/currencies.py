"""Currencies in use (ISO 4217, without funds, metals and test codes), the digits of their minor unit, and amounts.

An amount is a whole number of minor units beside its currency, never a fraction: 4500 is 45.00 USD or ¥4500.
"""

from typing import NewType

# Whole and exact wherever JSON numbers are doubles, as in browsers.
MinorUnits = NewType("MinorUnits", int)
EXACT = 2**53 - 1
# Of any amount that somebody types. The sum of everything that one booking can cost stays far within EXACT.
LARGEST = 999_999_999_999

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_MINOR_DIGITS = {code: digits for digits, codes in ((0, _NONE), (2, _TWO), (3, _THREE)) for code in codes.split()}
CURRENCIES = frozenset(_MINOR_DIGITS)


def clean_currency(value: str) -> str:
    """Return the three capital letters of a currency in use. Raises ValueError for any other text."""
    code = value.strip(" ").upper()
    if code not in CURRENCIES:
        raise ValueError("Write the currency as its three-letter ISO 4217 code, like USD, EUR or NZD.")
    return code


def minor_digits(currency: str) -> int:
    """Return how many decimal digits a clean currency code has: 0 for JPY, 2 for EUR, 3 for KWD."""
    return _MINOR_DIGITS[currency]


def clean_amount(value: int) -> int:
    """Return an amount that somebody typed. Raises ValueError outside 0 to LARGEST."""
    if not 0 <= value <= LARGEST:
        raise ValueError(f"must be from 0 to {LARGEST} minor units, not {value}.")
    return value


def in_main_unit(amount: int, currency: str) -> str:
    """Return the amount in the currency's main unit, with all its digits and a point: 4500 is `45.00` in USD, `4500` in
    JPY and `4.500` in KWD."""
    digits = minor_digits(currency)
    if digits == 0:
        return str(amount)
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}}"

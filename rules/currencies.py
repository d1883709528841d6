"""Currencies in use (ISO 4217, without funds, metals and test codes) and how many digits their minor unit has."""

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

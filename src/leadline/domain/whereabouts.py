"""Where a lead is, as far as a phone number or a country tells: the names of the time zones it can be in."""

from collections.abc import Mapping
from typing import Any

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from leadline.domain.leads import Lead
from leadline.domain.phones import e164

COUNTRY_KEYS = ("country", "country_code", "countryCode", "Country", "Country Code")


def zones_of(lead: Lead) -> tuple[str, ...]:
    """The time zones a lead can be in, by its phone number, else by the two letters of a country that was sent along; empty where nothing tells. A
    country of many zones answers with all of them."""
    number = lead.phone_e164 or (e164(lead.phone, None) if lead.phone else None)
    return (_zones_of_number(number) if number else ()) or _zones_of_country(lead.extra)


def _zones_of_number(number: str) -> tuple[str, ...]:
    zones = timezone.time_zones_for_number(phonenumbers.parse(number))
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


def _zones_of_country(extra: Mapping[str, Any]) -> tuple[str, ...]:
    for key in COUNTRY_KEYS:
        country = extra.get(key)
        code = phonenumbers.country_code_for_region(country.strip().upper()) if isinstance(country, str) else 0
        if code:
            return tuple(TIMEZONE_DATA.get(str(code), ()))
    return ()

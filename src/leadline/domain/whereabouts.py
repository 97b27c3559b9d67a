"""Where a lead is, as far as a phone number or a country tells: the names of the time zones it can be in."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from leadline.domain.leads import Lead
from leadline.domain.phones import e164

_OTHER_NAMES = {"uk": "GB", "united kingdom": "GB", "great britain": "GB", "england": "GB", "usa": "US"}
COUNTRY_KEYS = ("country", "country_code", "countryCode", "Country", "Country Code")


def zones_of(lead: Lead) -> tuple[str, ...]:
    """The time zones a lead can be in, by its phone number, else by a country that was sent along, in English or in two letters;
    empty where nothing tells. A country of many zones answers with all of them."""
    number = lead.phone_e164 or (e164(lead.phone, None) if lead.phone else None)
    return (_zones_of_number(number) if number else ()) or _zones_of_country(lead.extra)


def _zones_of_number(number: str) -> tuple[str, ...]:
    zones = timezone.time_zones_for_number(phonenumbers.parse(number))
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


def _zones_of_country(extra: Mapping[str, Any]) -> tuple[str, ...]:
    for key in COUNTRY_KEYS:
        country = extra.get(key)
        region = _regions().get(country.strip().casefold()) if isinstance(country, str) else None
        if region:
            return tuple(TIMEZONE_DATA.get(str(phonenumbers.country_code_for_region(region)), ()))
    return ()


@cache
def _regions() -> Mapping[str, str]:
    """ISO codes by themselves and by the English names of the database of time zones."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {key.casefold(): code for code, name in rows for key in (code, name)} | _OTHER_NAMES

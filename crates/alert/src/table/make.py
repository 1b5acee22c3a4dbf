"""Writes the lists of this folder from the packages that they are taken from.

    python3 -m venv /tmp/lists
    /tmp/lists/bin/pip install --no-deps airportsdata==20260905 pyunlocode==0.1.0 satcfdi==26.10.1 \
        iso4217==1.16.20260101 babel==2.18.0
    /tmp/lists/bin/python crates/alert/src/table/make.py

Each list is sorted text of rows of one width, so that it is searched where it lies. Whoever takes a newer package also
changes the version in the `Table` of the module that reads the list; the tests of that module count the rows.
"""

import csv
import importlib.util
import io
import pathlib
import pickle
import re
import sqlite3
import unicodedata
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).parent


def folder(package):
    """Where a package lies. But for that of countries none is imported, because reading its data takes none of its code."""
    return pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0])


def write(name, rows):
    rows = sorted(set(rows))
    assert len({len(row) for row in rows}) == 1, name
    (HERE / name).write_text("".join(row + "\n" for row in rows), encoding="ascii")
    print(name, len(rows))


def airports():
    with open(folder("airportsdata") / "airports.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column, form in [("airports-iata.txt", "iata", "[A-Z]{3}"), ("airports-icao.txt", "icao", "[A-Z]{4}")]:
        write(name, [row[column] + row["country"] for row in rows if re.fullmatch(form, row[column])])


class Plain(pickle.Unpickler):
    """Reads strings and refuses everything that would run code."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"{module}.{name} is no string")


def catalogue(database, table):
    """One catalogue of the Mexican tax administration: keys and texts, both pickled strings."""
    rows = database.execute(f"SELECT key, value FROM {table}")
    return {Plain(io.BytesIO(key)).load(): Plain(io.BytesIO(value)).load() for key, value in rows}


def goods():
    database = sqlite3.connect(folder("satcfdi") / "catalogs" / "catalogs.db")
    dangerous = catalogue(database, "C592_c_MaterialPeligroso")
    # UN3316, chemical and first aid kits, is missing from the catalogue.
    write("un-numbers.txt", [key for key in dangerous if re.fullmatch("[0-9]{4}", key)] + ["3316"])
    # Codes of ten digits are those of the tariff of 2020, which follows the Harmonized System of 2017; chapters 98 and 99
    # are national. The edition of 2022 has eight headings more, and two less.
    tariff = catalogue(database, "C5bc_c_FraccionArancelaria")
    headings = {code[:4] for code, text in tariff.items() if len(code) == 10 and text != "Derogada"}
    headings = {heading for heading in headings if heading < "98"}
    headings |= {"0309", "2404", "3827", "8485", "8524", "8549", "8806", "8807"}
    headings -= {"8107", "8803"}
    write("hs-headings.txt", headings)


def currencies():
    """Those in use, funds and metals among them."""
    entries = ElementTree.parse(folder("iso4217") / "table.xml").iter("Ccy")
    write("currencies.txt", [entry.text for entry in entries])


# Currencies for which the repository has no name, or not the one that a desk would use.
NAMED = {
    "GYD": ("Guyanese Dollar", "dólar guyanés"),
    "TOP": ("Tongan Pa'anga", "paanga tongano"),
    "VED": ("Venezuelan Digital Bolívar", "bolívar digital venezolano"),
    "XAD": ("Arab Accounting Dinar", "dinar contable árabe"),
    "XSU": ("Sucre", "sucre"),
    "XTS": ("reserved for tests", "reservado para pruebas"),
    "XUA": ("ADB Unit of Account", "unidad de cuenta del BAD"),
    "XXX": ("no currency", "ninguna moneda"),
    "ZWG": ("Zimbabwe Gold", "ZiG de Zimbabue"),
}


def names_of_currencies():
    """The rows of `trade/list.rs`, printed: its head is written by hand."""
    from babel import Locale

    english, spanish = Locale("en").currencies, Locale("es", "MX").currencies
    for code in (HERE / "currencies.txt").read_text(encoding="utf-8").split():
        plain = english.get(code, "").replace(" & ", " and ").replace("St. ", "Saint ")
        print('    ("{}", ["{}", "{}"]),'.format(code, *NAMED.get(code, (plain, spanish.get(code)))))


# Where people at a customs desk say less than the repository does, or write it otherwise.
SHORTER = {
    "CD": ("Congo, Democratic Republic", "República Democrática del Congo"),
    "CG": ("Congo, Republic", "República del Congo"),
    "CI": ("Ivory Coast", "Costa de Marfil"),
    "HK": ("Hong Kong", "Hong Kong"),
    "MM": ("Myanmar", "Myanmar"),
    "MO": ("Macao", "Macao"),
}


def countries():
    """The rows of `country/list.rs`, for its codes, printed: its head is written by hand."""
    from babel import Locale

    english, spanish = Locale("en").territories, Locale("es", "MX").territories
    listed = (HERE.parent / "country" / "list.rs").read_text(encoding="utf-8")
    for code in re.findall(r'\("([A-Z]{2})"', listed):
        plain = english[code].replace(" & ", " and ").replace("St. ", "Saint ")
        print('    ("{}", ["{}", "{}"]),'.format(code, *SHORTER.get(code, (plain, spanish[code]))))


def places():
    """UN/LOCODE, whole as of its release, without what that release marks as to be removed."""
    # MXNLU, the airport that freighters to Mexico City use since 2023, is in later releases only.
    database = sqlite3.connect(folder("pyunlocode") / "unlocode.db")
    rows = database.execute("SELECT country_code || location_code FROM location WHERE status <> 'XX'")
    write("locodes.txt", [code for (code,) in rows if re.fullmatch("[A-Z]{2}[A-Z2-9]{3}", code)] + ["MXNLU"])
    return database


# Where the two lists contradict each other, or one of them is silent: every other Mexican airport, and the U.S. ones that
# matter for freight.
BY_HAND = {
    "MX": """ACN COA AZP MEX CJT CHP CME CAM CNA SON CSW BCS CYW GUA CZA YUC GUB BCN HUX OAX IZT OAX JAL VER LMM SIN LTO BCS
        LZC MIC MMC TAM NCG CHH NLU MEX NTR NLE PAZ VER PCO BCS PDS COA PQM CHP PXM OAX SFH BCN SJD BCS SZT CHP TCN PUE TIJ BCN
        TLC MEX TQO ROO TSL SLP WIX JAL""",
    "US": "ACY NJ AFW TX CVG KY IAD VA",
}


def states(locodes):
    """The state in which an airport lies: only where two lists agree, because either is wrong now and then."""
    plain = lambda text: unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("-", " ")
    listed = (HERE.parent / "subdivision" / "list.rs").read_text(encoding="utf-8")
    codes = {}
    for code, *names in re.findall(r'Subdivision::new\(\s*"([^"]+)",\s*"([^"]+)",\s*"([^"]+)",?\s*\)', listed):
        codes.update({(code[:2], plain(name)): code[3:] for name in names})
    said = {}
    rows = locodes.execute("SELECT country_code, location_code, subdivision, iata, is_airport FROM location")
    for country, place, state, iata, is_airport in rows:
        for code in {iata, place if is_airport else ""} - {""}:
            said.setdefault((country, code), set()).add(state)
    with open(folder("airportsdata") / "airports.csv", encoding="utf-8", newline="") as file:
        airports = [row for row in csv.DictReader(file) if re.fullmatch("[A-Z]{3}", row["iata"])]
    for country, by_hand in BY_HAND.items():
        words = by_hand.split()
        found = dict(zip(words[::2], words[1::2]))
        for row in airports:
            state = codes.get((country, plain(row["subd"])))
            if row["country"] == country and state in said.get((country, row["iata"]), ()):
                found.setdefault(row["iata"], state)
        write(f"airport-states-{country.lower()}.txt", [code + state for code, state in found.items()])


airports()
goods()
currencies()
names_of_currencies()
countries()
states(places())

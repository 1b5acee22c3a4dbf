//! What no list has, and places that lie elsewhere than is said: flagged, never refused.

use super::*;

#[test]
fn airports_that_no_list_has_are_flagged() {
    let at = "content.shipments[0].route.legs[0].arrival.airport AIRPORT_UNKNOWN";
    fine(|a| route(a, vec![leg("AM", "AM690", "MEX", "KLAX")]));
    for unlisted in ["XQX", "NYC", "XQXQ"] {
        flagged(at, |a| route(a, vec![leg("AM", "AM690", "MEX", unlisted)]));
    }
}

#[test]
fn carriers_waybills_and_offices_that_no_list_has_are_flagged() {
    let at = |rest: &str| format!("content.shipments[0].{rest}");
    flagged(&at("route.legs[0].carrier CARRIER_UNKNOWN"), |a| {
        route(a, vec![leg("ZZ", "ZZ646", "MEX", "LAX")]);
    });
    flagged(&at("master_awb AIRLINE_PREFIX_UNKNOWN"), |a| {
        a.shipments[0].master_awb = "888-11111111".into();
    });
    flagged(&at("airline_prefix AIRLINE_PREFIX_UNKNOWN"), |a| {
        a.shipments[0].master_awb.clear();
        a.shipments[0].house_awbs = vec!["H1".into()];
        a.shipments[0].airline_prefix = "888".into();
    });
    fine(|a| {
        let (prefix, _) = a.shipments[0].master_awb.split_at(3);
        a.shipments[0].airline_prefix = prefix.to_owned();
    });
    let office = |country: &str, code: &str| {
        let office = pb::CustomsOffice {
            country: country.into(),
            code: code.into(),
            ..Default::default()
        };
        move |a: &mut pb::AlertContent| {
            route(a, vec![leg("AM", "AM646", "MEX", "LAX")]);
            a.shipments[0].route.as_mut().unwrap().customs_offices = vec![office];
        }
    };
    for (country, code) in [("MX", "850"), ("US", "2720"), ("CA", "0809"), ("MX", "")] {
        fine(office(country, code));
    }
    for (country, code) in [("MX", "990"), ("US", "9901")] {
        let at = at("route.customs_offices[0].code CUSTOMS_OFFICE_UNKNOWN");
        flagged(&at, office(country, code));
    }
    broken(
        &at("route.customs_offices[0].code FIELD_FORMAT"),
        office("MX", "99"),
    );
}

#[test]
fn currencies_and_terms_that_no_list_has_are_flagged() {
    let money = |currency: &str| {
        let value = pb::Money {
            amount: "500".into(),
            currency: currency.into(),
        };
        move |a: &mut pb::AlertContent| a.shipments[0].declared_value = Some(value)
    };
    let at = "content.shipments[0].declared_value.currency";
    for listed in ["MXN", "USD", "XAU"] {
        fine(money(listed));
    }
    for (unlisted, meant) in [("MXP", vec!["MXN"]), ("XQX", vec![])] {
        flagged(&format!("{at} CURRENCY_UNKNOWN"), money(unlisted));
        let mut content = alert();
        money(unlisted)(&mut content);
        let read = decode(&content, &alert_statement()).unwrap();
        assert_eq!(read.warnings()[0].proposals, meant);
    }
    broken(&format!("{at} FIELD_FORMAT"), money("US$"));
    let term = |term: &str| {
        let term = term.to_owned();
        move |a: &mut pb::AlertContent| a.shipments[0].incoterm = term
    };
    for listed in ["FOB", "DPU", ""] {
        fine(term(listed));
    }
    for unlisted in ["DAT", "FBO"] {
        flagged(
            "content.shipments[0].incoterm INCOTERM_UNKNOWN",
            term(unlisted),
        );
    }
    broken("content.shipments[0].incoterm FIELD_FORMAT", term("fob"));
}

#[test]
fn places_that_no_list_has_are_flagged() {
    let place = |locode: &str| {
        let locode = locode.to_owned();
        move |a: &mut pb::AlertContent| {
            route(a, vec![leg("AM", "AM646", "MEX", "LAX")]);
            let route = a.shipments[0].route.as_mut().unwrap();
            route.origin = Some(pb::Place {
                locode,
                ..Default::default()
            });
        }
    };
    fine(place("MXNLU"));
    fine(place("USLAX"));
    let at = "content.shipments[0].route.origin.locode";
    flagged(&format!("{at} LOCODE_UNKNOWN"), place("MXQQQ"));
    broken(&format!("{at} INVALID_ROUTING"), place("MX0QQ"));
}

/// Both the airport that is named as the end and, without one, that of the last leg.
#[test]
fn the_airport_of_destination_serves_the_consignees_state() {
    let goods_end = |state: &str, last: &str, named: &str| {
        let (state, last, named) = (state.to_owned(), last.to_owned(), named.to_owned());
        move |a: &mut pb::AlertContent| {
            let consignee = PartyRole::Consignee as i32;
            for party in a.parties.iter_mut().filter(|party| party.role == consignee) {
                let address = party.address.as_mut().unwrap();
                let (country, _) = state.split_at(2);
                (address.country, address.subdivision) = (country.to_owned(), state.clone());
                address.postal_code.clear();
            }
            route(a, vec![leg("AM", "AM646", "GDL", &last)]);
            if !named.is_empty() {
                a.shipments[0].route.as_mut().unwrap().destination = airport(&named);
            }
        }
    };
    for (state, last, named) in [
        ("US-CA", "LAX", ""),
        ("US-NJ", "JFK", ""),
        ("MX-CMX", "TIJ", "NLU"),
        // On by road, or from an airport that no list knows the state of.
        ("MX-BCN", "SAN", ""),
        ("US-CA", "KLAX", ""),
    ] {
        fine(goods_end(state, last, named));
    }
    let at = "content.shipments[0].route";
    let flag = |field: &str| format!("{at}.{field}.airport DESTINATION_MISMATCH");
    flagged(&flag("legs[0].arrival"), goods_end("US-TX", "LAX", ""));
    flagged(&flag("destination"), goods_end("MX-JAL", "LAX", "TIJ"));
}

#[test]
fn places_that_lie_in_another_country_are_flagged_with_the_right_one() {
    let stated = |airport: &str, locode: &str, country: &str| {
        let mut content = alert();
        content.shipments[0].route = Some(pb::Route {
            origin: Some(pb::Place {
                airport: airport.into(),
                locode: locode.into(),
                country: country.into(),
                ..Default::default()
            }),
            ..Default::default()
        });
        let accepted = decode(&content, &alert_statement()).unwrap();
        let shown = |v: &Violation| format!("{} {} {:?}", v.field, name(v.reason), v.proposals);
        accepted.warnings().iter().map(shown).collect::<Vec<_>>()
    };
    let of = |country: &str| {
        format!("content.shipments[0].route.origin.country INVALID_ROUTING [\"{country}\"]")
    };
    assert_eq!(stated("NLU", "", "US"), [of("MX")]);
    assert_eq!(stated("", "USLAX", "MX"), [of("US")]);
    assert_eq!(stated("GUM", "", "PR"), [of("GU")]);
    // An airport of Kosovo, and an installation at sea, lie in no country of the standard.
    for (airport, locode, country) in [
        ("NLU", "MXNLU", "MX"),
        ("LAX", "", ""),
        ("PRN", "", "RS"),
        ("", "XZAAD", "MX"),
        // The list has these under their state, or that one under itself; people write either.
        ("SJU", "PRSJU", "PR"),
        ("SJU", "", "US"),
        ("GUM", "", "US"),
        ("", "PRSJU", "US"),
    ] {
        assert_eq!(
            stated(airport, locode, country),
            [""; 0],
            "{airport}{locode}"
        );
    }
}

#[test]
fn goods_that_no_list_has_are_flagged() {
    let hs = |code: &str| {
        let code = code.to_owned();
        move |a: &mut pb::AlertContent| {
            a.shipments[0].hs_codes = vec![pb::TariffCode { code, system: 0 }];
        }
    };
    fine(hs("293219"));
    fine(hs("852499"));
    let at = "content.shipments[0].hs_codes[0].code HS_UNKNOWN";
    for unlisted in ["010000", "810720", "770100", "990101"] {
        flagged(at, hs(unlisted));
    }
    let un = |number: &str| {
        let un_number = number.to_owned();
        move |a: &mut pb::AlertContent| {
            a.shipments[0].dangerous_goods = vec![pb::DangerousGoods {
                un_number,
                ..Default::default()
            }];
        }
    };
    for listed in ["UN1263", "UN3480", "UN3556", "NA1993", "ID8000"] {
        fine(un(listed));
    }
    let at = "content.shipments[0].dangerous_goods[0].un_number UN_UNKNOWN";
    flagged(at, un("UN1004"));
}

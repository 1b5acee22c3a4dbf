//! The parties of a waybill, with what customs notes say of them.

use super::parts::{Notes, fields, line};
use crate::xml::Element;
use precinto_alert::country::is_country;
use serde_json::{Map, Value, json};

/// Where a party stands in the file, and what it is to the shipment; the third is its subject code in customs notes.
const PARTIES: [(&str, &str, &str); 3] = [
    ("ConsignorParty", "SHIPPER", "SHP"),
    ("ConsigneeParty", "CONSIGNEE", "CNE"),
    ("FreightForwarderParty", "FORWARDER", "AGT"),
];

/// International calling codes of the countries whose numbers a waybill is likeliest to carry. A number that begins with
/// the code of its party's country is taken as international; no other is, for then a plus sign would be a guess.
#[rustfmt::skip]
const CALLING: [(&str, &str); 30] = [
    ("AE", "971"), ("AU", "61"), ("BE", "32"), ("BR", "55"), ("CA", "1"), ("CH", "41"), ("CL", "56"), ("CN", "86"),
    ("CO", "57"), ("CR", "506"), ("DE", "49"), ("ES", "34"), ("FR", "33"), ("GB", "44"), ("GT", "502"), ("HK", "852"),
    ("IE", "353"), ("IN", "91"), ("IT", "39"), ("JP", "81"), ("KR", "82"), ("MX", "52"), ("NL", "31"), ("PA", "507"),
    ("PE", "51"), ("PK", "92"), ("SG", "65"), ("TH", "66"), ("TR", "90"), ("US", "1"),
];

/// Shipper and consignee always, also when the file names none; others as far as they are named.
pub(super) fn all(goods: &Element, notes: &mut Notes) -> Vec<Value> {
    let mut parties = Vec::new();
    for (name, role, subject) in PARTIES {
        match goods.at(name) {
            Some(party) => {
                let said = customs_notes(goods, subject);
                parties.push(one(party, role, &said, notes));
            }
            None if role != "FORWARDER" => {
                parties.push(json!({ "role": role, "not_stated": true }));
            }
            None => {}
        }
    }
    let notified = goods.all("AssociatedParty");
    for party in notified
        .filter(|party| party.text_at("RoleCode") == Some("NI"))
        .take(1)
    {
        parties.push(one(party, "NOTIFY", &[], notes));
    }
    parties.extend(account_holder(goods, notes));
    parties
}

/// Content code, content and country of the notes about one party.
type Note<'a> = (&'a str, &'a str, &'a str);

fn customs_notes<'a>(goods: &'a Element, subject: &str) -> Vec<Note<'a>> {
    let of_subject = |note: &&Element| note.text_at("SubjectCode") == Some(subject);
    let notes = goods.all("IncludedCustomsNote").filter(of_subject);
    notes
        .filter_map(|note| {
            let country = note.text_at("CountryID").unwrap_or_default();
            Some((
                note.text_at("ContentCode")?,
                note.text_at("Content")?,
                country,
            ))
        })
        .take(precinto_alert::limits::LIST_MAX)
        .collect()
}

fn one(party: &Element, role: &str, said: &[Note<'_>], notes: &mut Notes) -> Value {
    let mut made = fields(&[("role", json!(role))]);
    let mut put = |name: &str, value: Value| drop(made.insert(name.to_owned(), value));
    if let Some(name) = party.text_at("Name") {
        put("name", json!(line(name)));
    }
    let address = party
        .at("PostalStructuredAddress")
        .or_else(|| party.at("FreightForwarderAddress"));
    let address = address.map(|address| postal(address, role, notes));
    let country = address.as_ref().and_then(|address| address.get("country"));
    let country = country
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if let Some(address) = address.filter(|address| !address.is_empty()) {
        put("address", Value::Object(address));
    }
    if let Some(number) = party.text_at("AccountID") {
        put("account", json!({ "number": line(number) }));
    }
    let direct = party.text_at("DefinedTradeContact/DirectTelephoneCommunication/CompleteNumber");
    let noted = said.iter().filter(|(code, ..)| *code == "CT");
    let mut phones: Vec<String> = Vec::new();
    for number in direct
        .into_iter()
        .chain(noted.map(|(_, number, _)| *number))
    {
        match international(number, &country) {
            Some(number) if !phones.contains(&number) => phones.push(number),
            Some(_) => {}
            None => notes.add(
                &format!("{role}, telephone, not in international form"),
                &format!("{role}, teléfono, no en formato internacional"),
                number,
            ),
        }
    }
    if !phones.is_empty() {
        put("phones", json!(phones));
    }
    let email = party.text_at("DefinedTradeContact/URIEmailCommunication/URIID");
    if let Some(email) = email {
        put("emails", json!([line(email)]));
    }
    let mut ids: Vec<Value> = Vec::new();
    for (code, content, of) in said {
        match (*code, tax_id(content, of)) {
            ("T", Some(id)) => ids.push(id),
            ("CT", _) => {}
            _ => notes.add(
                &format!("{role}, customs note {code} ({of})"),
                &format!("{role}, nota aduanera {code} ({of})"),
                content,
            ),
        }
    }
    if !ids.is_empty() {
        put("tax_ids", json!(ids));
    }
    Value::Object(made)
}

fn postal(address: &Element, role: &str, notes: &mut Notes) -> Map<String, Value> {
    let streets = address.all("StreetName").filter_map(Element::text);
    let lines: Vec<String> = streets
        .flat_map(str::lines)
        .map(line)
        .filter(|line| !line.is_empty())
        .take(precinto_alert::limits::LIST_MAX)
        .collect();
    let text = |path: &str| address.text_at(path).map(line);
    let country = text("CountryID").filter(|code| {
        let known = is_country(code);
        if !known {
            notes.add(
                &format!("{role}, a country that is none"),
                &format!("{role}, un país que no existe"),
                code,
            );
        }
        known
    });
    // ISO 3166-2 is the country and its part; writers give either the whole or the part.
    let part = text("CountrySubDivisionID");
    let part = part.zip(country.as_ref()).and_then(|(part, country)| {
        let whole = if part.contains('-') {
            part
        } else {
            format!("{country}-{part}")
        };
        let tail = whole.strip_prefix(country.as_str())?.strip_prefix('-')?;
        let fits = (1..=3).contains(&tail.len())
            && tail
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        fits.then_some(whole)
    });
    fields(&[
        (
            "lines",
            if lines.is_empty() {
                Value::Null
            } else {
                json!(lines)
            },
        ),
        ("city", json!(text("CityName"))),
        ("subdivision", json!(part)),
        ("postal_code", json!(text("PostcodeCode"))),
        ("country", json!(country)),
    ])
}

/// E.164, when it is said or follows from the country.
fn international(number: &str, country: &str) -> Option<String> {
    let compact: String = number
        .chars()
        .filter(|letter| !letter.is_whitespace() && !"-./()".contains(*letter))
        .collect();
    let digits = |text: &str| {
        (7..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(said) = compact
        .strip_prefix('+')
        .or_else(|| compact.strip_prefix("00"))
    {
        return (digits(said) && !said.starts_with('0')).then(|| format!("+{said}"));
    }
    let (_, code) = CALLING.iter().find(|(of, _)| *of == country)?;
    // Ten digits in the United States, Canada and Mexico are a national number, whatever they begin with.
    let long_enough = compact.len() > 10 || code.len() > 2;
    (digits(&compact) && compact.starts_with(code) && long_enough).then(|| format!("+{compact}"))
}

/// A number of the registers that an alert knows.
fn tax_id(number: &str, country: &str) -> Option<Value> {
    let number = line(number);
    let kind = match country {
        "MX" if number.len() == 18 => "MX_CURP",
        "MX" if (12..=13).contains(&number.len()) => "MX_RFC",
        "US" if is_ein(&number) => "US_EIN",
        _ => return None,
    };
    Some(json!({ "kind": kind, "number": number }))
}

/// `NN-NNNNNNN`.
fn is_ein(number: &str) -> bool {
    number.split_once('-').is_some_and(|(first, second)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        first.len() == 2 && second.len() == 7 && digits(first) && digits(second)
    })
}

/// The account charged, as the United States' advance screening (ACAS) notes name it: AN holder, AI issuer, AR number,
/// AE opened, BT billing. Other notes of that subject have no place in an alert.
fn account_holder(goods: &Element, notes: &mut Notes) -> Option<Value> {
    let said = customs_notes(goods, "CUS");
    let of = |code: &str| {
        let note = said.iter().find(|(known, ..)| *known == code);
        note.map(|(_, content, _)| line(content))
    };
    let opened = of("AE").and_then(|date| jiff::civil::Date::strptime("%d%b%y", date).ok());
    for (code, content, country) in &said {
        let taken = ["AN", "AI", "AR", "BT"].contains(code) || (*code == "AE" && opened.is_some());
        if !taken {
            notes.add(
                &format!("customs note {code} ({country})"),
                &format!("nota aduanera {code} ({country})"),
                content,
            );
        }
    }
    let account = fields(&[
        ("issuer", json!(of("AI"))),
        ("number", json!(of("AR"))),
        (
            "opened",
            json!(opened.map(|date| format!("{date}T00:00:00Z"))),
        ),
        ("billing", json!(of("BT"))),
    ]);
    let holder = fields(&[
        ("role", json!("ACCOUNT_HOLDER")),
        ("name", json!(of("AN"))),
        (
            "account",
            if account.is_empty() {
                Value::Null
            } else {
                Value::Object(account)
            },
        ),
    ]);
    (holder.len() > 1).then_some(Value::Object(holder))
}

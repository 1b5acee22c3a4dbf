//! Two messages that one more is about: what limits either limits it too.
//!
//! | Field | of both |
//! |---|---|
//! | marks | every mark of either |
//! | release | what both cover; where that is nothing, what the newer version says |
//! | use code, permissions | the stricter; not stated is stricter than allowed |
//! | flags | set if either sets it |

use precinto_alert::handling::Release;
use precinto_alert::id::AgencyId;
use precinto_alert::limits::RELEASES_MAX;
use serde_json::{Map, Value, json};

pub(super) const MARKS: &str = "marks";
pub(super) const RELEASES: &str = "releasable_to";
pub(super) const USE_CODE: &str = "use_code";
pub(super) const EVIDENCE: &str = "evidence_use";
pub(super) const DERIVATIVE: &str = "derivative_use";

/// Whose sides these are, whatever else a release names.
const COUNTRIES: [&str; 2] = ["MX", "US"];

/// From the mildest to the strictest; the empty word is what nobody said, and asks first.
const PERMISSIONS: [&str; 4] = ["ALLOWED", "", "ASK", "FORBIDDEN"];

/// As [`PERMISSIONS`]. H3 states its limits in a body that the new message does not repeat, so H2, which says its own, stands above it.
const USE_CODES: [&str; 5] = ["H0", "", "H1", "H3", "H2"];

/// The handling of a message, as its JSON says it, and who wrote it.
pub(in super::super) struct Said {
    pub(in super::super) handling: Map<String, Value>,
    pub(in super::super) author: AgencyId,
}

/// In which country the sides of a case lie: the originator's side in that of the alert's id, the other side in the other country.
pub(in super::super) struct Lands<'a> {
    pub(in super::super) originator: Option<&'a AgencyId>,
    pub(in super::super) country: &'a str,
}

/// The handling of what is about all of these, the newest last; none of nothing.
pub(super) fn merged(sources: Vec<Said>, lands: &Lands<'_>) -> Option<Map<String, Value>> {
    let sources = sources.into_iter().map(|said| lands.with_author(said));
    sources.reduce(|older, newer| lands.stricter(&older, newer))
}

impl Lands<'_> {
    /// Whoever limited a release wrote what it covers, and may be answered.
    fn with_author(&self, said: Said) -> Map<String, Value> {
        let Said {
            mut handling,
            author,
        } = said;
        let author = author.to_string();
        if let Some(Value::Array(releases)) = handling.get_mut(RELEASES) {
            let room = (1..RELEASES_MAX).contains(&releases.len());
            if room && !self.any_covers(releases, &json!(author)) {
                releases.push(json!(author));
            }
        }
        handling
    }

    fn stricter(
        &self,
        older: &Map<String, Value>,
        mut newer: Map<String, Value>,
    ) -> Map<String, Value> {
        let both = [
            (MARKS, either(older, &newer)),
            (RELEASES, self.narrower(older, &newer)),
        ];
        for (name, all) in both {
            set(
                &mut newer,
                name,
                Some(json!(all)).filter(|_| !all.is_empty()),
            );
        }
        let codes = [
            (USE_CODE, USE_CODES.as_slice()),
            (EVIDENCE, &PERMISSIONS),
            (DERIVATIVE, &PERMISSIONS),
        ];
        for (name, order) in codes {
            let said = [older.get(name), newer.get(name)];
            // A code that this program does not know may be the strictest.
            let rank = |code: Option<&Value>| {
                let code = code.map_or(Some(""), Value::as_str);
                order
                    .iter()
                    .position(|one| Some(*one) == code)
                    .unwrap_or(order.len())
            };
            let strictest = said
                .into_iter()
                .max_by_key(|code| rank(*code))
                .flatten()
                .cloned();
            set(&mut newer, name, strictest);
        }
        for (name, value) in older.iter().filter(|(_, value)| **value == json!(true)) {
            drop(newer.insert(name.clone(), value.clone()));
        }
        newer
    }

    fn narrower(&self, older: &Map<String, Value>, newer: &Map<String, Value>) -> Vec<Value> {
        let [older, newer] = [older, newer].map(|said| items(said, RELEASES));
        if older.is_empty() || newer.is_empty() {
            return [older, newer].concat();
        }
        let mut all: Vec<Value> = Vec::new();
        for (some, others) in [(newer, older), (older, newer)] {
            let covered = some.iter().filter(|one| self.any_covers(others, one));
            for one in covered {
                if !all.contains(one) && all.len() < RELEASES_MAX {
                    all.push(one.clone());
                }
            }
        }
        if all.is_empty() { newer.to_vec() } else { all }
    }

    fn any_covers(&self, releases: &[Value], one: &Value) -> bool {
        releases
            .iter()
            .any(|wide| wide == one || self.covers(wide, one) == Some(true))
    }

    fn covers(&self, wide: &Value, one: &Value) -> Option<bool> {
        let release = |text: &Value| Release::parse(text.as_str()?).ok();
        let agency = match release(one)? {
            Release::Country(_) => return Some(false),
            Release::Agency(agency) | Release::Unit { agency, .. } => agency,
        };
        Some(match release(wide)? {
            // Of a third country nobody is a side.
            Release::Country(country)
                if country != self.country && !COUNTRIES.contains(&country.as_str()) =>
            {
                return None;
            }
            Release::Country(country) => {
                let is_own = agency.side() == self.originator?.side();
                is_own == (country == self.country)
            }
            Release::Agency(wide) => wide == agency,
            Release::Unit { .. } => false,
        })
    }
}

/// Every mark of one or the other.
fn either(older: &Map<String, Value>, newer: &Map<String, Value>) -> Vec<Value> {
    let mut all = items(newer, MARKS).to_vec();
    let more = items(older, MARKS).iter();
    all.extend(
        more.filter(|mark| !items(newer, MARKS).contains(mark))
            .cloned(),
    );
    all
}

fn items<'a>(said: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    let items = said.get(name).and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

fn set(said: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    drop(match value {
        Some(value) => said.insert(name.to_owned(), value),
        None => said.remove(name),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANAM: &str = "mx.dev.invalid/anam";
    const CBP: &str = "us.dev.invalid/cbp";

    /// What follows of a message of ANAM about an alert of CBP, and of the alert's newest version.
    fn of_both(about: &Value, newest: &Value) -> Value {
        let said = [(about, ANAM), (newest, CBP)].map(|(handling, author)| Said {
            handling: handling.as_object().unwrap().clone(),
            author: author.parse().unwrap(),
        });
        let cbp: AgencyId = CBP.parse().unwrap();
        let lands = Lands {
            originator: Some(&cbp),
            country: "US",
        };
        Value::Object(merged(said.into(), &lands).unwrap())
    }

    #[test]
    fn nothing_is_loosened_whichever_said_it() {
        let strict = json!({
            "marks": ["US:LES"], "use_code": "H2", "evidence_use": "FORBIDDEN", "derivative_use": "ASK",
            "do_not_alert_subject": true, "do_not_contact_carrier": true,
        });
        let loose = json!({ "marks": ["US:SBU"], "use_code": "H1", "evidence_use": "ASK", "derivative_use": "ALLOWED" });
        let mut expected = strict.clone();
        expected["marks"] = json!(["US:SBU", "US:LES"]);
        assert_eq!(of_both(&strict, &loose), expected);
        expected["marks"] = json!(["US:LES", "US:SBU"]);
        assert_eq!(of_both(&loose, &strict), expected);
        // What is not stated has to be asked for.
        let allowed = json!({ "use_code": "H0", "evidence_use": "ALLOWED" });
        assert_eq!(of_both(&allowed, &json!({})), json!({}));
        assert_eq!(of_both(&json!({}), &allowed), json!({}));
        assert_eq!(of_both(&allowed, &allowed), allowed);
        assert_eq!(of_both(&json!({}), &strict), strict);
    }

    #[test]
    fn a_release_that_was_narrowed_stays_narrow() {
        let released = |about: Value, newest: Value| {
            let [about, newest] = [about, newest].map(|to| json!({ RELEASES: to }));
            of_both(&about, &newest)[RELEASES].clone()
        };
        let parties = json!([ANAM, CBP]);
        // Version 1 went to both countries, and the question inherited that; version 2 is for one agency.
        assert_eq!(released(json!(["MX", "US"]), json!([ANAM])), parties);
        assert_eq!(released(json!(["MX"]), json!(["MX", "US"])), json!(["MX"]));
        assert_eq!(
            released(json!(["US", ANAM]), json!(["MX", CBP])),
            json!([CBP, ANAM])
        );
        let unit = json!(["mx.dev.invalid/anam/lab"]);
        assert_eq!(released(json!(["MX"]), unit.clone()), unit);
        // Guatemala is not the country of the other side, and covers none of its agencies.
        assert_eq!(released(json!(["GT"]), json!(["MX"])), json!([ANAM]));
        let of_anam = of_both(&json!({ RELEASES: ["GT"] }), &json!({}));
        assert_eq!(of_anam[RELEASES], json!(["GT", ANAM]));
        // Neither covers what the other does.
        assert_eq!(released(json!(["MX"]), json!(["US"])), json!(["US"]));
        // Who says nothing of it limits nothing.
        assert_eq!(released(json!([]), json!(["US"])), json!(["US"]));
        assert_eq!(released(json!(["MX"]), json!([])), json!(["MX"]));
    }

    #[test]
    fn a_full_release_is_not_made_longer() {
        let full: Vec<String> = (0..RELEASES_MAX)
            .map(|n| format!("us.dev.invalid/a{n}"))
            .collect();
        let said = of_both(&json!({ RELEASES: full }), &json!({}));
        assert_eq!(said[RELEASES], json!(full));
        let one_less: Vec<&String> = full.iter().skip(1).collect();
        let said = of_both(&json!({ RELEASES: one_less }), &json!({}));
        assert_eq!(said[RELEASES].as_array().map(Vec::len), Some(RELEASES_MAX));
    }
}

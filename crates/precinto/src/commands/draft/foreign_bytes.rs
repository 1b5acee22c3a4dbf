//! What the command line reads of files that others wrote, or that its own disk gives back: any bytes at all, for fuzzing and for
//! the replay of its corpora (test only).
//!
//! One function a target, as in `tests/fuzz/targets.rs`. A target that fails panics.

#![cfg_attr(
    not(fuzzing),
    expect(
        unreachable_pub,
        reason = "fuzzing compiles the command line as a library"
    )
)]

use super::tear_line::{extracted, names_somebody};
use super::{Made, Mapping, consolidation, missing, waybill, yaml};
use crate::commands::node::presence::Presence;
use crate::commands::report::exchange::Rules;
use crate::commands::send::dry_run_of;
use crate::commands::show::{Patience, Unseen, changes_unseen};
use crate::config::Node;
use crate::counters::taken_by;
use crate::draft::{Draft, content_json};
use crate::manifest::{Manifest, Options};
use crate::output::Lang;
use crate::pki::Profile;
use crate::records::Records;
use crate::words::{of_alert, of_reply};
use crate::xml;
use precinto_alert::code::MessageType;
use precinto_alert::content::media_type;
use serde_json::{Value, json};
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;

/// A moment in 2026, in milliseconds since 1970.
const NOW_MS: u64 = 1_795_000_000_000;

/// A draft, JSON or YAML, in either language, and what is said of it.
pub fn draft(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(value) = Draft::parse_file(Path::new("draft.yaml"), text) {
        read(&value);
    }
}

/// Reads a draft in both languages, which must find the same number of problems.
fn read(value: &Value) {
    let en = Draft::read_in(value, NOW_MS, Lang::En);
    let es = Draft::read_in(value, NOW_MS, Lang::Es);
    let problems = |read: &Result<Draft, crate::draft::DraftError>| {
        read.as_ref().err().map(|error| {
            assert!(
                error.problems.iter().all(|one| !one.is_empty()),
                "a problem that says nothing"
            );
            error.problems.len()
        })
    };
    assert_eq!(
        problems(&en),
        problems(&es),
        "the languages differ in substance"
    );
    for lang in [Lang::En, Lang::Es] {
        black_box(missing::of(value, lang).len());
    }
}

/// One text in the place of every value that a draft may write as one.
pub fn small_values(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let leg = json!({
        "mode": text, "departure": text, "scheduled_departure": text, "actual_arrival": text,
    });
    let shipment = json!({
        "channel": text, "pieces": text, "gross_weight": text, "volume": text, "volume_temperature": text,
        "goods_description": text, "declared_value": text, "route": { "legs": [leg], "delivery": text },
    });
    read(&json!({
        "type": "ALERT", "to": text, "message_id": text, "refers_to": text, "references": [text], "status": text,
        "created": text, "expires": text, "last_action": text, "precedence": text, "commodities": [text], "officers": text,
        "handling": { "tlp": text, "review_by": text, "releasable_to": text },
        "content": { "shipments": [shipment, text], "narrative": [text], "suspicion": text },
    }));
}

/// A mapping file, a line `---`, and the table that it is for.
pub fn mapping(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Some((map, table)) = text.split_once("\n---\n") else {
        return;
    };
    let Ok(map) = Draft::parse_file(Path::new("map.yaml"), map) else {
        return;
    };
    let table = Box::new(Cursor::new(table.to_owned()));
    let Ok(mut records) = Records::read(table, b',', "table.csv".to_owned()) else {
        return;
    };
    let Ok(mapping) = Mapping::read(&map, records.headers(), Lang::En) else {
        return;
    };
    while let Ok(Some((_, row))) = records.next() {
        if let Ok(Some(draft)) = mapping.apply(&row) {
            page(&draft, &[], "table.csv");
            read(&draft);
        }
    }
}

/// A waybill in Cargo-XML, and the draft that it becomes, which must be one that can be read again.
pub fn waybill(bytes: &[u8]) {
    let Ok(root) = xml::read(bytes) else {
        return;
    };
    for lang in [Lang::En, Lang::Es] {
        let Some(waybill) = waybill::read(&root, bytes, lang) else {
            continue;
        };
        let named = vec![("waybill.xml".to_owned(), waybill)];
        if let Ok(Made { draft, notes }) = consolidation::draft(named, lang) {
            page(&draft, &notes, "waybill.xml");
            read(&draft);
        }
    }
}

/// The type of a message, one byte, and its content, any bytes: told in both languages, on a terminal that stays as it is. What of an
/// alert goes into an extract has no parties.
pub fn words(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let Ok(kind) = MessageType::try_from(i32::from(*first)) else {
        return;
    };
    let content = content_json(media_type(kind), bytes);
    let is_alert = matches!(kind, MessageType::Alert | MessageType::Amend);
    for lang in [Lang::En, Lang::Es] {
        let rows = if is_alert {
            of_alert(&content, lang)
        } else {
            of_reply(&content, lang)
        };
        let mut values = rows.iter().map(|(_, value)| value);
        assert!(
            values.all(|value| !value.chars().any(char::is_control)),
            "a row that cannot be shown"
        );
    }
    if is_alert {
        let extract = extracted(content.clone());
        assert!(
            !extract.contains_key("parties") && !names_somebody(&extract, &content),
            "an extract that names somebody"
        );
        amended(&content, media_type(kind), bytes);
    }
}

/// What changed between a content and one of its halves, and between the two, is looked for to the end.
fn amended(content: &Value, media_type: &str, bytes: &[u8]) {
    let (one, two) = bytes.split_at(bytes.len() / 2);
    let [one, two] = [one, two].map(|half| content_json(media_type, half));
    let patience = Patience::default();
    for (old, new) in [
        (content, &one),
        (&one, &two),
        (&two, content),
        (content, content),
    ] {
        let both = [old.clone(), new.clone()];
        let unseen = changes_unseen(&both, &patience, Lang::En);
        assert!(
            old != new || unseen == Unseen::Nothing,
            "a change where nothing changed"
        );
    }
}

/// A manifest, CSV or Cargo-XML, looked through for identifiers: in both languages the same is found, and what is remarked
/// upon can be shown on a terminal.
pub fn manifest(bytes: &[u8]) {
    for (delimiter, any_column) in [(None, false), (None, true), (Some(b';'), true)] {
        let read = |lang| {
            let options = Options {
                delimiter,
                any_column,
                lang,
            };
            Manifest::from_bytes(bytes, options).ok()
        };
        let (en, es) = (read(Lang::En), read(Lang::Es));
        let found = |manifest: &Manifest| {
            let asked = manifest.asked().count();
            let cells = manifest.cells_of();
            assert_eq!(asked, cells.len(), "something without its cells");
            let mut positions = cells.into_iter().flatten();
            assert!(
                positions.all(|cell| *cell < manifest.cells.len()),
                "a cell that is not there"
            );
            let shown = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
            assert!(
                manifest.remarks.iter().all(|one| shown(&one.what)),
                "a remark that cannot be shown"
            );
            (
                asked,
                manifest.cells.len(),
                manifest.remarks.len(),
                manifest.not_looked_at,
            )
        };
        assert_eq!(
            en.as_ref().map(found),
            es.as_ref().map(found),
            "the languages differ in substance"
        );
    }
}

/// The page that a person completes says what the draft says: its comments stay comments.
fn page(draft: &Value, notes: &[String], source: &str) {
    let missing = missing::of(draft, Lang::Es);
    let page = yaml::page(draft, source, &missing, notes, None, Lang::Es);
    // Unreadable is seen at once, and only a mapping file with absurd field names can have it: YAML ends a key at 1,024
    // characters.
    let read = Draft::parse_file(Path::new("page.yaml"), &page);
    if read.is_err() && source == "table.csv" {
        return;
    }
    assert_eq!(
        read.ok().as_ref(),
        Some(draft),
        "the page says something else: {page}"
    );
}

/// A node's settings.
pub fn node_config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // The files that it names are only joined to its folder, and read by nobody here.
    black_box(Node::parse(text, Path::new("node.toml")).is_ok());
}

/// To whom exchanges are reported.
pub fn report_rules(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Rules::parse(text, "rules.toml: ") {
        Ok(rules) => {
            assert!(rules.term_ms() > 0, "no time to report");
            for lang in [Lang::En, Lang::Es] {
                assert!(!rules.sentence(lang).is_empty(), "nothing to say");
            }
            black_box(rules.short_names().len());
        }
        Err(failure) => assert!(!failure.to_string().is_empty(), "nothing to show"),
    }
}

/// The list that development keys are made from.
pub fn pki_profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Profile::parse(text) {
        Ok(profile) => {
            // What lives longer is no development key.
            assert!((1..=30).contains(&profile.root_days), "roots for ever");
            black_box(profile.nodes().count());
        }
        Err(error) => assert!(!error.to_string().is_empty(), "nothing to show"),
    }
}

/// A submission that was signed in another place and came as a file, and what a dry run says of it.
pub fn signed_file(bytes: &[u8]) {
    match dry_run_of(bytes, NOW_MS) {
        Ok(found) => {
            let mut found = found.iter().flatten();
            let is_told = found.all(|one| !one.to_string().is_empty());
            assert!(is_told, "nothing to show");
        }
        Err(what) => assert!(!what.to_string().is_empty(), "nothing to show"),
    }
}

/// What an agent keeps for itself: how it is doing, and the numbers it gives out.
pub fn agent_state(bytes: &[u8]) {
    if let Some(presence) = Presence::parse(bytes) {
        let written = serde_json::to_vec(&presence).expect("made of texts and numbers");
        let again = Presence::parse(&written);
        assert_eq!(again.as_ref(), Some(&presence), "changed by the disk");
    }
    for block in [1, 1024] {
        if let Some(taken) = taken_by(bytes, block) {
            assert_eq!(taken.end - taken.start, block, "fewer numbers");
        }
    }
}

#[cfg(test)]
#[path = "../../../../../tests/fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn foreign_drafts_are_read_or_refused() {
        replay("draft", super::draft);
    }

    #[test]
    fn foreign_small_values_are_read_or_refused() {
        replay("small_values", super::small_values);
    }

    #[test]
    fn foreign_tables_are_read_or_refused() {
        replay("mapping", super::mapping);
    }

    #[test]
    fn foreign_manifests_are_read_or_refused() {
        replay("manifest", super::manifest);
    }

    #[test]
    fn settings_of_a_node_are_read_or_refused() {
        replay("node_config", super::node_config);
    }

    #[test]
    fn rules_of_reports_are_read_or_refused() {
        replay("report_rules", super::report_rules);
    }

    #[test]
    fn profiles_of_keys_are_read_or_refused() {
        replay("pki_profile", super::pki_profile);
    }

    #[test]
    fn foreign_submissions_are_read_or_refused() {
        replay("signed_file", super::signed_file);
    }

    #[test]
    fn what_an_agent_has_kept_is_read_or_not() {
        replay("agent_state", super::agent_state);
    }

    #[test]
    fn foreign_contents_are_told() {
        replay("words", super::words);
    }

    #[test]
    fn foreign_waybills_are_read_or_refused() {
        replay("waybill", super::waybill);
    }
}

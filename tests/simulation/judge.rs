//! What must be true at the end of a world, and is asked of those who do not take the gateway's word for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use precinto_audit::{Expect, Held, LogKey, audit_folder};
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::{FaultyMemory, Storage as _};
use precinto_ledger::testing::open_stepped;
use precinto_ledger::{BatchLimits, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::fixture::{BEGINNING_MS, DAY_MS, DESKS, Place, SENDERS, fixture};
use crate::sender::{called, name};
use crate::world::World;

/// Whether every message has its receipt, and is where it belongs.
pub(crate) fn has_all_arrived(world: &World) -> bool {
    missing(world).next().is_none()
}

pub(crate) fn what_is_missing(world: &World) -> String {
    let missing: Vec<_> = missing(world).collect();
    format!("it never came: {}", missing.join(", "))
}

fn missing(world: &World) -> impl Iterator<Item = String> {
    let state = world.state();
    let said = |place: &Place| {
        (0..world.plan.messages[place.name].len())
            .map(|number| name(place, number))
            .collect::<Vec<_>>()
    };
    let unanswered = SENDERS.iter().flat_map(said);
    let unanswered = unanswered.filter(|name| !state.held.contains_key(name));
    let mut missing: Vec<String> = unanswered
        .map(|name| format!("the receipt of {name}"))
        .collect();
    for desk in &DESKS {
        let taken = state.taken.get(desk.name);
        let has = |name: &String| taken.is_some_and(|taken| taken.values().any(|one| one == name));
        let lost = expected(world, desk).into_iter().filter(|name| !has(name));
        missing.extend(lost.map(|name| format!("{name} at {}", desk.name)));
    }
    missing.into_iter()
}

/// What is meant for a desk, by what its senders say.
fn expected(world: &World, desk: &Place) -> Vec<String> {
    let of = |place: &'static Place| {
        let messages = world.plan.messages[place.name].iter().enumerate();
        messages
            .filter(|(_, message)| message.recipients.contains(desk))
            .map(|(number, _)| name(place, number))
    };
    SENDERS.iter().flat_map(of).collect()
}

/// Judges the log, against everything that has left it.
pub(crate) fn judge(world: &World) {
    let disk = world.state().disk.copy();
    let entries = entries(&disk);
    // What is acknowledged is there, once; what is there was said.
    let mut log = BTreeMap::new();
    for entry in &entries {
        if entry.leaf().entry_type == EntryType::Statement {
            let name = said(entry);
            if let Some(before) = log.insert(name.clone(), entry.index()) {
                world.accuse(format!("{name} is entry {before} and {}", entry.index()));
            }
        }
    }
    for desk in &DESKS {
        let mut belongs: Vec<(u64, String)> = expected(world, desk)
            .into_iter()
            .map(|name| (log.get(&name).copied().unwrap_or(u64::MAX), name))
            .collect();
        belongs.sort();
        let taken = world.state().taken.get(desk.name).cloned();
        let taken: Vec<(u64, String)> = taken.unwrap_or_default().into_iter().collect();
        if taken != belongs {
            world.accuse(format!("{}: took {taken:?}, not {belongs:?}", desk.name));
        }
    }
    let lines = entries.iter().map(described).collect();
    let _before = world.state().trace.insert("log", lines);
    audit(world, &disk);
}

/// The log as a start would find it.
fn entries(disk: &FaultyMemory) -> Vec<Arc<StoredEntry>> {
    let clock = Arc::new(ManualClock::new(BEGINNING_MS + DAY_MS));
    let disk = Arc::new(disk.copy());
    let signer = fixture().log_signer();
    let opened = open_stepped(disk, signer, BatchLimits::default(), clock, || ());
    let (ledger, _owner, _steps) = opened.expect("the log opens");
    let size = ledger.published().borrow().size;
    (0..size)
        .map(|index| ledger.read(index).expect("an entry"))
        .collect()
}

fn said(entry: &StoredEntry) -> String {
    let envelope = pb::Envelope::decode(entry.content()).expect("an envelope");
    let statement = pb::Statement::decode(&*envelope.payload).expect("a statement");
    called(&statement.message_id)
}

/// An entry as it stands in a trace: with its time, and without what is random.
fn described(entry: &Arc<StoredEntry>) -> String {
    let leaf = entry.leaf();
    let what = match leaf.entry_type {
        EntryType::Statement => said(entry),
        EntryType::Act => {
            let act = pb::ActRecord::decode(entry.record()).expect("an act");
            format!("{:?} by {}", act.kind(), act.actor)
        }
        EntryType::Trust => {
            let trust = pb::TrustRecord::decode(entry.record()).expect("a trust record");
            format!("{:?} of {}", trust.kind(), trust.side)
        }
        other => format!("{other:?}"),
    };
    format!("{} {} {what}", entry.index(), leaf.time_ms - BEGINNING_MS)
}

/// The auditor's own code finds nothing, and every receipt agrees.
fn audit(world: &World, disk: &FaultyMemory) {
    let folder = tempfile::tempdir().expect("a folder");
    export(disk, folder.path());
    let held = world.state().held.clone();
    let held: Vec<Held> = held
        .into_iter()
        .map(|(name, receipt)| Held {
            name,
            bytes: receipt.proof.into_bytes(),
        })
        .collect();
    let receipts = held.len() as u64;
    let expect = Expect {
        key: LogKey::Given(fixture().log_signer().verifier()),
        trust: Some(fixture().side_roots()),
        witnesses: Vec::new(),
        now_ms: BEGINNING_MS + DAY_MS,
    };
    let report = audit_folder(folder.path(), expect, held, &mut |_| {}).expect("a journal");
    if !report.findings.is_empty() {
        world.accuse(format!("the audit: {:?}", report.findings));
    }
    if report.receipts_agreed != receipts {
        let agreed = report.receipts_agreed;
        world.accuse(format!("the audit: {agreed} of {receipts} receipts agree"));
    }
}

/// Writes the log's files into a folder.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
fn export(disk: &FaultyMemory, to: &Path) {
    std::fs::create_dir_all(to.join("journal")).expect("a folder");
    let segments = disk.list("journal").expect("a journal").into_iter();
    let segments = segments.map(|name| format!("journal/{name}"));
    for name in segments.chain(["checkpoint".to_owned(), "log.vkey".to_owned()]) {
        let bytes = disk.contents(&name).expect("a file of the log");
        std::fs::write(to.join(name), bytes).expect("a file");
    }
}

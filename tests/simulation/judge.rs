//! What must be true at the end of a world, and is asked of those who do not take the gateway's word for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use precinto_audit::{Expect, Finding, Held, Kind, LogKey, audit_folder};
use precinto_ledger::clock::{Clock as _, ManualClock};
use precinto_ledger::storage::{FaultyMemory, Storage as _};
use precinto_ledger::testing::open_stepped;
use precinto_ledger::{BatchLimits, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::deadlines::{self, Deadlines};
use crate::fixture::{BEGINNING_MS, DAY_MS, DESKS, PLACES, Place, SENDERS, fixture};
use crate::sender::{called, name};
use crate::world::{State, World};

/// What has not arrived yet: every message has its receipt, and is where it belongs, and what was put back has come again.
pub(crate) fn missing(world: &World) -> impl Iterator<Item = String> {
    let state = world.state();
    let said = |place: &Place| {
        let planned = world.plan.messages.get(place.name).map(Vec::len);
        let written = state.written.get(place.name).copied();
        let count = planned.or(written).unwrap_or_default();
        let names: Vec<String> = (0..count).map(|number| name(place, number)).collect();
        names
    };
    let unanswered = PLACES.iter().flat_map(said);
    let unanswered = unanswered.filter(|name| !state.held.contains_key(name));
    let mut missing: Vec<String> = unanswered
        .map(|name| format!("the receipt of {name}"))
        .collect();
    for desk in &DESKS {
        let taken = state.taken.get(desk.name);
        let has = |name: &String| taken.is_some_and(|taken| taken.values().any(|one| one == name));
        let lost = expected(world, desk).into_iter().filter(|name| !has(name));
        missing.extend(lost.map(|name| format!("{name} at {}", desk.name)));
        let owed = state.owed.get(desk.name).into_iter().flatten().copied();
        let again = owed.chain(not_moved(&state, desk));
        missing.extend(again.map(|index| format!("{index} at {}, once more", desk.name)));
        if state
            .old_streams
            .get(desk.name)
            .is_some_and(|open| *open > 0)
        {
            missing.push(format!("the end of a stream that {} took over", desk.name));
        }
    }
    missing.into_iter()
}

/// What was behind the place to which a desk's subscription was moved, and has not come since.
fn not_moved(state: &State, desk: &Place) -> Vec<u64> {
    let Some(to) = state.moved.get(desk.name).copied() else {
        return Vec::new();
    };
    let came = state.came.get(desk.name);
    let taken = state.taken.get(desk.name).into_iter();
    let taken = taken.flat_map(|taken| taken.range(to..).map(|(index, _)| *index));
    let overdue = state.overdue.get(desk.name).into_iter();
    let overdue = overdue.flat_map(|overdue| overdue.range(to..).copied());
    let all = taken.chain(overdue);
    all.filter(|index| !came.is_some_and(|came| came.contains(index)))
        .collect()
}

/// What is due by now, and is not logged, or is logged, and a desk that it concerns was not told.
pub(crate) fn missing_deadlines(world: &World) -> Vec<String> {
    let now_ms = world.gateway_clock.now_ms();
    let entries = entries(&world.state().disk.copy());
    let mut missing = Deadlines::of(&entries).missing(now_ms);
    let state = world.state();
    for desk in &DESKS {
        let told = state.overdue.get(desk.name);
        let agency = desk.agency_id();
        let concerns = deadlines::concerning(&entries, &agency);
        let untold = concerns.filter(|index| !told.is_some_and(|told| told.contains(index)));
        missing.extend(untold.map(|index| format!("{index}, which is late, at {}", desk.name)));
    }
    missing
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
    let deadlines = Deadlines::of(&entries);
    let missed = match world.plan.answers {
        0 => Vec::new(),
        _ => deadlines.missing(world.gateway_clock.now_ms()),
    };
    for wrong in deadlines.wrong.into_iter().chain(missed) {
        world.accuse(wrong);
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
        EntryType::Overdue => {
            let late = pb::OverdueRecord::decode(entry.record()).expect("a missed deadline");
            let (level, step) = (late.level(), late.step());
            format!(
                "{} is late with {}: {level:?}, {step:?}",
                late.agency, late.index
            )
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
    // Where clocks jump, an auditor who knows nothing of that cannot tell a gateway that was asleep from one that was silent.
    let is_told_by_clocks = |found: &&Finding| !matches!(found.kind, Kind::OverdueMissing { .. });
    let findings: Vec<_> = report.findings.iter().filter(is_told_by_clocks).collect();
    if !findings.is_empty() {
        world.accuse(format!("the audit: {findings:?}"));
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

//! Replays a log and says what does not add up.
//!
//! An audit trusts nothing that a gateway has computed. It reads the journal by its documented format with a reader of
//! its own ([`mod@format`]), or the entries that a running gateway streams ([`source`]); recomputes every leaf, root, key
//! and digest ([`Replay`]); repeats every decision about a signature as of the time of its entry, under the trust that
//! the entry's record names; and compares the result with what others hold ([`Held`]). What it finds is typed
//! ([`finding`]) and comes with its place, to the bit where bytes are damaged. The verdict ([`report`]) is *clean*,
//! *findings* or *inconclusive*: the last one if nothing is wrong but something could not be checked.
//!
//! # What an audit can prove, and what nobody can
//!
//! Whoever runs a gateway can delete its log, and holds the key that signs it. An audit of the files alone therefore
//! shows that they are *consistent*: that every statement was signed by whom it says, that nothing was damaged, that
//! the gateway's own signatures fit. An operator who rewrites everything and signs it anew passes such an audit.
//!
//! He does not pass one with evidence from outside, because receipts and checkpoints leave the gateway with every
//! answer and every heartbeat, and none of them can be taken back:
//!
//! | Fraud | What shows it |
//! |---|---|
//! | an entry deleted, moved, re-timed, or its record altered | the receipt of that entry |
//! | any change before an entry | the receipt of that entry, or any later checkpoint: its root was another one |
//! | the end cut off | any checkpoint or receipt beyond the new end |
//! | another log put in its place, or a fork shown to some | any checkpoint or receipt of the first one; two of them from different hands, held against each other ([`compare`]) |
//! | another key | the verifier key that was given on paper |
//! | a statement invented, altered, or attributed to somebody else | its signatures: the gateway does not hold the senders' keys |
//! | recipients changed in the record | the directory in the log; and the receipt |
//! | a directory altered by nobody's or the wrong side's hand, an older one gone by | its stewards' signatures; each part names the one before, and each record those in force; the first part vouches for its own stewards |
//! | a signer accepted after revocation | a revocation list of that time, from outside or held by the log, that the record does not name |
//! | a statement let in against the floor: beyond `releasable_to`, the message's or a party's; under an alert id that is not the sender's; by an officer whom nobody lists; a withdrawal from whom its case never reached | the same rules, asked again by the directory that the record names |
//! | a statement let in against the written rules (`floor/5`): the floor's, a side's own; or said to have been decided by others | the floor, the policies and purposes in the parts that the record names, and the case, asked again; the digest over the texts |
//! | older rules claimed, so that no case and no clock is asked | said, and never clean: `CASES_NOT_AUDITED`, `CLOCKS_NOT_AUDITED` |
//!
//! What no outside proof can show:
//!
//! * **A false time given at the moment of writing.** The leaf's time is the gateway's word. Times must not fall from
//!   entry to entry and must fit the statement's own window, but within these bounds a gateway can lie. Cosignatures
//!   by witnesses carry the witnesses' times: given to the audit, with their keys, they leave a lie two minutes, between
//!   one cosigned checkpoint and the next.
//! * **Truncation beyond the newest proof that anybody holds.** If entries 90 to 99 are cut off and nobody ever saw a
//!   receipt or a checkpoint of more than 90 entries, nothing is left to contradict it. Heartbeats with checkpoints
//!   keep that window down to seconds; a receipt closes it for its sender at once.
//! * **Whether a spoilt last frame had been committed.** A power loss before the commit and damage after it look the same,
//!   unless the published checkpoint covers it. Such an end is therefore inconclusive, and a receipt decides.
//! * **Who has signed with a key that was stolen before anybody knew.** An entry is judged by what was known when it was taken in,
//!   and stays rightly taken in (`REVOKED_SINCE`, a gap): a list made later, from outside or in the log, that holds the
//!   certificate for invalid by then leaves open whether its owner has signed.
//! * **A release to a country of which the log has shown nothing.** Which side is of which country stands in a gateway's settings. An
//!   audit takes it from the first ALERT of each side, and objects to nothing before; of a body that was deleted it cannot ask for
//!   whom its parties were. Records of `floor/3` and older are not asked about releases, ids and officers at all, nor is a part of the
//!   directory, while the log claims no newer rules, whether it gives a NODE code to another agency.
//! * **Through whom a statement came.** That it was one of its sender's own agency the gateway has seen, and the log does not say.
//! * **That a rule let somebody read or receive.** Each delivery is decided anew by the rules in force then, and is no entry. What a
//!   refused statement said is not in the log either: of its decision only the form is checked. Of a body that was deleted the record
//!   alone says whether it named persons.
//! * **A statement refused or never accepted.** Without a receipt there was no promise.
//! * **That the statements are true, and that nobody else has read them.**
//!
//! # Invariants
//!
//! No clock, no socket, no code of `ledger` or `gateway`. Foreign bytes never cause a panic. One pass; in memory at
//! most one segment, 50 to 100 bytes for each entry (half as much again for a moment whenever the table of keys grows), 16 for
//! each signature, and what trust rests on.

pub mod compare;
pub mod exchange;
pub mod expect;
pub mod finding;
pub mod folder;
pub mod format;
pub mod reciprocity;
pub mod replay;
pub mod report;
pub mod source;
pub mod testing;
pub mod verified;

mod against;
mod evidence;
mod journal_audit;
mod root;
#[cfg(test)]
mod specimen;
mod time;

pub use compare::Comparison;
pub use expect::{Expect, Held, LogKey, SideRoots};
pub use finding::{Finding, Kind, Place, Severity};
pub use folder::OpenError;
pub use journal_audit::{Progress, audit_folder, audit_folder_telling};
pub use replay::{Replay, replay};
pub use report::{Report, Verdict};
pub use source::{Step, from_wire};
pub use verified::{Overdue, Said, Told, Verified};

//! Who may say what to whom, in rules that a lawyer can read: a floor that holds for both sides, and each side's own policy, which can
//! only tighten it.
//!
//! The rules are written in [Cedar](https://www.cedarpolicy.com); this is the only crate that names it. A rule speaks of agencies and of
//! coded facts of messages ([`Facts`]), never of anybody's words, of a single message or of the time. [`Policy::parse`] refuses
//! whatever could surprise; [`Rules::decide`] asks the floor and both sides, and all of them must allow. What fails denies.
//!
//! ```
//! use precinto_policy::{Floor, Policy, Rules};
//! let policy = Policy::parse(r#"
//!     @id("no-names-by-night-post")
//!     forbid (principal == Agency::"mx.dev.invalid/anam", action in Action::"Obtain", resource)
//!     when { resource.names_persons };
//! "#).expect("a policy");
//! let rules = Rules::new(Floor::NEWEST, [("mx.dev.invalid".parse().unwrap(), policy)]);
//! assert_eq!(rules.floor().name(), "floor/5");
//! ```
//!
//! A side's policy stands in its part of the directory and comes into force with it. A gateway asks the rules before it lets a
//! message in ([`Admission`]) and before it hands one out; an auditor repeats what was decided. `precinto policy` tries out what a
//! policy would do.
//!
//! What it does not do: signatures, certificates, rates, the rules of a case and who is in the directory are code, and come first.
//! Persons are not modelled: whoever sits at an agency's desk is that agency's to decide.

mod admission;
mod cache;
mod digest;
mod engine;
mod facts;
mod floor;
#[cfg(any(test, fuzzing))]
pub mod foreign_bytes;
mod inquiry;
mod key;
pub mod limits;
mod load;
mod request;
mod schema;
mod stack;
pub mod table;

pub use admission::{Admission, Agencies, Refusal};
pub use engine::{Outcome, Rules, Verdict};
pub use facts::{Addressees, Agency, Ask, Facts, Passage};
pub use floor::Floor;
pub use inquiry::Inquiry;
pub use load::fault::{Fault, Kind as FaultKind};
pub use load::place::Place;
pub use load::{Policy, PolicyError};
pub use schema::schema;
pub use table::Table;

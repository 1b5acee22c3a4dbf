//! What the libraries must do with any bytes at all: answer, soon, and without contradicting themselves.
//!
//! One function a target, in a file for each crate. The fuzzing programs and the replay of the corpora by the stable compiler call
//! the same ones; those of policy, gateway, client and command line stand in a module `foreign_bytes` of their own. A target that fails panics.

#[path = "targets/alert.rs"]
pub(crate) mod alert;
#[path = "targets/audit.rs"]
pub(crate) mod audit;
#[path = "targets/envelope.rs"]
pub(crate) mod envelope;
#[path = "targets/merkle.rs"]
pub(crate) mod merkle;

use precinto_alert::Violation;
use precinto_alert::check_digit::CANDIDATES_MAX;
use precinto_alert::limits::VIOLATIONS_MAX;

/// A moment in 2026, in milliseconds since 1970.
const NOW_MS: u64 = 1_795_000_000_000;

/// When the certificates in the corpora are in force, and the entries there have been made: 2026-11-24.
const IN_FORCE_MS: u64 = 1_795_500_000_000;

/// Whatever is said of a message can be shown, and there is not too much of it.
fn shown(violations: &[Violation]) {
    assert!(violations.len() <= VIOLATIONS_MAX, "too many violations");
    for violation in violations {
        assert!(!violation.to_string().is_empty(), "nothing to show");
        assert!(
            violation.proposals.len() <= CANDIDATES_MAX,
            "too many proposals"
        );
    }
}

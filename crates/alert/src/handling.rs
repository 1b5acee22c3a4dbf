//! How information may be handled: traffic light, marks, release. Enforced, not merely shown.

mod mark;
mod release;

pub(crate) use mark::KNOWN as KNOWN_MARKS;
pub use release::Release;

use crate::Reason;
use crate::code::{Tlp, UseCode, UsePermission};
use crate::limits::{MARKS_MAX, RELEASES_MAX, REVIEW_MS_MAX};
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

/// The handling of one message, checked: its marks are unclassified and may leave the country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    tlp: Tlp,
    marks: Vec<String>,
    releasable_to: Vec<Release>,
    use_code: Option<UseCode>,
    evidence_use: UsePermission,
    derivative_use: UsePermission,
    review_by_ms: Option<u64>,
    do_not_alert_subject: bool,
    do_not_contact_carrier: bool,
    tear_line: bool,
}

impl Handling {
    /// The traffic light.
    pub fn tlp(&self) -> Tlp {
        self.tlp
    }

    /// Marks, each with its side: `US:LES`.
    pub fn marks(&self) -> &[String] {
        &self.marks
    }

    /// To whom it may be released; empty means to the recipients only.
    pub fn releasable_to(&self) -> &[Release] {
        &self.releasable_to
    }

    /// What it may be used for.
    pub fn use_code(&self) -> Option<UseCode> {
        self.use_code
    }

    /// Use as evidence.
    pub fn evidence_use(&self) -> UsePermission {
        self.evidence_use
    }

    /// Use in analysis and derived products.
    pub fn derivative_use(&self) -> UsePermission {
        self.derivative_use
    }

    /// Criminal intelligence, not an investigative tip (28 CFR part 23).
    pub fn criminal_intelligence(&self) -> bool {
        self.review_by_ms.is_some()
    }

    /// When criminal intelligence must be reviewed or purged, milliseconds since 1970 UTC.
    pub fn review_by_ms(&self) -> Option<u64> {
        self.review_by_ms
    }

    /// The subject must not learn of it.
    pub fn do_not_alert_subject(&self) -> bool {
        self.do_not_alert_subject
    }

    /// The carrier must not be contacted.
    pub fn do_not_contact_carrier(&self) -> bool {
        self.do_not_contact_carrier
    }

    /// The message is a pre-authorised non-nominal extract.
    pub fn tear_line(&self) -> bool {
        self.tear_line
    }

    /// Checks the block of a message made at `created_ms`.
    pub(crate) fn read(
        found: &mut Findings,
        at: At<'_>,
        handling: Option<&pb::Handling>,
        created_ms: u64,
    ) -> Option<Self> {
        let Some(handling) = handling else {
            found.error(
                at,
                Reason::HandlingMissing,
                ("no handling block", "falta el bloque de manejo"),
            );
            return None;
        };
        let pb::Handling {
            tlp,
            marks,
            releasable_to,
            use_code,
            evidence_use,
            derivative_use,
            criminal_intelligence,
            review_by_ms,
            do_not_alert_subject,
            do_not_contact_carrier,
            tear_line,
        } = handling;
        mark::check_all(found, at, marks, MARKS_MAX);
        let releasable_to =
            Release::read_all(found, &at, "releasable_to", releasable_to, RELEASES_MAX);
        review(
            found,
            at.field("review_by_ms"),
            *criminal_intelligence,
            *review_by_ms,
            created_ms,
        );
        let use_code = crate::code::read(found, at.field("use_code"), *use_code);
        let evidence_use = crate::code::read(found, at.field("evidence_use"), *evidence_use);
        let derivative_use = crate::code::read(found, at.field("derivative_use"), *derivative_use);
        if *tlp == 0 {
            found.error(
                at.field("tlp"),
                Reason::HandlingMissing,
                ("no traffic light", "falta el semáforo (TLP)"),
            );
        }
        Some(Self {
            tlp: crate::code::read(found, at.field("tlp"), *tlp)?,
            marks: marks.clone(),
            releasable_to,
            use_code,
            evidence_use: evidence_use.unwrap_or(UsePermission::Unspecified),
            derivative_use: derivative_use.unwrap_or(UsePermission::Unspecified),
            review_by_ms: criminal_intelligence.then_some(*review_by_ms),
            do_not_alert_subject: *do_not_alert_subject,
            do_not_contact_carrier: *do_not_contact_carrier,
            tear_line: *tear_line,
        })
    }
}

/// Criminal intelligence has a review date within five years; nothing else has one.
fn review(
    found: &mut Findings,
    at: At<'_>,
    intelligence: bool,
    review_by_ms: u64,
    created_ms: u64,
) {
    if !intelligence {
        if review_by_ms != 0 {
            found.error(
                at,
                Reason::FieldUnexpected,
                (
                    "only with criminal_intelligence",
                    "solo con criminal_intelligence",
                ),
            );
        }
    } else if review_by_ms == 0 {
        found.error(
            at,
            Reason::FieldMissing,
            (
                "criminal intelligence needs a review date",
                "la inteligencia criminal requiere fecha de revisión",
            ),
        );
    } else if review_by_ms <= created_ms || review_by_ms - created_ms > REVIEW_MS_MAX {
        found.error(
            at,
            Reason::ValueRange,
            (
                "after creation, and at most five years later",
                "posterior a la creación y a más tardar cinco años después",
            ),
        );
    }
}

//! The error catalogue: for every reason its gRPC code, whether to try again, and what to tell people.
//!
//! The wire, the command line and the documentation all take their words from here. On the wire a reason is its name
//! without prefix, in `google.rpc.ErrorInfo` with the domain [`DOMAIN`]. A retired reason never returns.

mod body;
mod certificate;
mod check;
mod cross_check;
mod delivery;
mod envelope;
mod example;
mod field;
mod handling;
mod lifecycle;
mod service;
mod shipment;

pub use precinto_proto::v1::Reason;

use crate::Lang;

/// The domain of every `google.rpc.ErrorInfo` that we write.
pub const DOMAIN: &str = "precinto";

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The reason.
    pub reason: Reason,
    /// The gRPC status code of an answer that this reason heads.
    pub code: GrpcCode,
    /// Whether sending again can help.
    pub retry: Retry,
    /// Whether it keeps a message out.
    pub severity: Severity,
    /// What happened, English and Spanish.
    texts: [&'static str; 2],
    /// What to do next, English and Spanish.
    nexts: [&'static str; 2],
}

impl Entry {
    /// The reason's name on the wire, `SIG_BAD`.
    pub fn name(&self) -> &'static str {
        name(self.reason)
    }

    /// What happened, one sentence.
    pub fn text(&self, lang: Lang) -> &'static str {
        pick(self.texts, lang)
    }

    /// What to do next, one or two sentences.
    pub fn next(&self, lang: Lang) -> &'static str {
        pick(self.nexts, lang)
    }

    /// A case in which it is given; a test sees to it that every reason has one.
    pub fn example(&self, lang: Lang) -> &'static str {
        let row = example::all().find(|(reason, _)| *reason == self.reason);
        row.map_or("", |(_, texts)| pick(*texts, lang))
    }
}

/// A gRPC status code; the numbers are gRPC's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are gRPC's, and their meaning is documented there"
)]
pub enum GrpcCode {
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

impl GrpcCode {
    /// The number on the wire.
    pub fn number(self) -> i32 {
        self as i32
    }
}

/// Whether sending again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Not before something outside the message has changed.
    Never,
    /// A corrected message, newly signed.
    Corrected,
    /// The same bytes, after a pause.
    Later,
}

/// Whether a reason keeps a message out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The message is refused.
    Error,
    /// The message is accepted and flagged.
    Warning,
    /// Either, by the case; the data model says which.
    Either,
    /// Nothing is wrong; it explains a state.
    Notice,
}

/// The reason's name on the wire: without prefix, `SIG_BAD`.
pub fn name(reason: Reason) -> &'static str {
    let full = reason.as_str_name();
    full.strip_prefix("REASON_").unwrap_or(full)
}

/// The reason of that name, written as on the wire. `UNSPECIFIED` is none.
pub fn from_name(name: &str) -> Option<Reason> {
    Reason::from_str_name(&format!("REASON_{name}")).filter(|reason| *reason != Reason::Unspecified)
}

/// The row of `reason`; that of `INTERNAL` for `Unspecified`, because not to know why is our own mistake.
pub fn entry(reason: Reason) -> &'static Entry {
    entries()
        .find(|entry| entry.reason == reason)
        .unwrap_or(&service::INTERNAL)
}

/// Every row, in the order of the numbers.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    GROUPS.into_iter().flatten()
}

const GROUPS: [&[Entry]; 11] = [
    service::ENTRIES,
    certificate::ENTRIES,
    envelope::ENTRIES,
    body::ENTRIES,
    lifecycle::ENTRIES,
    handling::ENTRIES,
    delivery::ENTRIES,
    field::ENTRIES,
    shipment::ENTRIES,
    check::ENTRIES,
    cross_check::ENTRIES,
];

const fn entry_of(
    reason: Reason,
    code: GrpcCode,
    retry: Retry,
    severity: Severity,
    texts: [&'static str; 2],
    nexts: [&'static str; 2],
) -> Entry {
    Entry {
        reason,
        code,
        retry,
        severity,
        texts,
        nexts,
    }
}

fn pick(texts: [&'static str; 2], lang: Lang) -> &'static str {
    let [english, spanish] = texts;
    match lang {
        Lang::En => english,
        Lang::Es => spanish,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_of_the_interface_has_exactly_one_row() {
        let declared: Vec<Reason> = (1..1000).filter_map(|n| Reason::try_from(n).ok()).collect();
        let listed: Vec<Reason> = entries().map(|entry| entry.reason).collect();
        assert_eq!(
            listed, declared,
            "same reasons, in the order of their numbers"
        );
        assert!(declared.len() > 150);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        assert_eq!(name(Reason::S10CheckDigit), "S10_CHECK_DIGIT");
        for entry in entries() {
            assert_eq!(from_name(entry.name()), Some(entry.reason));
        }
        assert_eq!(from_name("UNSPECIFIED"), None);
        assert_eq!(from_name("REASON_SIG_BAD"), None);
        assert_eq!(from_name("sig_bad"), None);
    }

    #[test]
    fn both_languages_say_something_and_not_the_same() {
        for entry in entries() {
            for text in [
                entry.text(Lang::En),
                entry.text(Lang::Es),
                entry.next(Lang::En),
                entry.next(Lang::Es),
            ] {
                assert!(
                    text.ends_with('.') && text.len() > 8,
                    "{}: {text}",
                    entry.name()
                );
            }
            assert_ne!(
                entry.text(Lang::En),
                entry.text(Lang::Es),
                "{}",
                entry.name()
            );
            assert_ne!(
                entry.next(Lang::En),
                entry.next(Lang::Es),
                "{}",
                entry.name()
            );
        }
    }

    #[test]
    fn every_reason_has_exactly_one_example() {
        let given: Vec<Reason> = example::all().map(|(reason, _)| *reason).collect();
        let without: Vec<_> = entries()
            .filter(|entry| given.iter().filter(|one| **one == entry.reason).count() != 1)
            .map(Entry::name)
            .collect();
        assert!(without.is_empty(), "none, or two: {without:?}");
        for lang in [Lang::En, Lang::Es] {
            let texts: BTreeSet<&str> = entries().map(|entry| entry.example(lang)).collect();
            assert_eq!(texts.len(), entries().count(), "an example stands twice");
            assert!(texts.iter().all(|text| !text.trim().is_empty()));
        }
        for entry in entries() {
            assert_ne!(
                entry.example(Lang::En),
                entry.example(Lang::Es),
                "{}",
                entry.name()
            );
        }
    }

    #[test]
    fn codes_follow_the_documented_catalogue() {
        let expected = [
            (Reason::FieldInvalid, GrpcCode::InvalidArgument),
            (Reason::SchemaVersion, GrpcCode::InvalidArgument),
            (Reason::BodyMismatch, GrpcCode::InvalidArgument),
            (Reason::RecipientUnknown, GrpcCode::InvalidArgument),
            (Reason::Size, GrpcCode::OutOfRange),
            (Reason::SigBad, GrpcCode::Unauthenticated),
            (Reason::AlgorithmRefused, GrpcCode::Unauthenticated),
            (Reason::SignerUntrusted, GrpcCode::Unauthenticated),
            (Reason::CertRevoked, GrpcCode::Unauthenticated),
            (Reason::TrustDomainUnknown, GrpcCode::Unauthenticated),
            (Reason::CertRole, GrpcCode::PermissionDenied),
            (Reason::RecipientNotReleasable, GrpcCode::PermissionDenied),
            (Reason::DiplomaticBag, GrpcCode::PermissionDenied),
            (Reason::ClassifiedRefused, GrpcCode::PermissionDenied),
            (Reason::PolicyError, GrpcCode::PermissionDenied),
            (Reason::NotFound, GrpcCode::NotFound),
            (Reason::MessageIdReused, GrpcCode::AlreadyExists),
            (Reason::VersionGap, GrpcCode::FailedPrecondition),
            (Reason::AlertClosed, GrpcCode::FailedPrecondition),
            (Reason::RecalledAlert, GrpcCode::FailedPrecondition),
            (Reason::Expired, GrpcCode::FailedPrecondition),
            (Reason::IndexUnknown, GrpcCode::InvalidArgument),
            (Reason::CreditInvalid, GrpcCode::InvalidArgument),
            (Reason::Quota, GrpcCode::ResourceExhausted),
            (Reason::StorageLow, GrpcCode::ResourceExhausted),
            (Reason::LogReadOnly, GrpcCode::Unavailable),
            (Reason::Rollback, GrpcCode::Unavailable),
            (Reason::Draining, GrpcCode::Unavailable),
            (Reason::PeerUnreachable, GrpcCode::Ok),
            (Reason::WitnessBehind, GrpcCode::Ok),
        ];
        for (reason, code) in expected {
            assert_eq!(entry(reason).code, code, "{}", name(reason));
        }
    }

    #[test]
    fn only_what_is_worth_repeating_is_repeated() {
        let later: BTreeSet<_> = entries()
            .filter(|entry| entry.retry == Retry::Later)
            .map(|entry| entry.code.number())
            .collect();
        let never_cured_by_waiting = [
            GrpcCode::InvalidArgument,
            GrpcCode::PermissionDenied,
            GrpcCode::AlreadyExists,
        ];
        assert!(
            never_cured_by_waiting
                .iter()
                .all(|code| !later.contains(&code.number()))
        );
    }
}

//! The error catalogue: for every reason its gRPC code, whether to try again, and what to tell people.
//!
//! The wire, the command line and the documentation all take their words from here. On the wire a reason is its name
//! without prefix, in `google.rpc.ErrorInfo` with the domain [`DOMAIN`]. A retired reason never returns.

mod body;
mod certificate;
mod check;
mod cross_check;
mod delivery;
mod directory;
mod envelope;
mod example;
mod field;
mod handling;
mod lifecycle;
mod not_given;
mod service;
mod shipment;
#[cfg(test)]
mod tests;

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

    /// Why nothing in this version gives the reason; `None` for one that is given.
    pub fn not_given(&self, lang: Lang) -> Option<&'static str> {
        not_given::why(self.reason).map(|texts| pick(texts, lang))
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

const GROUPS: [&[Entry]; 12] = [
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
    directory::ENTRIES,
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

//! Every cap on certificates and trust, with its unit and its reason. Those of messages are in [`precinto_alert::limits`].

/// One certificate, DER, in bytes. Ours have about 700; a bigger one is an attack on path building.
pub const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;

/// Certificates a TLS peer may present: its own and two below the root. A hundred look-alike
/// intermediates would burn a quarter of a second before any signature fails.
pub const PRESENTED_MAX: usize = 3;

/// Intermediates that one judgement considers, for the same reason. More than [`PRESENTED_MAX`] leaves,
/// because a pool may hold the old and the new certificate of a renewed authority.
pub const INTERMEDIATES_MAX: usize = 4;

/// Certificates that may come with one submission as a hint: four signers with their two issuers.
pub const HINTS_MAX: usize = 12;

/// Certificates one pool keeps: every signer that both sides' agencies ever had, many times over.
pub const POOL_MAX: usize = 65_536;

/// Authorities one pool keeps; path building looks through all of them.
pub const POOL_AUTHORITIES_MAX: usize = 256;

/// Roots of one side: the current one, the next one, and room for agencies with their own.
pub const ROOTS_MAX: usize = 16;

/// Revocation lists of one side: several for each root and intermediate.
pub const CRLS_MAX: usize = 64;

/// One revocation list, DER, in bytes: about twenty thousand entries. Every list that is relied on goes into the log
/// as an entry and out of it in one answer, and must fit into both.
pub const CRL_BYTES_MAX: usize = 768 * 1024;

/// How far ahead of us the clock of an authority may be when it dates a list, in milliseconds.
pub const CLOCK_SKEW_MS: u64 = 300_000;

/// Judgements that one trust store remembers; when they are full it forgets all and judges again.
pub const JUDGED_MAX: usize = 4_096;

/// Longest life of a TLS certificate, in seconds: 398 days. They are renewed by machines, and a short
/// life bounds what a stolen key is worth.
pub const TLS_LIFETIME_S_MAX: u64 = 398 * 86_400;

/// Longest life of a signing certificate, in seconds: 1,097 days, three years with their leap day.
/// They live in cards and security modules that people carry, whose usual cycle is three years.
pub const SIGNING_LIFETIME_S_MAX: u64 = 1_097 * 86_400;

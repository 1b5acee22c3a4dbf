//! Every cap of this crate, with its unit and its reason.

pub use precinto_alert::limits::POLICY_BYTES_MAX;

/// Most rules in one side's policy: each is evaluated for every new question.
pub const RULES_MAX: usize = 64;

/// Longest id of a rule, bytes: it stands in the record of every message that it decides.
pub const RULE_ID_BYTES_MAX: usize = 64;

/// How deep brackets may nest in one rule. The text is the other side's, and what reads it calls itself for each level.
pub const NESTING_MAX: usize = 16;

/// Most operators in one rule (`.`, `&&`, `==`, `has` …): a chain of them is as deep as it is long. A hundred agencies may be compared
/// one by one.
pub const OPERATORS_MAX: usize = 256;

/// Most names in one side's policy, `Agency::"…"` and the like: each is built anew for every question.
pub const NAMES_MAX: usize = 500;

/// Most words in one side's policy, without names and remarks: each may be evaluated for every question.
pub const WORDS_MAX: usize = 4_096;

/// How far a rule may follow from message or agency: `resource.originator.country` is 2.
pub(crate) const LEVEL_MAX: u32 = 2;

/// Most faults of one text that are told at once.
pub const FAULTS_MAX: usize = 32;

/// Most rules that a verdict names; the record of a message keeps them.
pub const RULES_TOLD_MAX: usize = 16;

/// Most verdicts that are remembered. Real traffic asks some hundreds of different questions; a sender who varies the release of
/// every message makes new ones each time, and then all are forgotten together. One is some hundred bytes, however long a message's
/// lists are.
pub(crate) const VERDICTS_MAX: usize = 4_096;

/// Longest table of cases, bytes.
pub const TABLE_BYTES_MAX: usize = 1024 * 1024;

/// Most cases in one table.
pub const CASES_MAX: usize = 5_000;

//! The room in which Cedar works, always the same, whoever asks.
//!
//! Cedar calls itself for each level of a rule. Where less than 100 KiB of stack is left, what evaluates fails, and what checks says
//! nothing and has not checked. Both must not hang on the thread: a gateway's worker, its start, the command line and an auditor have
//! stacks of very different sizes, and all of them must come to the same end.

/// How much there is. The deepest text within the limits needs less than a quarter of it, also where nothing is optimised: a test
/// holds that. Only what is used of it is ever taken from the machine.
pub(crate) const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Does this there: everything that gives Cedar a rule.
pub(crate) fn with_room<R>(work: impl FnOnce() -> R) -> R {
    stacker::grow(STACK_BYTES, work)
}

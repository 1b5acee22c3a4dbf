//! How each side answers the other, in figures: counted from verified entries of a log and nothing else.
//!
//! The figures are those of the alerts that the log took in during a period, and of everything that it holds about them up to
//! its end. So the same log always gives the same figures, whenever and wherever they are made; a longer log may add answers.
//!
//! A *direction* runs from the side that alerts to the side that is alerted. Within it a *part* is one alert for one agency of
//! the other side: sent to it, transferred to it, or asked of it by the originator. What agencies of one side say to each
//! other is not counted.
//!
//! # The clock
//!
//! It is the gateway's own ([`precinto_alert::clock`]), asked about the first message that makes the agency an addressee: it starts
//! when the log takes that in. What reaches a level is what the gateway takes for an answer ([`precinto_alert::case::Case::answered`]).
//! So the figures agree with the missed deadlines that the log holds. In two things they look further: time that is asked for
//! after the deadline heals nothing, and alerts that were let in by rules without a clock are held to the table all the same.
//! Times are the log's, at its arrival there; the clocks of the two sides play no part.
//!
//! | Counted as | When |
//! |---|---|
//! | in time | reached at its deadline or before |
//! | ended | not reached in time, and the case was cancelled, recalled or closed before the deadline |
//! | late | reached after it |
//! | missed | not reached, and the deadline was over when the log ended |
//! | open | not reached, and the deadline was still to come |
//!
//! The share in time is *in time* of *in time, late and missed*. Times are quantiles by nearest rank of what was reached, in
//! time or late; what was never reached has no time, so look at the share first.
//!
//! # Memory
//!
//! Some hundred bytes for each message of the period's alerts; nothing for the rest of the log.

mod figures;
mod fold;
mod part;
mod sum;
mod wait;

#[cfg(test)]
mod tests;

pub use figures::{
    Answers, Basis, Direction, Figures, IndicatorFigures, LevelFigures, OverdueFigures,
    PrecedenceFigures, Recalls, Refusals,
};

use crate::report::Report;
use crate::verified::Verified;
use fold::Fold;
use precinto_alert::code::MessageStatus;
use precinto_alert::id::Side;

/// A stretch of the log by the times of its entries, milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first millisecond that belongs to it.
    pub from_ms: u64,
    /// The first one after it.
    pub to_ms: u64,
}

impl Period {
    /// Whether a time lies in it.
    pub fn holds(self, time_ms: u64) -> bool {
        (self.from_ms..self.to_ms).contains(&time_ms)
    }
}

/// What is to be counted.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Alerts that the log took in then.
    pub period: Period,
    /// Only alerts meant this way; all of them if nothing is said.
    pub status: Option<MessageStatus>,
    /// Sides to show even if the log never speaks of them: a direction in which nothing was said is a figure too.
    pub sides: Vec<Side>,
}

/// Figures in the making: takes verified entries in the order of the log.
#[derive(Debug)]
pub struct Reciprocity {
    scope: Scope,
    fold: Fold,
}

impl Reciprocity {
    /// Nothing counted yet.
    pub fn new(scope: Scope) -> Self {
        let fold = Fold::new(scope.sides.iter().cloned());
        Self { scope, fold }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, verified: &Verified) {
        self.fold.take(&self.scope, verified);
    }

    /// The figures, with what the audit of the same log came to.
    pub fn finish(self, audit: &Report) -> Figures {
        let basis = Basis::new(audit, self.fold.taken());
        sum::figures(&self.scope, &self.fold, basis)
    }
}

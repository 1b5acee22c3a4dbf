//! Why a gateway does not run, and what its operator does next. Nothing here is advice to delete: the log is evidence.

use crate::exit::{Exit, Failure};
use precinto_alert::Reason;
use precinto_gateway::witness::WitnessError;
use precinto_gateway::{RunError, subscribe::store::StoreError};
use precinto_ledger::OpenError;

/// Data that is damaged or gone is a verdict on it; everything else is a failure to run.
pub(super) fn of(error: &RunError) -> Failure {
    let text = error.to_string();
    match error {
        RunError::Open(cause) => of_open(cause, text),
        RunError::Cursors(StoreError::Behind { .. })
        | RunError::Witnesses(WitnessError::NotOurs { .. }) => gone_back(text),
        RunError::Cursors(StoreError::Io(_)) => Failure::new(Exit::Failed, text)
            .next("see that the folder cursors in the data folder can be read and written"),
        RunError::Witnesses(WitnessError::Io(_)) => Failure::new(Exit::Failed, text)
            .next("see that the folder witness in the data folder can be read and written"),
        RunError::Check(_) => Failure::usage(text)
            .next("mend the file that is named, then:  precinto gateway check --config FILE"),
        RunError::Trust(_) => Failure::new(Exit::Failed, text)
            .next("see that the disk is not full, then start again: what was acknowledged is kept"),
        RunError::Cases(_) => Failure::new(Exit::VerificationFailed, text).next(
            "keep the data folder as it is;  precinto audit log DIR  shows what is wrong",
        ),
        RunError::Serve(_) => Failure::new(Exit::Failed, text)
            .next("start again: what was acknowledged is on disk"),
        RunError::Stop(_) => Failure::new(Exit::Failed, text)
            .next("start again: the log recovers by itself; its own log on stderr says what ended it"),
        RunError::Task(_) => Failure::new(Exit::Failed, text)
            .next("start again, and report this with the gateway's own log on stderr: it is a fault of ours"),
    }
}

fn of_open(error: &OpenError, text: String) -> Failure {
    match error {
        OpenError::Locked => Failure::new(Exit::Failed, text)
            .next("a gateway runs on this data folder already: stop it, or give this one another folder"),
        OpenError::NoLog => Failure::new(Exit::Failed, text)
            .next("is the data folder mounted? only for a new log:  precinto gateway init --config FILE"),
        OpenError::Io { .. } => Failure::new(Exit::Failed, text)
            .next("see that the data folder exists, can be written, and that its disk is not full"),
        OpenError::Damaged { .. } => Failure::new(Exit::VerificationFailed, text).next(
            "keep the data folder as it is and restore a copy elsewhere;  precinto audit log DIR  shows what is wrong",
        ),
        OpenError::OtherLog { .. } => Failure::new(Exit::VerificationFailed, text)
            .next("data or origin in the gateway's file is another log's: correct it"),
        OpenError::Key(_) => Failure::new(Exit::VerificationFailed, text)
            .next("the log's key in the gateway's file is not the one that signed this log: correct it"),
        OpenError::Published(_) => Failure::new(Exit::VerificationFailed, text)
            .next("keep the data folder as it is;  precinto audit log DIR  shows what is wrong"),
        OpenError::Behind { .. } | OpenError::Forked { .. } => gone_back(text),
        OpenError::ClockBehind { .. } => Failure {
            exit: Exit::Failed,
            ..Failure::coded(Reason::ClockUnsafe, text)
        }
        .next("set the clock right, or see why entries were dated ahead; the log never goes back in time"),
    }
}

/// Entries that were acknowledged are gone: never to be written over.
fn gone_back(text: String) -> Failure {
    Failure {
        exit: Exit::VerificationFailed,
        ..Failure::coded(Reason::Rollback, text)
    }
    .next("an older copy was restored, or entries are lost: keep everything, and bring back the newest copy before any start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_to_open_says_what_to_do() {
        let clock = of(&RunError::Open(OpenError::ClockBehind { behind_ms: 9_000 }));
        assert_eq!(
            (clock.exit, clock.reason),
            (Exit::Failed, Some(Reason::ClockUnsafe))
        );
        let behind = of(&RunError::Open(OpenError::Behind {
            published: 9,
            journal: 7,
        }));
        assert_eq!(behind.exit, Exit::VerificationFailed);
        assert_eq!(behind.reason, Some(Reason::Rollback));
        let damaged = OpenError::Damaged {
            segment: 0,
            at: 7,
            what: "x".to_owned(),
        };
        assert_eq!(of(&RunError::Open(damaged)).exit, Exit::VerificationFailed);
        for error in [
            OpenError::Locked,
            OpenError::NoLog,
            OpenError::OtherLog { segment: 0 },
        ] {
            let failure = of(&RunError::Open(error));
            assert!(failure.next.is_some(), "{failure:?}");
        }
    }
}

//! `watch`: deliveries as they come, verified before they are shown, settled after they were printed.
//!
//! What cannot be believed is never settled: it goes back with a growing delay, and comes at once after a restart, when
//! trust may have been mended. After its last attempt it is parked, which is said, listed, and an alarm at the gateway: an
//! alert that nobody has read must not be gone.

mod notice;
pub(crate) mod show;

use crate::args::Watch;
use crate::commands::sub::{filter_of, place_of};
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::files::{keep_receipt, make_folder};
use crate::output::Output;
use crate::{clock, connect, runtime, stop};
use notice::Notice;
use precinto_alert::id::MessageId;
use precinto_alert::reason::{self as catalogue, Reason};
use precinto_client::subscribe::{Start, SubscribeError, Unbelievable};
use precinto_client::{Delivery, Event, Overdue, Pin, SubscribeOptions, Subscriber};
use std::ops::ControlFlow;
use std::time::Duration;

/// After how long something unbelievable comes again the first time; each time after that, twice as long.
const DOUBT_DELAY: Duration = Duration::from_secs(10);

/// The longest such delay: what a gateway grants at most.
const DOUBT_DELAY_MAX: Duration = Duration::from_hours(1);

/// With so many, trust is at fault rather than an entry: `--until-caught-up` ends before the gateway runs out of places
/// for what was put back (1000).
const DOUBTS_MAX: u64 = 256;

/// Runs `watch …` until it is told to stop.
pub(crate) fn run(args: &Watch, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    make_folder(&node.state)?;
    let file = node.state.join(format!("{}.pin", args.name));
    let pin = Pin::open(&file, &node.log).map_err(|error| {
        Failure::new(Exit::VerificationFailed, connect::pin_text(&error, &file)).next((
            "precinto doctor  says what to do with the file",
            "precinto doctor  dice qué hacer con el archivo",
        ))
    })?;
    let witness = material.witness().map_err(Failure::from)?;
    let options = SubscribeOptions {
        start: match args.definition.from.as_deref() {
            Some(from) => place_of("--from", from, output.lang())?,
            None => Start::First,
        },
        filter: filter_of(&args.definition)?,
        attempts_max: args.definition.attempts.unwrap_or_default(),
        as_it_is: args.definition.is_empty(),
        with_proofs: args.receipts.is_some(),
        ..SubscribeOptions::named(&args.name)
    };
    let subscriber = Subscriber::new(material.settings, material.clock, options, pin);
    let subscriber = subscriber.with_witness(witness);
    let watcher = Watcher {
        args,
        output,
        subscriber,
        doubts: 0,
        worst: None,
    };
    runtime::run(watcher.run())
}

struct Watcher<'a> {
    args: &'a Watch,
    output: Output,
    subscriber: Subscriber,
    /// How often something was not believed.
    doubts: u64,
    /// The gravest reason: that something is wrong is graver than that trust is stale.
    worst: Option<Reason>,
}

impl Watcher<'_> {
    /// Whatever ends it, what was settled is at the gateway before this process is gone.
    async fn run(mut self) -> anyhow::Result<Exit> {
        let ended = self.follow().await;
        if self.subscriber.finish().await.is_err() {
            self.output.talk(self.output.lang().pick(
                "the gateway did not confirm the last settlements: what was shown last may come again",
                "no se pudo confirmar a la pasarela la recepción de lo último: lo que se mostró al final puede llegar de nuevo",
            ));
        }
        ended
    }

    async fn follow(&mut self) -> anyhow::Result<Exit> {
        let stopped = stop::requested(self.args.exit_with_stdin)?;
        tokio::pin!(stopped);
        loop {
            let event = tokio::select! {
                event = self.subscriber.next() => event,
                () = &mut stopped => return Ok(Exit::Done),
            };
            let event = event.map_err(|error| failure_of(&error))?;
            if let ControlFlow::Break(exit) = self.take(event).await? {
                return Ok(exit);
            }
        }
    }

    async fn take(&mut self, event: Event) -> anyhow::Result<ControlFlow<Exit>> {
        if let Some(notice) = Notice::of(&event, self.output.lang()) {
            self.say(&notice)?;
        }
        match event {
            Event::Delivery(delivery) => self.deliver(&delivery).await?,
            Event::Overdue(overdue) => self.overdue(&overdue).await?,
            Event::Unbelievable(problem) => {
                self.put_back(&problem).await;
                if self.args.until_caught_up && self.doubts >= DOUBTS_MAX {
                    return self.caught_up().map(ControlFlow::Break);
                }
            }
            Event::CaughtUp { .. } if self.args.until_caught_up => {
                return self.caught_up().map(ControlFlow::Break);
            }
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Not settled, or it would be lost for good.
    async fn put_back(&mut self, problem: &Unbelievable) {
        let Unbelievable {
            index,
            attempt,
            reason,
            ..
        } = *problem;
        self.doubts += 1;
        if self.worst.is_none_or(|worst| worst == Reason::CrlStale) {
            self.worst = Some(reason);
        }
        let delay = doubt_delay(attempt);
        let next = catalogue::entry(reason).next(self.output.lang().texts());
        self.output
            .talk(self.put_back_how(index, attempt, delay) + next);
        if let Err(error) = self.subscriber.nack(index, delay, reason).await {
            let entry = self.output.lang().pick("entry", "entrada");
            self.output.talk(format!("{entry} {index}: {error}"));
        }
    }

    /// After the last attempt it comes again only when a person puts it back.
    fn put_back_how(&self, index: u64, attempt: u32, delay: Duration) -> String {
        let (name, secs) = (&self.args.name, delay.as_secs());
        let is_last = self
            .subscriber
            .attempts_max()
            .is_some_and(|max| attempt >= max);
        let (en, es) = if is_last {
            (
                format!(
                    "  entry {index}: PARKED after {attempt} attempts: it comes again with  precinto sub unpark {name} {index}. "
                ),
                format!(
                    "  entrada {index}: APARTADA tras {attempt} intentos: vuelve con  precinto sub unpark {name} {index}. "
                ),
            )
        } else {
            (
                format!("  entry {index}: NOT settled, it comes again in {secs} s. "),
                format!("  entrada {index}: NO se confirma, vuelve en {secs} s. "),
            )
        };
        self.output.lang().pick(en, es)
    }

    /// Done only if everything was believed.
    fn caught_up(&self) -> anyhow::Result<Exit> {
        let Some(worst) = self.worst else {
            return Ok(Exit::Done);
        };
        let doubts = self.doubts;
        let message = (
            format!(
                "{doubts} of the deliveries were not believed; they are not settled and come again"
            ),
            format!("no se creyeron {doubts} entregas; no se confirman y llegarán de nuevo"),
        );
        Err(Failure {
            exit: doubt_exit(worst),
            ..Failure::coded(worst, message)
        }
        .into())
    }

    /// Printed first, settled then: a crash between the two means that it comes again.
    async fn deliver(&self, delivery: &Delivery) -> anyhow::Result<()> {
        let received_us = clock::now_us();
        if let (Some(folder), Some(receipt)) = (&self.args.receipts, &delivery.receipt) {
            keep_receipt(
                folder,
                &receipt_name(delivery.index, delivery.statement.message_id()),
                receipt,
            )?;
        }
        if self.output.is_text() {
            for line in show::lines(delivery, clock::now_ms(), self.output) {
                self.output.line(line)?;
            }
        } else {
            self.output.json_line(&show::json(delivery, received_us))?;
        }
        self.settle(delivery.index).await;
        Ok(())
    }

    /// As [`Watcher::deliver`]: somebody has not answered in time.
    async fn overdue(&self, overdue: &Overdue) -> anyhow::Result<()> {
        let received_us = clock::now_us();
        if let Some(folder) = &self.args.receipts {
            let name = format!("{}-overdue", overdue.index);
            keep_receipt(folder, &name, &overdue.receipt)?;
        }
        if self.output.is_text() {
            for line in show::late_lines(overdue, self.output) {
                self.output.line(line)?;
            }
        } else {
            self.output
                .json_line(&show::late_json(overdue, received_us))?;
        }
        self.settle(overdue.index).await;
        Ok(())
    }

    /// Without a line there is nothing to settle on: it will come again.
    async fn settle(&self, index: u64) {
        if let Err(error) = self.subscriber.ack(index).await {
            self.output.talk(self.output.lang().pick(
                format!("entry {index} is not settled: {error}"),
                format!("no se confirmó la recepción de la entrada {index}: {error}"),
            ));
        }
    }

    /// News of the subscription: data for machines, talk for people.
    fn say(&self, notice: &Notice) -> std::io::Result<()> {
        if self.output.is_text() {
            self.output.talk(&notice.text);
            return Ok(());
        }
        self.output.json_line(notice)
    }
}

/// The file name of a delivery's receipt. The log's index makes it the entry's own: a message's id is its sender's choice,
/// and another sender with the same one must not replace what was kept.
fn receipt_name(index: u64, id: MessageId) -> String {
    format!("{index}-{id}")
}

/// 10 s, 20 s, 40 s … up to an hour; `attempt` counts from 1.
fn doubt_delay(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    (DOUBT_DELAY * 2_u32.pow(doublings)).min(DOUBT_DELAY_MAX)
}

/// Stale trust says nothing about the message; everything else does.
fn doubt_exit(reason: Reason) -> Exit {
    match reason {
        Reason::CrlStale => Exit::Inconclusive,
        _ => Exit::VerificationFailed,
    }
}

fn failure_of(error: &SubscribeError) -> Failure {
    match error.reason() {
        Some(reason) => Failure::caused(reason, error),
        None => Failure::new(Exit::Failed, Text::cause(error, "la suscripción terminó")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_believed_comes_again_ever_later() {
        let secs: Vec<u64> = [0, 1, 2, 3, 9, 10, u32::MAX]
            .map(|attempt| doubt_delay(attempt).as_secs())
            .into();
        assert_eq!(secs, [10, 10, 20, 40, 2560, 3600, 3600]);
    }

    #[test]
    fn two_senders_with_one_id_do_not_share_a_receipt() {
        let id: MessageId = "0192f0c1-0000-7000-8000-000000000001".parse().unwrap();
        assert_ne!(receipt_name(3, id), receipt_name(4, id));
        assert_eq!(receipt_name(3, id), format!("3-{id}"));
    }

    #[test]
    fn stale_trust_is_no_verdict() {
        assert_eq!(doubt_exit(Reason::CrlStale), Exit::Inconclusive);
        assert_eq!(doubt_exit(Reason::SigBad), Exit::VerificationFailed);
        assert_eq!(
            doubt_exit(Reason::SignerUntrusted),
            Exit::VerificationFailed
        );
    }
}

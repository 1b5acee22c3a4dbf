//! `watch`: deliveries as they come, verified before they are shown, settled after they were printed.

mod notice;
mod show;

use crate::args::{Start, Watch};
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure};
use crate::files::{make_folder, write_public};
use crate::output::Output;
use crate::{clock, runtime, stop};
use notice::Notice;
use precinto_client::subscribe::{Start as From, SubscribeError};
use precinto_client::{Delivery, Event, Pin, SubscribeOptions, Subscriber};
use std::ops::ControlFlow;

/// Runs `watch …` until it is told to stop.
pub(crate) fn run(args: &Watch, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    make_folder(&node.state)?;
    let pin = Pin::open(node.state.join(format!("{}.pin", args.name)), &node.log)
        .map_err(|error| Failure::new(Exit::VerificationFailed, error.to_string()))?;
    let options = SubscribeOptions {
        start: match args.from {
            Start::First => From::First,
            Start::Now => From::Now,
        },
        with_proofs: args.receipts.is_some(),
        ..SubscribeOptions::named(&args.name)
    };
    let subscriber = Subscriber::new(material.settings, material.clock, options, pin);
    let watcher = Watcher {
        args,
        output,
        subscriber,
    };
    runtime::run(watcher.run())
}

struct Watcher<'a> {
    args: &'a Watch,
    output: Output,
    subscriber: Subscriber,
}

impl Watcher<'_> {
    async fn run(mut self) -> anyhow::Result<Exit> {
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
            Event::Unbelievable(problem) => self.settle(problem.index).await,
            Event::CaughtUp { .. } if self.args.until_caught_up => {
                return Ok(ControlFlow::Break(Exit::Done));
            }
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Printed first, settled then: a crash between the two means that it comes again.
    async fn deliver(&self, delivery: &Delivery) -> anyhow::Result<()> {
        let received_us = clock::now_us();
        if let (Some(folder), Some(receipt)) = (&self.args.receipts, &delivery.receipt) {
            make_folder(folder)?;
            let path = folder.join(format!("{}.tlog-proof", delivery.statement.message_id()));
            write_public(&path, &receipt.proof)?;
            write_public(&path.with_extension("record"), &receipt.record)?;
        }
        if self.output.is_text() {
            for line in show::text(delivery, self.output) {
                self.output.line(line)?;
            }
        } else {
            self.output.json_line(&show::json(delivery, received_us))?;
        }
        self.settle(delivery.index).await;
        Ok(())
    }

    /// Without a line there is nothing to settle on: it will come again.
    async fn settle(&self, index: u64) {
        if let Err(error) = self.subscriber.ack(index).await {
            self.output
                .talk(format!("entry {index} is not settled: {error}"));
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

fn failure_of(error: &SubscribeError) -> Failure {
    match error.reason() {
        Some(reason) => Failure::coded(reason, error.to_string()),
        None => Failure::new(Exit::Failed, error.to_string()),
    }
}

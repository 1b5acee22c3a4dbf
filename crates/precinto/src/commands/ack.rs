//! `ack`: a person's acknowledgement in few words; `send ack` does the work.

use super::send;
use crate::args::{Ack, MessageArgs, Send, SendCommand, SendOptions};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Runs `ack …`.
pub(crate) fn run(args: &Ack, output: Output) -> anyhow::Result<Exit> {
    let mut flags = vec![("level", args.level.as_str())];
    let more = [("more-time", &args.more_time), ("remark", &args.remark)];
    flags.extend(
        more.iter()
            .filter_map(|(name, value)| value.as_deref().map(|value| (*name, value))),
    );
    let message = MessageArgs::typed("ack", &args.about, &flags);
    let message = message.ok_or_else(|| {
        Failure::usage(("send ack has no such flag", "send ack no tiene esa opción"))
    })?;
    let options = SendOptions {
        node: args.node.clone(),
        queue: args.queue,
        card: args.card.files(),
        ..SendOptions::confirming(&args.officer)
    };
    let send = Send {
        options,
        command: SendCommand::Message(message),
    };
    send::run(&send, output)
}

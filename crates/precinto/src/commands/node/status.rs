//! `node status`: how this node is doing, from its own disk, whether its agent is running or not.

use super::presence::{Line, Presence};
use crate::args::NodeArgs;
use crate::clock;
use crate::commands::outbox::failed as outbox_failed;
use crate::commands::running::is_running;
use crate::config::Node;
use crate::exit::Exit;
use crate::output::{Lang, Output, printable};
use crate::words::{Sheet, minute, span};
use precinto_client::outbox::{Outbox, Refused};
use precinto_proto::v1 as pb;
use serde::Serialize;

/// An agent that runs writes its file twice a minute.
const SILENT_MAX_MS: u64 = 120_000;

/// A message that waits longer than the longest pause between two attempts to send it waits for more than a line; and a delivery
/// that nobody takes for so long, while no other is taken either, is one that a machine should have had by now.
const WAITING_MAX_MS: u64 = 120_000;

/// So much longer may one be here that was put back while others are taken: five attempts take so long (10 s, 20 s, 40 s …), so
/// it was no passing trouble.
const PUT_BACK_MAX_MS: u64 = 300_000;

/// So many refused messages are told one by one; there may be thousands.
const REFUSED_SHOWN_MAX: usize = 20;

/// How a node is doing.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a finding of its own for whoever watches the node"
)]
pub(super) struct Status {
    schema: &'static str,
    ok: bool,
    node: String,
    running: bool,
    /// It runs, and has not said anything of itself for too long.
    hangs: bool,
    /// Something has waited for too long in the outbox.
    late: bool,
    /// Nothing was taken for too long though something is here to be taken, or one delivery fails again and again.
    untaken: bool,
    /// What the agent last said of itself; when it does not run, how it was.
    agent: Option<Presence>,
    outbox: Queue,
    refused: usize,
    /// The newest of them.
    refusals: Vec<Refused>,
}

#[derive(Serialize)]
struct Queue {
    waiting: usize,
    bytes: u64,
    /// When the message that waits longest was signed, milliseconds since 1970-01-01 UTC.
    oldest_ms: Option<u64>,
    /// Its id.
    oldest: Option<String>,
}

/// Runs `node status`.
pub(super) fn run(args: &NodeArgs, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(args)?;
    let status = look(&node)?;
    output.result(&status, || lines(&status, output))?;
    Ok(if status.ok {
        Exit::Done
    } else {
        Exit::Unhealthy
    })
}

/// How the node is doing, by its own disk.
pub(super) fn look(node: &Node) -> anyhow::Result<Status> {
    // Nothing is made where nothing was: a node that never sent has an empty outbox.
    let has = node.state.join("outbox").try_exists()?;
    let outbox = has.then(|| Outbox::open(&node.state)).transpose();
    let outbox = outbox.map_err(|error| outbox_failed(&error))?;
    let (mut waiting, mut refusals) = (Queue::none(), Vec::new());
    if let Some(outbox) = &outbox {
        waiting = Queue::of(outbox)?;
        refusals = outbox.refused().map_err(|error| outbox_failed(&error))?;
    }
    let found = Found {
        running: is_running(&node.state),
        agent: Presence::read(&node.state),
        outbox: waiting,
        refusals,
    };
    Ok(found.judged(node.identity.to_string(), clock::now_ms()))
}

/// What the node's disk says.
struct Found {
    running: bool,
    agent: Option<Presence>,
    outbox: Queue,
    refusals: Vec<Refused>,
}

impl Found {
    /// How the node `node` is doing by that, at `now_ms`.
    fn judged(self, node: String, now_ms: u64) -> Status {
        let Self {
            running,
            agent,
            outbox,
            mut refusals,
        } = self;
        let is_before = |ms: u64, limit_ms: u64| ms.saturating_add(limit_ms) < now_ms;
        let at_work = agent.as_ref().filter(|_| running);
        let hangs = at_work.is_some_and(|agent| is_before(agent.as_of_ms, SILENT_MAX_MS));
        let late = outbox.oldest_ms;
        let late = late.is_some_and(|oldest| is_before(oldest, WAITING_MAX_MS));
        let untaken = at_work.is_some_and(|agent| {
            let limit_ms = WAITING_MAX_MS.max(agent.desk_limit_ms);
            let none_taken = agent.none_taken_since_ms();
            let again_max_ms = PUT_BACK_MAX_MS.saturating_add(limit_ms);
            none_taken.is_some_and(|since| is_before(since, limit_ms))
                || agent
                    .at_desk_again_since_ms
                    .is_some_and(|since| is_before(since, again_max_ms))
        });
        let agent_is_well = agent.as_ref().is_none_or(|agent| {
            agent.line != Line::Down
                && agent.parked == 0
                && agent.api_down_since_ms.is_none()
                && agent.files_refused.is_none()
        });
        let refused = refusals.len();
        let newest = refusals.split_off(refused.saturating_sub(REFUSED_SHOWN_MAX));
        Status {
            schema: "precinto.node.status/v1",
            ok: running && agent_is_well && !hangs && !late && !untaken && refused == 0,
            node,
            running,
            hangs,
            late,
            untaken,
            agent,
            outbox,
            refused,
            refusals: newest,
        }
    }
}

impl Status {
    /// The same for those who ask by the API.
    pub(super) fn for_programs(self) -> pb::GetNodeStatusResponse {
        let agent = self.agent.as_ref();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        pb::GetNodeStatusResponse {
            node: self.node,
            line_up: agent.is_some_and(|agent| agent.line == Line::Up),
            last_contact_ms: agent
                .and_then(|one| one.last_contact_ms)
                .unwrap_or_default(),
            settled: agent.and_then(|one| one.settled).unwrap_or_default(),
            tree_size: agent.and_then(|one| one.tree_size).unwrap_or_default(),
            outbox_waiting: count(self.outbox.waiting),
            outbox_bytes: self.outbox.bytes,
            refused: count(self.refused),
            parked: agent.map_or(0, |agent| agent.parked),
            at_desk: agent.map_or(0, |agent| agent.at_desk),
            at_desk_since_ms: agent
                .and_then(|one| one.at_desk_since_ms)
                .unwrap_or_default(),
            untaken: self.untaken,
        }
    }
}

impl Queue {
    fn none() -> Self {
        Self {
            waiting: 0,
            bytes: 0,
            oldest_ms: None,
            oldest: None,
        }
    }

    fn of(outbox: &Outbox) -> anyhow::Result<Self> {
        let queue = outbox.queue().map_err(|error| outbox_failed(&error))?;
        // It may be sent, or be damaged, while it is looked at.
        let first = queue.first();
        let signed = first.and_then(|first| outbox.load(first).ok().flatten());
        Ok(Self {
            waiting: queue.len(),
            bytes: queue.iter().map(|entry| entry.bytes).sum(),
            oldest_ms: signed.map(|signed| signed.statement().created_ms),
            oldest: first.map(|first| first.message_id.to_string()),
        })
    }
}

fn lines(status: &Status, output: Output) -> Vec<String> {
    let (mut sheet, lang) = (Sheet::new(output), output.lang());
    let now_ms = clock::now_ms();
    sheet.row(("node", "nodo"), &status.node);
    let agent = status.agent.as_ref();
    let running = match (status.running, agent) {
        (true, Some(agent)) if status.hangs => {
            let since = span(now_ms, agent.as_of_ms, lang);
            lang.pick(
                format!("DOES NOT ANSWER, last heard {since}, process {}", agent.pid),
                format!("NO RESPONDE, última señal {since}, proceso {}", agent.pid),
            )
        }
        (true, Some(agent)) => {
            let since = minute(agent.started_ms);
            lang.pick(
                format!("running since {since}, process {}", agent.pid),
                format!("en ejecución desde {since}, proceso {}", agent.pid),
            )
        }
        (true, None) => lang.pick("running", "en ejecución").to_owned(),
        (false, _) => lang
            .pick(
                "NOT RUNNING; start it:  precinto node run",
                "SIN EJECUCIÓN; iníciela con:  precinto node run",
            )
            .to_owned(),
    };
    sheet.row(("agent", "agente"), &running);
    if let Some(agent) = agent {
        of_agent(&mut sheet, agent, now_ms, status.running, lang);
        for one in agent.files_refused.iter().filter(|_| status.running) {
            let said = lang.pick("NOT TAKEN: ", "NO SE TOMAN: ");
            sheet.row(("files", "archivos"), &format!("{said}{}", printable(one)));
        }
        for one in &agent.ends_soon {
            sheet.row(("ends soon", "vence pronto"), &printable(one));
        }
        if status.running {
            at_desk(&mut sheet, agent, now_ms, status.untaken);
        }
    }
    sheet.row(
        ("outbox", "por salir"),
        &outbox(&status.outbox, now_ms, lang),
    );
    sheet.row(("refused", "rechazados"), &status.refused.to_string());
    for one in &status.refusals {
        let why = lang.pick(
            &one.message,
            one.message_es.as_ref().unwrap_or(&one.message),
        );
        let reason = one.reason.as_deref().unwrap_or_default();
        let text = format!("{}  {}  {reason}: {why}", minute(one.at_ms), one.message_id);
        sheet.block(4, "", &printable(&text));
    }
    if status.refused > 0 {
        let (en, es) = (
            "kept in outbox/refused in the state folder; mend the cause, and:  precinto send signed FILE  or, if it shall not be sent, remove it with its .json",
            "se guardan en outbox/refused de la carpeta de estado; corrija la causa y:  precinto send signed ARCHIVO  o, si no ha de enviarse, bórrelo junto con su .json",
        );
        sheet.block(4, "", lang.pick(en, es));
    }
    sheet.into_lines()
}

fn of_agent(sheet: &mut Sheet, agent: &Presence, now_ms: u64, running: bool, lang: Lang) {
    let since = span(now_ms, agent.line_since_ms, lang);
    let detail = agent
        .line_detail
        .as_deref()
        .map(printable)
        .unwrap_or_default();
    let line = match agent.line {
        _ if !running => None,
        Line::Up => Some(format!("{} ({since})", lang.pick("up", "conectada"))),
        Line::Idle => Some(
            lang.pick(
                "opened when there is something to send; it hears of no checkpoints, and cosigns none",
                "se abre cuando hay algo que enviar; no recibe puntos de control ni los cofirma",
            )
            .to_owned(),
        ),
        Line::Down => Some(format!(
            "{} ({since})  {detail}",
            lang.pick("DOWN", "SIN CONEXIÓN")
        )),
    };
    if let Some(line) = line {
        sheet.row(("line", "conexión"), line.trim_end());
    }
    if let Some(heard) = agent.last_contact_ms {
        let heard = format!("{} ({})", minute(heard), span(now_ms, heard, lang));
        sheet.row(("last contact", "último contacto"), &heard);
    }
    if let (Some(settled), Some(size)) = (agent.settled, agent.tree_size) {
        let position = lang.pick(
            format!("settled below entry {settled}; the log has {size}"),
            format!("confirmado hasta antes de la entrada {settled}; la bitácora tiene {size}"),
        );
        sheet.row(("position", "posición"), &position);
    }
    let taken = lang.pick(
        format!(
            "{} taken in, {} put back to come again",
            agent.taken, agent.put_back
        ),
        format!(
            "{} recibidas, {} devueltas para que lleguen de nuevo",
            agent.taken, agent.put_back
        ),
    );
    sheet.row(("deliveries", "entregas"), &taken);
    if agent.parked > 0 {
        let parked = lang.pick(
            format!(
                "{}, NOT handed over and not coming again by themselves; see:  precinto sub parked",
                agent.parked
            ),
            format!(
                "{}, NO entregadas, y no vuelven por sí solas; vea:  precinto sub parked",
                agent.parked
            ),
        );
        sheet.row(("parked", "apartadas"), &parked);
    }
    if let (Some(what), Some(at)) = (&agent.trouble, agent.trouble_ms) {
        let text = format!(
            "{} ({}): {}",
            minute(at),
            span(now_ms, at, lang),
            printable(what)
        );
        sheet.row(("last trouble", "último problema"), &text);
    }
}

/// What has come and is not the agency's yet, and whether anybody can take it by the local API.
fn at_desk(sheet: &mut Sheet, agent: &Presence, now_ms: u64, untaken: bool) {
    let lang = sheet.lang();
    if let Some(since) = agent.at_desk_since_ms {
        let (count, since) = (agent.at_desk, span(now_ms, since, lang));
        let mut row = lang.pick(
            format!("{count}, the oldest came {since}"),
            format!("{count}, la más antigua llegó {since}"),
        );
        if let Some(since) = agent.at_desk_again_since_ms {
            let (count, since) = (agent.at_desk_again, span(now_ms, since, lang));
            row.push_str(&lang.pick(
                format!("; {count} of them put back before, the oldest came {since}"),
                format!("; {count} de ellas devueltas antes, la más antigua llegó {since}"),
            ));
        }
        if untaken {
            row.push_str(lang.pick(
                "; NOT TAKEN: does the program that takes them run, and succeed?",
                "; SIN TOMAR: ¿está en ejecución, y sin errores, el programa que las toma?",
            ));
        }
        sheet.row(("at the desk", "por tomar"), &row);
    }
    if let Some(since) = agent.api_down_since_ms {
        let why = agent.api_detail.as_deref().map(printable);
        let row = format!(
            "{} ({})  {}",
            lang.pick("DOES NOT ANSWER", "NO RESPONDE"),
            span(now_ms, since, lang),
            why.unwrap_or_default()
        );
        sheet.row(("local API", "API local"), row.trim_end());
    }
}

fn outbox(waiting: &Queue, now_ms: u64, lang: Lang) -> String {
    let Queue {
        waiting: count,
        bytes,
        oldest_ms,
        ..
    } = waiting;
    if *count == 0 {
        return lang.pick("empty", "vacía").to_owned();
    }
    let oldest = oldest_ms.map_or_else(String::new, |oldest| span(now_ms, oldest, lang));
    lang.pick(
        format!("{count} waiting, {bytes} bytes, the oldest signed {oldest}"),
        format!("{count} en espera, {bytes} bytes, el más antiguo firmado {oldest}"),
    )
}

#[cfg(test)]
mod tests;

//! `sync`: the own copy brought up to date by itself, and recalls that were carried out here confirmed.

use super::{own_copy, send};
use crate::args::Sync;
use crate::clock;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::words::labels;
use crate::{connect, runtime};
use precinto_alert::id::AgencyId;
use precinto_alert::reason as catalogue;
use precinto_client::copy::{RecallWork, Synced};
use serde_json::{Value, json};

/// Runs `sync`. For programs there is one object at the end of it: how things stand once everything is done.
pub(crate) fn run(args: &Sync, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.node)?;
    let mut state = fetched(&node, output)?;
    let mut confirmed = Exit::Done;
    if args.confirm_recalls && state.due.is_empty() {
        let (en, es) = (
            "no recall waits for a confirmation",
            "ningún retiro espera confirmación",
        );
        output.talk(output.lang().pick(en, es));
    } else if args.confirm_recalls {
        confirmed = send::confirm(&node, &state.due, &args.officer, output)?;
        if confirmed == Exit::Done {
            // So that the copy knows that it was confirmed.
            let again = fetched(&node, output)?;
            state = state.then(again);
        }
    }
    report(&state, output)?;
    Ok(if state.synced.unbelievable.is_empty() {
        confirmed
    } else {
        Exit::VerificationFailed
    })
}

/// A copy that was brought up to date.
struct State {
    synced: Synced,
    /// Recalls that this node has to confirm.
    due: Vec<RecallWork>,
    agency: AgencyId,
    as_of_ms: Option<u64>,
}

impl State {
    /// After a second fetch: where it ended, and what came in both.
    fn then(self, again: Self) -> Self {
        let mut all = again;
        all.synced.taken += self.synced.taken;
        let more = self.synced.quarantined.into_iter();
        let known = std::mem::take(&mut all.synced.quarantined);
        let more = more.filter(|alert| !known.contains(alert));
        all.synced.quarantined = more.chain(known.iter().cloned()).collect();
        let told: Vec<u64> = all
            .synced
            .unbelievable
            .iter()
            .map(|one| one.index)
            .collect();
        let doubts = self.synced.unbelievable.into_iter();
        let doubts = doubts.filter(|one| !told.contains(&one.index));
        all.synced.unbelievable.extend(doubts);
        all
    }
}

/// Brings the copy up to date and says what a person must know.
fn fetched(node: &Node, output: Output) -> anyhow::Result<State> {
    let material = Material::load(node).map_err(Failure::from)?;
    runtime::run(async {
        let mut copy = own_copy::open(node).await?;
        let connection = connect::open(&material).await?;
        let synced = own_copy::fetch(&mut copy, node, &connection, output).await;
        if synced.is_err() {
            own_copy::out_of_use(copy.recalled_untold(), output);
        }
        let synced = synced?;
        own_copy::tell(&synced, &copy, node, output)?;
        let due = copy.recalls_to_confirm_as(&node.identity);
        Ok(State {
            synced,
            due: due.map_err(|error| own_copy::failed(&error))?,
            agency: copy.agency().clone(),
            as_of_ms: copy.as_of_ms(),
        })
    })
}

fn report(state: &State, output: Output) -> anyhow::Result<()> {
    let State { synced, due, .. } = state;
    if output.is_text() {
        let lang = output.lang();
        let (taken, position) = (synced.taken, synced.position);
        output.line(lang.pick(
            format!("up to date at entry {position}; {taken} new"),
            format!("al día en la entrada {position}; {taken} nuevas"),
        ))?;
        for work in due {
            let (alert, measure) = (&work.alert_id, labels([work.measure], lang));
            let (en, es) = ("recall to confirm:", "retiro por confirmar:");
            output.line(format!("{} {alert}  {measure}", lang.pick(en, es)))?;
        }
        return Ok(());
    }
    let unbelievable: Vec<Value> = synced
        .unbelievable
        .iter()
        .map(|one| {
            json!({ "index": one.index, "reason": catalogue::name(one.reason), "detail": one.detail })
        })
        .collect();
    let quarantined = synced.quarantined.iter().map(ToString::to_string);
    let due = due.iter().map(|work| work.alert_id.to_string());
    output.json_line(&json!({
        "schema": "precinto.sync/v1",
        "agency": state.agency.to_string(),
        "position": synced.position,
        "as_of": state.as_of_ms.map(clock::rfc3339_ms),
        "taken": synced.taken,
        "unbelievable": unbelievable,
        "quarantined": quarantined.collect::<Vec<_>>(),
        "to_confirm": due.collect::<Vec<_>>(),
    }))?;
    Ok(())
}

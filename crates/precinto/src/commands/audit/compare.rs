//! `audit compare`: checkpoints and receipts from different hands, held against each other.

use super::{exit_of, read_held, read_vkey, read_witnesses};
use crate::args::AuditCompare;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::{connect, runtime};
use precinto_audit::Comparison;
use precinto_audit::compare::History;
use precinto_client::LogClient;
use precinto_merkle::note::NoteVerifier;

/// Runs `audit compare`.
pub(super) fn run(args: &AuditCompare, output: Output) -> anyhow::Result<Exit> {
    // Without --node the key was given; a node in the environment alone must not decide what is compared with what.
    let node = match (&args.node.node, &args.vkey) {
        (Some(_), None) => Some(Node::from_args(&args.node)?),
        _ => None,
    };
    let key = match (&args.vkey, &node) {
        (Some(vkey), _) => read_vkey(vkey)?,
        (None, Some(node)) => node.log.clone(),
        (None, None) => {
            let what = ("--vkey or --node is needed", "falta --vkey o --node");
            return Err(Failure::usage(what).into());
        }
    };
    let held = read_held(&args.files)?;
    let mut comparison = Comparison::new(held, &key, &witnesses(args, node.as_ref())?);
    if let Some(dir) = &args.journal {
        let history = History::read(dir, &key, &comparison.sizes());
        let history = history.map_err(|error| {
            let what = Text::cause(error, "no se puede leer la bitácora");
            Failure::new(Exit::Inconclusive, what)
        })?;
        comparison.compare_with(&history);
    } else if let Some(node) = &node {
        runtime::run(ask(node, &mut comparison))?;
    }
    let comparison = comparison.finish();
    output.result(&comparison, || comparison.lines(output.lang().texts()))?;
    Ok(exit_of(comparison.verdict()))
}

fn witnesses(args: &AuditCompare, node: Option<&Node>) -> anyhow::Result<Vec<NoteVerifier>> {
    let own = node.and_then(|node| node.policy.clone());
    let files: Vec<_> = args.policy.iter().cloned().chain(own).collect();
    read_witnesses(&files)
}

/// Asks the gateway for the proofs. It may be the very one under suspicion: what it answers is checked, and what it
/// refuses stays unlinked.
async fn ask(node: &Node, comparison: &mut Comparison) -> anyhow::Result<()> {
    let material = Material::load(node).map_err(Failure::from)?;
    let connection = connect::open(&material).await?;
    let log = LogClient::new(&connection);
    let sizes = comparison.sizes();
    for (from, to) in sizes.iter().zip(sizes.iter().skip(1)) {
        if let Ok(proof) = log.consistency_proof(*from, *to).await {
            comparison.link(*from, *to, &proof);
        }
    }
    Ok(())
}

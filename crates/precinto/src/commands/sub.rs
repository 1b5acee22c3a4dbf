//! `sub`: this node's durable subscriptions: made, looked at, moved, deleted, and what was parked of them.

mod definition;
mod tell;

pub(crate) use definition::{filter_of, place_of};

use crate::args::{DefinitionArgs, NodeArgs, SubCommand};
use crate::config::{Material, Node};
use crate::connect::{self, refused};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::runtime;
use precinto_client::subscribe::Start;
use precinto_client::subscriptions::{Definition, Subscriptions};
use serde_json::{Value, json};

/// Runs `sub …`.
pub(crate) fn run(command: &SubCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        SubCommand::Create {
            name,
            definition,
            node,
        } => create(name, definition, node, output),
        SubCommand::List { node } => list(node, output),
        SubCommand::Show { name, node } => with(node, async |subscriptions| {
            let found = subscriptions.get(name).await;
            let found = found.map_err(|refusal| refused(&refusal))?;
            output.result(&tell::json(&found), || tell::lines(&found, output.lang()))?;
            Ok(Exit::Done)
        }),
        SubCommand::Seek { name, to, node } => seek(name, to, node, output),
        SubCommand::Parked { name, node } => parked(name, node, output),
        SubCommand::Unpark {
            name,
            indexes,
            all,
            node,
        } => unpark(name, (!all).then(|| indexes.clone()), node, output),
        SubCommand::Delete { name, node } => with(node, async |subscriptions| {
            let deleted = subscriptions.delete(name).await;
            deleted.map_err(|refusal| refused(&refusal))?;
            let said = json!({ "schema": "precinto.subscription.deleted/v1", "name": name });
            output.result(&said, || {
                let what = output.lang().pick("deleted", "se eliminó");
                vec![format!("{what} {name}")]
            })?;
            Ok(Exit::Done)
        }),
    }
}

fn create(
    name: &str,
    definition: &DefinitionArgs,
    node: &NodeArgs,
    output: Output,
) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let from = definition.from.as_deref();
    let definition = Definition {
        name: name.to_owned(),
        start: from.map_or(Ok(Start::First), |from| place_of("--from", from, lang))?,
        filter: filter_of(definition)?,
        attempts_max: definition.attempts.unwrap_or_default(),
    };
    with(node, async |subscriptions| {
        let made = subscriptions.create(&definition).await;
        let made = made.map_err(|refusal| refused(&refusal))?;
        output.result(&tell::json(&made), || tell::lines(&made, lang))?;
        Ok(Exit::Done)
    })
}

fn list(node: &NodeArgs, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    with(node, async |subscriptions| {
        let all = subscriptions.list().await;
        let all = all.map_err(|refusal| refused(&refusal))?;
        if output.is_text() {
            for line in tell::table(&all, lang) {
                output.line(line)?;
            }
        } else if output.is_lines() {
            for one in &all {
                output.json_line(&tell::json(one))?;
            }
        } else {
            let all: Vec<Value> = all.iter().map(tell::json).collect();
            let all = json!({ "schema": "precinto.subscriptions/v1", "subscriptions": all });
            output.json(&all)?;
        }
        if all.is_empty() {
            output.talk(lang.pick(
                "this node has no subscription; watch makes one, or:  precinto sub create NAME",
                "este nodo no tiene suscripciones; watch crea una, o:  precinto sub create NOMBRE",
            ));
        }
        Ok(Exit::Done)
    })
}

fn seek(name: &str, to: &str, node: &NodeArgs, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let to = place_of("WHERE", to, lang)?;
    with(node, async |subscriptions| {
        let moved = subscriptions.seek(name, to).await;
        let moved = moved.map_err(|refusal| refused(&refusal))?;
        let mut said = tell::json(&moved.subscription);
        if let Some(said) = said.as_object_mut() {
            said.insert("act_index".to_owned(), json!(moved.act_index));
        }
        let (position, act) = (moved.subscription.position, moved.act_index);
        output.result(&said, || {
            vec![lang.pick(
                format!("{name} goes on at entry {position}; entry {act} of the log says so"),
                format!("{name} sigue en la entrada {position}; consta en la entrada {act} de la bitácora"),
            )]
        })?;
        Ok(Exit::Done)
    })
}

fn parked(name: &str, node: &NodeArgs, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    with(node, async |subscriptions| {
        let parked = subscriptions.parked(name).await;
        let parked = parked.map_err(|refusal| refused(&refusal))?;
        if output.is_text() {
            for line in tell::parked_table(&parked, lang) {
                output.line(line)?;
            }
        } else if output.is_lines() {
            for one in &parked {
                output.json_line(&tell::parked_json(one))?;
            }
        } else {
            let all: Vec<Value> = parked.iter().map(tell::parked_json).collect();
            output.json(&json!({ "schema": "precinto.parked/v1", "name": name, "parked": all }))?;
        }
        if parked.is_empty() {
            output.talk(lang.pick("nothing is parked", "no hay entregas apartadas"));
        } else {
            output.talk(lang.pick(
                format!("when the reason is mended:  precinto sub unpark {name} --all"),
                format!("cuando se corrija el motivo:  precinto sub unpark {name} --all"),
            ));
        }
        Ok(Exit::Done)
    })
}

/// Puts `indexes` back; everything for none.
fn unpark(
    name: &str,
    indexes: Option<Vec<u64>>,
    node: &NodeArgs,
    output: Output,
) -> anyhow::Result<Exit> {
    let lang = output.lang();
    with(node, async |subscriptions| {
        let back = match indexes {
            Some(indexes) => subscriptions.unpark(name, indexes).await,
            None => subscriptions.unpark_all(name).await,
        };
        let back = back.map_err(|refusal| refused(&refusal))?;
        let said = json!({
            "schema": "precinto.unparked/v1",
            "name": name,
            "indexes": back.indexes,
            "act_index": (!back.indexes.is_empty()).then_some(back.act_index),
        });
        let (count, act) = (back.indexes.len(), back.act_index);
        output.result(&said, || {
            if count == 0 {
                return vec![
                    lang.pick("nothing is parked", "no hay entregas apartadas")
                        .to_owned(),
                ];
            }
            vec![lang.pick(
                format!("deliveries put back: {count}; entry {act} of the log says so"),
                format!("entregas repuestas: {count}; consta en la entrada {act} de la bitácora"),
            )]
        })?;
        Ok(Exit::Done)
    })
}

fn with(
    args: &NodeArgs,
    work: impl AsyncFnOnce(Subscriptions) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let node = Node::from_args(args)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    runtime::run(async {
        let connection = connect::open(&material).await?;
        work(Subscriptions::new(&connection)).await
    })
}

//! `demo`: the whole system in one terminal, played with the commands that an operator would use.
//!
//! ```text
//! stage    throw-away keys, configuration files, gateway and nodes: child processes of this binary
//! script   the built-in story, or records from a CSV file
//! play     drafts to `send -`, deliveries from `watch`, acknowledgements and outcomes back
//! attacks  what must be refused, tried with the ordinary commands
//! proof    every receipt checked again, then `audit log` over the journal that was just written
//! report   what went where, how long it took, and the verdict
//! ```

mod attacks;
mod child;
mod country;
mod generator;
mod play;
mod proof;
mod report;
mod script;
mod seizures;
mod stage;
mod story;

use crate::args::Demo;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::{clock, runtime, stop};
use play::Play;
use report::Report;
use script::Script;
use stage::Stage;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// A draft of an alert to start from: one of the story's.
pub(crate) const SAMPLE: &str = story::SAMPLES[0].text;

/// Completes when a person wants the demo to end.
type Stopped = Pin<Box<dyn Future<Output = ()>>>;

/// Runs `demo …`.
pub(crate) fn run(args: &Demo, output: Output) -> anyhow::Result<Exit> {
    let script = match &args.input {
        Some(path) => seizures::script(path, args.seed, args.faulty)?,
        None => story::script()?,
    };
    if let Some(data) = &args.data {
        refuse_used_folder(data)?;
    }
    runtime::run(async {
        let mut stopped: Stopped = Box::pin(stop::requested(false)?);
        let mut stage = tokio::select! {
            stage = Stage::build(args.data.as_deref()) => stage?,
            () = &mut stopped => return Err(interrupted()),
        };
        let result = tokio::select! {
            result = perform(args, &mut stage, script, output) => result,
            () = &mut stopped => Err(interrupted()),
        };
        if args.keep && result.is_ok() {
            keep(&stage, output);
            stopped.await;
        }
        stage.end().await?;
        result
    })
}

/// Everything between the curtain's rise and the verdict.
async fn perform(
    args: &Demo,
    stage: &mut Stage,
    script: Script,
    output: Output,
) -> anyhow::Result<Exit> {
    let watch = clock::Stopwatch::start();
    let lang = output.lang();
    let connected = lang.pick(
        "nodes of two sides connected to the gateway at",
        "nodos de dos lados conectados a la pasarela en",
    );
    output.talk(format!(
        "{} {connected} {}",
        stage.nodes.len(),
        stage.address
    ));
    let rows = script.refused.clone();
    let rows_refused: u64 = rows.values().sum();
    let bar = match args.input {
        Some(_) => output.progress(
            rows_refused + script.cues.len() as u64,
            lang.pick("alerts", "alertas"),
        ),
        None => indicatif::ProgressBar::hidden(),
    };
    bar.inc(rows_refused);
    let record = Play::new(stage, script, &bar).run().await?;
    bar.finish_and_clear();
    let mut report = Report::new(record, rows, stage);
    if args.input.is_none() {
        let (attacks, unchanged) = attacks::run(stage).await?;
        report.attacked(attacks, unchanged);
    }
    if !args.keep {
        stage.end().await?;
    }
    report.proven(proof::of(stage).await?);
    report.print(watch.elapsed(), args.input.is_none(), output)
}

/// What a person can try from another terminal while everything runs.
fn keep(stage: &Stage, output: Output) {
    let lang = output.lang();
    let program = stage.starter.program();
    let file = |name: &str| stage.node_file(name).display().to_string();
    let (lax, mex) = (file("us-cbp-lax"), file("mx-anam-mex"));
    let keys = stage.keys.display();
    let sample = stage.samples().join("precursor-us-mx.yaml");
    output.talk("");
    output.talk(lang.pick(
        "everything keeps running; Ctrl-C ends it. Try from another terminal:",
        "todo sigue en marcha; Ctrl-C lo termina. Pruebe desde otra terminal:",
    ));
    output.talk(format!("  {program} watch desk-2 --node {mex}"));
    output.talk(format!(
        "  {program} send alert {} --node {lax}",
        sample.display()
    ));
    output.talk(format!("  {program} doctor --node {lax}"));
    output.talk(format!(
        "  {program} audit log {} --vkey '{}' --trust {} --against {}",
        stage.data.display(),
        stage.vkey,
        stage.trust().display(),
        stage.receipts.display(),
    ));
    output.talk(format!(
        "  grpcurl -cacert {keys}/trust/us.dev.invalid/root.pem -cert {keys}/us/cbp/lax.tls.pem \
         -key {keys}/us/cbp/lax.tls.key.pem -authority us.gw.dev.invalid {} list",
        stage.address
    ));
}

fn interrupted() -> anyhow::Error {
    Failure::new(Exit::Failed, ("interrupted", "interrumpido")).into()
}

/// A journal goes on only under its own key, and each demo has new keys.
fn refuse_used_folder(data: &Path) -> Result<(), Failure> {
    let used = match std::fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Failure::usage(Text::io(&error).about(data.display()))),
    };
    if used {
        let what = Text::from(("it is not empty", "no está vacía"));
        return Err(Failure::usage(what.about(data.display())).next((
            "name a new folder: each demo has new keys, and a log never changes its own",
            "indique una carpeta nueva: cada demostración tiene llaves nuevas, y una bitácora nunca cambia las suyas",
        )));
    }
    Ok(())
}

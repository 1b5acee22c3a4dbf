//! `directory propose`: the next version of this side's part, checked, shown in plain words, and signed.

use super::{CALL_SOMEBODY, Desk, alone, change, doubted, no_part, out_of_turn, refused, revoked};
use crate::args::DirectoryPropose;
use crate::clock;
use crate::config::{Material, Pair, load_signer, read_text};
use crate::exit::{Exit, Failure, Text};
use crate::files::write_public;
use crate::output::Output;
use crate::runtime;
use precinto_alert::Reason;
use precinto_alert::directory::{Change, Part, changes};
use precinto_client::Signer;
use precinto_client::directory::{Doubt, Held, as_next, believe, countersign, sign};
use precinto_envelope::directory::{PartRefused, SignedPart, SuccessionError};
use precinto_envelope::hex;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is to be signed.
enum Proposal {
    /// A text, as the next version.
    Text(String),
    /// What another steward has signed already.
    Signed(Box<SignedPart>),
}

/// A part with one signature more.
struct Signed {
    part: Arc<SignedPart>,
    /// How many signatures are missing.
    missing: usize,
}

/// Runs `directory propose`.
pub(super) fn run(args: &DirectoryPropose, output: Output) -> anyhow::Result<Exit> {
    let (settings, material) = Desk::material(&args.node)?;
    let officer = officer(args, &material)?;
    let given = read(&args.file)?;
    runtime::run(async {
        let mut desk = Desk::open(&settings, &material).await?;
        let before = desk.own().await?;
        may_build_on(&before, output)?;
        let (proposal, part) = check(given, &before, &args.file)?;
        let changes = changes(Some(before.part()), &part);
        warn_of_alone(&part, output);
        is_steward(&officer, &before)?;
        if args.dry_run {
            tell(&before, &part, &changes, None, output)?;
            return Ok(Exit::Done);
        }
        let signed = put_to(&proposal, &officer, &before, &material)?;
        if signed.missing == 0 {
            // The gateway knows the other side's part as well: better told now than when it is applied.
            let checked = desk.client.apply(&signed.part, true, &mut desk.seen).await;
            checked.map_err(|error| super::failed(&error))?;
        }
        let file = args.out.clone().unwrap_or_else(|| match &proposal {
            Proposal::Text(_) => PathBuf::from(format!("{}.part", part.side())),
            Proposal::Signed(_) => args.file.clone(),
        });
        write_public(&file, signed.part.bytes())?;
        tell(&before, &part, &changes, Some((&signed, &file)), output)?;
        Ok(Exit::Done)
    })
}

fn officer(args: &DirectoryPropose, material: &Material) -> Result<Signer, Failure> {
    let signer = match (args.card.files(), &args.officer) {
        (Some((certificate, key)), _) => load_signer(&Pair { certificate, key }),
        (None, id) => material.officer(id.as_deref().unwrap_or_default()),
    };
    let signer = signer.map_err(Failure::from)?;
    if signer.officer().is_none() {
        return Err(Failure::coded(
            Reason::StewardRequired,
            (
                "this certificate is not an officer's, and only officers sign a part of the directory",
                "este certificado no es de un oficial, y solo los oficiales firman una parte del directorio",
            ),
        ));
    }
    Ok(signer)
}

/// A signed part is known by its form; anything else must be a text.
pub(super) fn read_signed(file: &Path) -> Result<SignedPart, Failure> {
    let bytes = std::fs::read(file).map_err(|error| {
        let path = file.display();
        let (en, es) = (
            format!("cannot read {path}"),
            format!("no se puede leer {path}"),
        );
        Failure::usage(Text::io(&error).behind(en, es))
    })?;
    SignedPart::read(bytes).map_err(|error| Failure::usage(refused(&error).about(file.display())))
}

fn read(file: &Path) -> Result<Proposal, Failure> {
    let is_part = file
        .extension()
        .is_some_and(|extension| extension == "part");
    match read_signed(file) {
        Ok(signed) => Ok(Proposal::Signed(Box::new(signed))),
        Err(failure) if is_part => Err(failure),
        Err(_) => Ok(Proposal::Text(read_text(file)?)),
    }
}

/// Nobody signs on top of what is not to be believed; a steward whose card was lost meanwhile is a reason to sign anew.
fn may_build_on(before: &Held, output: Output) -> Result<(), Failure> {
    let Some(doubt) = &before.doubt else {
        if let Some(since_ms) = before.revoked_since {
            output.say(revoked(since_ms).pick(output.lang()));
        }
        return Ok(());
    };
    let why = doubted(doubt);
    Err(Failure {
        exit: Exit::VerificationFailed,
        ..Failure::coded(
            doubt.reason(),
            why.behind(
                "the part in force is not to be believed, so nothing is signed on top of it",
                "no se le puede creer a la parte vigente, así que no se firma nada sobre ella",
            ),
        )
    })
}

/// The part that comes next, all of whose names are good.
fn check(given: Proposal, before: &Held, file: &Path) -> Result<(Proposal, Part), Failure> {
    let (proposal, part) = match given {
        Proposal::Text(text) => {
            let next = as_next(&text, before);
            let part = Part::parse(&next).map_err(|error| {
                Failure::usage(no_part(&error).about(file.display())).next((
                    "precinto directory show DOMAIN --text  shows what is in force",
                    "precinto directory show DOMINIO --text  muestra lo vigente",
                ))
            })?;
            (Proposal::Text(next), part)
        }
        Proposal::Signed(signed) => {
            let part = signed.part().clone();
            (Proposal::Signed(signed), part)
        }
    };
    let (own, spoken_for) = (before.part().side(), part.side());
    if own != spoken_for {
        return Err(Failure::usage((
            format!(
                "{}: speaks for {spoken_for}, and this node is of {own}",
                file.display()
            ),
            format!(
                "{}: habla por {spoken_for}, y este nodo es de {own}",
                file.display()
            ),
        )));
    }
    let newest = before.part().version();
    if part.version() != newest.saturating_add(1) || part.previous() != Some(before.signed.digest())
    {
        return Err(Failure::coded(
            Reason::DirectoryVersion,
            (
                format!(
                    "{}: was not made on top of version {newest}, which is in force",
                    file.display()
                ),
                format!(
                    "{}: no se hizo sobre la versión {newest}, que es la vigente",
                    file.display()
                ),
            ),
        )
        .next((
            "propose the text again, and have it signed again",
            "proponga otra vez el texto y haga que se firme de nuevo",
        )));
    }
    Ok((proposal, part))
}

/// Said before anybody signs it: it is no mistake, and is found out when it is too late.
fn warn_of_alone(part: &Part, output: Output) {
    let names: Vec<String> = alone(part).map(|id| id.agency().to_owned()).collect();
    if names.is_empty() {
        return;
    }
    let names = names.join(", ");
    let lang = output.lang();
    output.say(&lang.pick(
        format!("warning: nobody is called when these do not answer in time, they name neither alternates nor a group: {names}"),
        format!("aviso: no se llama a nadie cuando estas no responden a tiempo, no indican suplentes ni grupo: {names}"),
    ));
    output.say(lang.pick(CALL_SOMEBODY.0, CALL_SOMEBODY.1));
}

fn is_steward(officer: &Signer, before: &Held) -> Result<(), Failure> {
    let stewards = &before.part().stewards().officers;
    if officer.officer().is_some_and(|id| stewards.contains(id)) {
        return Ok(());
    }
    let (id, known) = (officer.identity(), change::officers(stewards));
    Err(Failure::coded(
        Reason::StewardRequired,
        (
            format!("{id} is no steward of the part in force"),
            format!("{id} no es custodio de la parte vigente"),
        ),
    )
    .next((
        format!("have it signed by one of: {known}"),
        format!("solicite la firma de: {known}"),
    )))
}

/// Signs, and judges the whole as the gateway will.
fn put_to(
    proposal: &Proposal,
    officer: &Signer,
    before: &Held,
    material: &Material,
) -> Result<Signed, Failure> {
    let signed = match proposal {
        Proposal::Text(text) => sign(text, officer),
        Proposal::Signed(part) => countersign(part, officer),
    };
    let signed = signed.map_err(|error| match error {
        PartRefused::SignatureRepeated => Failure::usage((
            format!("{} has signed it already", officer.identity()),
            format!("{} ya lo firmó", officer.identity()),
        )),
        error => Failure::usage(refused(&error)),
    })?;
    let part = Arc::new(signed);
    let trust = &material.settings.trust;
    match believe(&part, Some(&before.signed), trust, clock::now_ms()) {
        Ok(_) => Ok(Signed { part, missing: 0 }),
        Err(Doubt::Succession(SuccessionError::Stewards { needed })) => {
            let count = part.signatures();
            let missing = needed.saturating_sub(count);
            if missing == 0 {
                // Enough, and somebody else beside them.
                let error = SuccessionError::Stewards { needed };
                return Err(Failure::coded(error.reason(), out_of_turn(&error)));
            }
            Ok(Signed { part, missing })
        }
        Err(doubt) => Err(Failure::coded(doubt.reason(), doubted(&doubt))),
    }
}

fn tell(
    before: &Held,
    part: &Part,
    changes: &[Change],
    signed: Option<(&Signed, &PathBuf)>,
    output: Output,
) -> anyhow::Result<()> {
    let lang = output.lang();
    let (side, version) = (part.side(), part.version());
    let missing = signed.map(|(signed, _)| signed.missing);
    let said = json!({
        "schema": "precinto.directory.proposal/v1",
        "ok": true,
        "side": side.to_string(),
        "version": version,
        "previous": hex(before.signed.digest()),
        "digest": signed.map(|(signed, _)| hex(signed.part.digest())),
        "file": signed.map(|(_, file)| file.display().to_string()),
        "signatures_missing": missing,
        "changes": change::to_json(changes),
    });
    output.result(&said, || {
        let newest = version.saturating_sub(1);
        let mut lines = vec![lang.pick(
            format!("{side}: version {version}, on top of version {newest}"),
            format!("{side}: versión {version}, sobre la versión {newest}"),
        )];
        lines.extend(change::lines(changes, part, lang));
        lines
    })?;
    let stewards = part.stewards();
    if stewards.needed == 1 {
        output.say(lang.pick(
            "one steward's signature is enough for a change: whoever holds any one of their cards can take over this side. `stewards_needed = 2` guards against it",
            "basta la firma de un custodio para un cambio: quien tenga una sola de sus tarjetas puede apoderarse de este lado. `stewards_needed = 2` lo evita",
        ));
    }
    match signed {
        None => output.say(lang.pick("nothing was signed", "no se firmó nada")),
        Some((Signed { missing: 0, .. }, file)) => {
            let file = file.display();
            output.say(&lang.pick(
                format!("signed: {file}; the gateway would take it. To put it in force:  precinto directory apply {file}"),
                format!("firmado: {file}; la pasarela lo aceptaría. Para ponerlo en vigor:  precinto directory apply {file}"),
            ));
        }
        Some((Signed { missing, .. }, file)) => {
            let file = file.display();
            let stewards = change::officers(&before.part().stewards().officers);
            output.say(&lang.pick(
                format!("signed: {file}; signatures still missing: {missing}, of {stewards}. They sign with:  precinto directory propose {file}"),
                format!("firmado: {file}; firmas que faltan: {missing}, de {stewards}. Se firma con:  precinto directory propose {file}"),
            ));
        }
    }
    Ok(())
}

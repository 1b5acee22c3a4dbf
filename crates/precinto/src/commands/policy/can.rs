//! `policy can`: may this agency submit, receive or read this message, and which rules say so?

use super::test::outcome;
use super::{Court, digest, of_table, rule};
use crate::args::{PolicyAct, PolicyCan, PolicyPassage};
use crate::clock;
use crate::config::read_text;
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Mark, Output};
use precinto_alert::code::{Coded, CommodityClass, MessageType};
use precinto_alert::id::OfficerId;
use precinto_policy::table::{Act, MessageText};
use precinto_policy::{Outcome, Passage, Verdict};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde_json::{Value, json};
use std::path::Path;

/// Runs `policy can`.
pub(super) fn run(args: &PolicyCan, output: Output) -> anyhow::Result<Exit> {
    let court = match &args.table {
        Some(table) => Court::open(table, &args.policy)?,
        None => Court::of_parts(&args.part, &args.policy)?,
    };
    let message = message(args, output)?;
    let act = match args.act {
        PolicyAct::Submit => Act::Submit,
        PolicyAct::Receive => Act::Receive,
        PolicyAct::Read => Act::Read,
    };
    let passage = match args.passage {
        PolicyPassage::Direct => Passage::Direct,
        PolicyPassage::Onward => Passage::Onward,
        PolicyPassage::Released => Passage::OnwardReleased,
    };
    let question = court.table.question(act, &args.who, passage, message);
    let question = question.map_err(|error| {
        let head = ("this cannot be asked:", "esto no puede preguntarse:");
        Failure::usage(of_table(&error, head)).next((
            "agencies stand in the table or in the parts as [[agency]]; what codes there are says precinto policy schema",
            "las dependencias están en la tabla o en las partes como [[agency]]; qué códigos hay lo dice precinto policy schema",
        ))
    })?;
    let verdict = question.decide(&court.rules);
    output.result(&to_json(&court, &verdict), || {
        lines(&court, &verdict, output)
    })?;
    Ok(if verdict.allowed() {
        Exit::Done
    } else {
        Exit::NotPermitted
    })
}

/// The draft's facts, and those that flags state in their place.
fn message(args: &PolicyCan, output: Output) -> Result<MessageText, Failure> {
    let mut message = match &args.draft {
        Some(file) => of_draft(file, args.to.is_empty(), output)?,
        None => MessageText {
            to: vec![args.who.clone()],
            ..MessageText::default()
        },
    };
    message.from.clone_from(&args.from);
    if !args.to.is_empty() {
        message.to.clone_from(&args.to);
        message.to_officers_of.clear();
    }
    let texts = [
        (&args.message_type, &mut message.message_type),
        (&args.tlp, &mut message.tlp),
    ];
    for (flag, of_draft) in texts {
        if flag.is_some() {
            of_draft.clone_from(flag);
        }
    }
    let lists = [
        (&args.mark, &mut message.marks),
        (&args.commodity, &mut message.commodities),
        (&args.releasable_to, &mut message.releasable_to),
    ];
    for (flags, of_draft) in lists {
        if !flags.is_empty() {
            of_draft.clone_from(flags);
        }
    }
    message.names_persons |= args.names_persons;
    Ok(message)
}

/// What a draft says; to whom only if nobody else says it, because groups stand for nobody here.
fn of_draft(file: &Path, with_addressees: bool, output: Output) -> Result<MessageText, Failure> {
    let value = Draft::parse_file(file, &read_text(file)?);
    let value = value.map_err(|what| Failure::usage(what.about(file.display())))?;
    let draft = Draft::read_in(&value, clock::now_ms(), output.lang());
    let draft = draft
        .map_err(|error| Failure::usage(Text::chosen(error.to_string()).about(file.display())))?;
    let said = &draft.statement;
    let (to, to_officers_of) = if with_addressees {
        addressees(&said.recipients)?
    } else {
        (Vec::new(), Vec::new())
    };
    let handling = said.handling.clone().unwrap_or_default();
    let commodities = said.commodities.iter();
    let commodities = commodities.filter_map(|raw| CommodityClass::try_from(*raw).ok());
    let names_persons = draft.content.as_ref().is_some_and(|(_, bytes)| {
        let is_alert = matches!(said.r#type(), MessageType::Alert | MessageType::Amend);
        is_alert && pb::AlertContent::decode(bytes.as_slice()).is_ok_and(|c| !c.parties.is_empty())
    });
    Ok(MessageText {
        from: String::new(),
        to,
        to_officers_of,
        message_type: stated(said.r#type()),
        status: stated(said.status()),
        precedence: stated(said.precedence()),
        tlp: stated(handling.tlp()),
        commodities: commodities.map(|one| one.name().to_owned()).collect(),
        use_code: stated(handling.use_code()),
        authority: stated(said.authority()),
        protected_bag: stated(said.protected_bag()),
        names_persons,
        tear_line: handling.tear_line,
        criminal_intelligence: handling.criminal_intelligence,
        marks: handling.marks,
        releasable_to: handling.releasable_to,
    })
}

/// The code's name, unless none is stated.
fn stated(code: impl Coded) -> Option<String> {
    let number: i32 = code.into();
    (number != 0).then(|| code.name().to_owned())
}

/// Agencies as such, and those of named officers. Whom a group stands for only the directory knows.
fn addressees(recipients: &[pb::RecipientRef]) -> Result<(Vec<String>, Vec<String>), Failure> {
    let (mut agencies, mut of_officers) = (Vec::new(), Vec::new());
    for recipient in recipients {
        match recipient.kind() {
            pb::RecipientKind::Agency => agencies.push(recipient.name.clone()),
            pb::RecipientKind::Officer => {
                // An id that is none has no agency either, and is told as that.
                let officer = recipient.name.parse::<OfficerId>();
                let agency = officer.map(|officer| officer.agency().to_string());
                of_officers.push(agency.unwrap_or_else(|_| recipient.name.clone()));
            }
            _ => {
                let name = &recipient.name;
                return Err(Failure::usage((
                    format!("whom {name} stands for only the directory knows"),
                    format!("a quién representa {name} solo lo sabe el directorio"),
                ))
                .next((
                    "name the agencies: --to mx.dev.invalid/anam --to mx.dev.invalid/sat",
                    "nombre las dependencias: --to mx.dev.invalid/anam --to mx.dev.invalid/sat",
                )));
            }
        }
    }
    Ok((agencies, of_officers))
}

fn to_json(court: &Court, verdict: &Verdict) -> Value {
    let rules = verdict.rules();
    let rules = rules.map(|id| rule::to_json(Some(&court.rules), id));
    json!({
        "schema": "precinto.policy.can/v1",
        "allowed": verdict.allowed(),
        "failed": verdict.outcome() == Outcome::Failed,
        "rules": rules.collect::<Vec<Value>>(),
        "floor": court.rules.floor().name(),
        "digest": digest(&court.rules),
    })
}

fn lines(court: &Court, verdict: &Verdict, output: Output) -> Vec<String> {
    let lang = output.lang();
    let mark = match verdict.outcome() {
        Outcome::Allowed => Mark::Good,
        Outcome::Refused | Outcome::Failed => Mark::Bad,
    };
    let mut lines = vec![format!(
        "{} {}",
        output.mark(mark),
        outcome(verdict.allowed(), lang)
    )];
    let rules = verdict.rules();
    lines.extend(rules.flat_map(|id| rule::lines(Some(&court.rules), id, lang)));
    lines
}

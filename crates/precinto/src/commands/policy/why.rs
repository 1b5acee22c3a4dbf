//! `policy why`: by which rules a message was let in, refused, or kept from somebody later, told from the log alone.

use super::log::{Logged, PartSeen, Parts, Proof, read};
use super::{as_the_folder_says, rule};
use crate::args::PolicyWhy;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::{Lang, Mark, Output, printable};
use precinto_alert::code::{Coded, MessageType};
use precinto_alert::id::{AlertId, MessageId};
use precinto_alert::reason as catalogue;
use precinto_envelope::hex;
use precinto_merkle::leaf::EntryType;
use precinto_policy::{Floor, Rules};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Entries that one line of text names; `-o json` names all.
const SHOWN_MAX: usize = 20;

/// What is asked about.
enum Asked {
    Index(u64),
    Message(MessageId),
    Alert(AlertId),
}

/// One decision as the log keeps it.
struct Decided {
    index: u64,
    time_ms: u64,
    said: Said,
    decision: pb::Decision,
    /// The parts of the directory by which it was decided; nothing if the log does not show one of them.
    parts: Option<Vec<Arc<PartSeen>>>,
    /// What these parts and the floor say, as far as they can be read.
    rules: Option<Rules>,
}

/// What was decided about.
enum Said {
    /// It was let in.
    Accepted {
        statement: Box<pb::Statement>,
        record: Box<pb::StatementRecord>,
    },
    /// It was refused; what it said is not in the log.
    Refused(Box<pb::ActRecord>),
    /// They are in the log, and were not given to somebody.
    Withheld(pb::WithheldEntries),
}

/// Whether the digest of a decision is that of the rules in the parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digest {
    /// It is.
    Holds,
    /// It is another one.
    Differs,
    /// The rules are not to be had.
    Unknown,
    /// The floor was code, and there is none.
    None,
}

/// Runs `policy why`.
pub(super) fn run(args: &PolicyWhy, output: Output) -> anyhow::Result<Exit> {
    let asked = Asked::parse(&args.what)?;
    let (mut parts, mut found) = (Parts::default(), Vec::new());
    let mut each = |entry: Logged| {
        parts.see(&entry);
        match withheld_in(&entry) {
            Some(withheld) => {
                let decided = asked.withheld(&entry, withheld, &parts, &found);
                found.extend(decided);
            }
            None => found.extend(asked.decided(&entry, &parts)),
        }
    };
    let proof = read(&args.log, &mut each, output)?;
    if found.is_empty() {
        return Err(nothing(&args.what).into());
    }
    let said = json!({
        "schema": "precinto.policy.why/v1",
        "audited": false,
        "entries": found.iter().map(Decided::to_json).collect::<Vec<Value>>(),
    });
    output.result(&said, || {
        let lines = found.iter().flat_map(|one| one.lines(output));
        lines.collect()
    })?;
    if proof == Proof::AsItIs {
        output.say(as_the_folder_says(output.lang()));
    }
    let digests: Vec<Digest> = found.iter().map(Decided::digest).collect();
    Ok(if digests.contains(&Digest::Differs) {
        Exit::VerificationFailed
    } else if digests.contains(&Digest::Unknown) {
        Exit::Inconclusive
    } else {
        Exit::Done
    })
}

fn nothing(what: &str) -> Failure {
    let what = printable(what);
    Failure::new(
        Exit::NotFound,
        (
            format!("nothing was decided about {what}, as far as this log is shown to this reader"),
            format!("nada se decidió sobre {what}, hasta donde esta bitácora se muestra a este lector"),
        ),
    )
    .next((
        "precinto log tail  shows what there is; a node sees what it is a party to, an auditor what is of its side",
        "precinto log tail  muestra lo que hay; un nodo ve aquello en que es parte, un auditor lo que es de su lado",
    ))
}

impl Asked {
    fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        if let Ok(index) = text.trim_start_matches('#').parse() {
            return Ok(Self::Index(index));
        }
        if let Ok(message) = text.parse() {
            return Ok(Self::Message(message));
        }
        text.to_uppercase().parse().map(Self::Alert).map_err(|_| {
            let text = printable(text);
            Failure::usage((
                format!("\"{text}\" is no index of an entry, no alert id and no message id"),
                format!("\"{text}\" no es el índice de una entrada, ni un folio de alerta, ni un identificador de mensaje"),
            ))
            .next((
                "precinto list  shows alerts, precinto log tail  entries",
                "precinto list  muestra alertas, precinto log tail  entradas",
            ))
        })
    }

    /// What this entry says of a decision, if it is one that is asked about.
    fn decided(&self, entry: &Logged, parts: &Parts) -> Option<Decided> {
        let (said, decision, parts) = match entry.entry_type {
            EntryType::Statement => {
                let record = pb::StatementRecord::decode(entry.record.as_slice()).ok()?;
                let envelope = pb::Envelope::decode(entry.content.as_slice()).ok()?;
                let statement = pb::Statement::decode(envelope.payload.as_slice()).ok()?;
                let alert_id = statement.alert_id.parse().ok();
                self.means(entry.index, &statement.message_id, alert_id.as_ref())
                    .then_some(())?;
                let decision = record.decision.clone().unwrap_or_default();
                let parts = parts.named(&record.trust);
                let (statement, record) = (Box::new(statement), Box::new(record));
                (Said::Accepted { statement, record }, decision, parts)
            }
            EntryType::Act => {
                let record = pb::ActRecord::decode(entry.record.as_slice()).ok()?;
                let decision = record.decision.clone().unwrap_or_default();
                let said = match record.kind() {
                    pb::ActKind::SubmissionRefused => {
                        self.means(entry.index, &record.message_id, None)
                            .then_some(())?;
                        Said::Refused(Box::new(record))
                    }
                    _ => return None,
                };
                // An act does not name what it was decided by. It is what was in force.
                (said, decision, Some(parts.newest()))
            }
            _ => return None,
        };
        Some(Decided::of(entry, said, decision, parts))
    }

    /// What is asked about of what this act lists: each verdict, with the entries that were found so far, or with all of them where
    /// the act itself is asked about.
    fn withheld(
        &self,
        entry: &Logged,
        withheld: Vec<pb::WithheldEntries>,
        parts: &Parts,
        found: &[Decided],
    ) -> Vec<Decided> {
        let is_asked = self.means(entry.index, &[], None);
        let decided = withheld.into_iter().filter_map(|mut one| {
            one.indexes
                .retain(|index| is_asked || found.iter().any(|found| found.index == *index));
            (!one.indexes.is_empty()).then_some(())?;
            let decision = one.decision.take().unwrap_or_default();
            // It stands there later, and others may be in force by then.
            let before = floor_of(&decision)
                .and_then(|floor| parts.last_with(floor, &decision.policy_digest));
            let parts = before.unwrap_or_else(|| parts.newest());
            Some(Decided::of(
                entry,
                Said::Withheld(one),
                decision,
                Some(parts),
            ))
        });
        decided.collect()
    }

    fn means(&self, index: u64, message_id: &[u8], alert_id: Option<&AlertId>) -> bool {
        match self {
            Self::Index(asked) => *asked == index,
            Self::Message(asked) => asked.as_bytes() == message_id,
            Self::Alert(asked) => Some(asked) == alert_id,
        }
    }
}

/// What this entry lists, if it is an act that says what was withheld.
fn withheld_in(entry: &Logged) -> Option<Vec<pb::WithheldEntries>> {
    (entry.entry_type == EntryType::Act).then_some(())?;
    let record = pb::ActRecord::decode(entry.record.as_slice()).ok()?;
    (record.kind() == pb::ActKind::DeliveryWithheld).then_some(record.withheld)
}

impl Decided {
    fn of(
        entry: &Logged,
        said: Said,
        decision: pb::Decision,
        parts: Option<Vec<Arc<PartSeen>>>,
    ) -> Self {
        let floor = floor_of(&decision);
        let rules = floor.zip(parts.as_ref()).and_then(|(floor, parts)| {
            let parts = parts.iter().map(|part| part.signed.part());
            Rules::of_parts(floor, parts).ok()
        });
        Self {
            index: entry.index,
            time_ms: entry.time_ms,
            said,
            decision,
            parts,
            rules,
        }
    }

    fn digest(&self) -> Digest {
        let says = &self.decision.policy_digest;
        match &self.rules {
            _ if says.is_empty() => Digest::None,
            Some(rules) if *says == rules.digest() => Digest::Holds,
            Some(_) => Digest::Differs,
            None => Digest::Unknown,
        }
    }

    fn allowed(&self) -> bool {
        matches!(self.said, Said::Accepted { .. })
    }

    /// The rules, if they are those that decided: the texts of others would explain nothing.
    fn deciding(&self) -> Option<&Rules> {
        let rules = self.rules.as_ref();
        rules.filter(|_| self.digest() == Digest::Holds)
    }

    fn to_json(&self) -> Value {
        let rules = self.decision.rules.iter();
        let rules = rules.map(|id| rule::to_json(self.deciding(), id));
        let part = |part: &Arc<PartSeen>| {
            json!({
                "side": part.signed.part().side().to_string(),
                "version": part.signed.part().version(),
                "entry": part.index,
                "digest": part.signed.digest_text(),
                "policy": part.signed.part().policy().is_some(),
            })
        };
        let parts = self.parts.as_ref();
        let parts = parts.map(|parts| parts.iter().map(part).collect::<Vec<Value>>());
        let mut all = json!({
            "entry": self.index,
            "time": clock::rfc3339_ms(self.time_ms),
            "allowed": self.allowed(),
            "floor": self.decision.policy,
            "digest": hex(&self.decision.policy_digest),
            "digest_holds": match self.digest() {
                Digest::Holds => Some(true),
                Digest::Differs => Some(false),
                Digest::Unknown | Digest::None => None,
            },
            "rules": rules.collect::<Vec<Value>>(),
            "parts": parts,
        });
        let about = match &self.said {
            Said::Accepted { statement, record } => json!({
                "message_id": message_id(&statement.message_id),
                "type": statement.r#type().name(),
                "alert_id": statement.alert_id,
                "sender": statement.sender,
                "nominal": record.nominal,
                "onward": record.onward.iter().map(|one| json!({
                    "agency": one.agency, "released_by": one.released_by,
                })).collect::<Vec<Value>>(),
            }),
            Said::Refused(act) => json!({
                "message_id": message_id(&act.message_id),
                "sender": act.party,
                "carrier": act.actor,
                "reason": catalogue::name(act.reason()),
                "certificate": hex(&act.certificate),
            }),
            Said::Withheld(one) => json!({
                "withheld": one.indexes,
                "from_agency": one.agency,
                "reason": catalogue::name(one.reason()),
            }),
        };
        if let (Value::Object(all), Value::Object(about)) = (&mut all, about) {
            all.extend(about);
        }
        all
    }

    fn lines(&self, output: Output) -> Vec<String> {
        let lang = output.lang();
        let mark = output.mark(if self.allowed() {
            Mark::Good
        } else {
            Mark::Bad
        });
        let (index, time) = (self.index, clock::rfc3339_ms(self.time_ms));
        let mut lines = vec![format!("{mark} #{index}  {time}  {}", self.headline(lang))];
        lines.extend(
            self.about(lang)
                .iter()
                .map(|line| format!("     {}", printable(line))),
        );
        let rules = self.decision.rules.iter();
        lines.extend(rules.flat_map(|id| rule::lines(self.deciding(), id, lang)));
        lines.extend(
            self.basis(lang)
                .iter()
                .map(|line| format!("     {}", printable(line))),
        );
        lines
    }

    fn headline(&self, lang: Lang) -> String {
        match &self.said {
            Said::Accepted { statement, .. } => {
                let kind = statement.r#type();
                let kind = MessageType::label(kind, lang.texts());
                let (alert, id) = (&statement.alert_id, message_id(&statement.message_id));
                let said = lang.pick("let in", "admitido");
                printable(&format!("{said}: {kind} {alert} {id}"))
            }
            Said::Refused(act) => {
                let said = lang.pick("refused", "rechazado");
                let (reason, id) = (catalogue::name(act.reason()), message_id(&act.message_id));
                printable(&format!("{said} ({reason}): {id}"))
            }
            Said::Withheld(one) => {
                let (agency, reason) = (&one.agency, catalogue::name(one.reason()));
                let shown = one.indexes.iter().take(SHOWN_MAX);
                let shown: Vec<String> = shown.map(|index| format!("#{index}")).collect();
                let (shown, more) = (shown.join(" "), one.indexes.len().saturating_sub(SHOWN_MAX));
                let mut said = lang.pick(
                    format!("withheld from {agency} ({reason}): {shown}"),
                    format!("retenido a {agency} ({reason}): {shown}"),
                );
                if more > 0 {
                    let more = lang.pick(format!(" and {more} more"), format!(" y {more} más"));
                    said.push_str(&more);
                }
                printable(&said)
            }
        }
    }

    /// Who said it, and what the rules went by that is not said by rules.
    fn about(&self, lang: Lang) -> Vec<String> {
        match &self.said {
            Said::Accepted { statement, record } => {
                let from = lang.pick("from", "de");
                let mut lines = vec![format!("{from} {}", statement.sender)];
                if record.nominal {
                    let said = ("it names persons or firms", "nombra personas o empresas");
                    lines.push(lang.pick(said.0, said.1).to_owned());
                }
                lines.extend(record.onward.iter().map(|one| {
                    let (agency, index) = (&one.agency, one.released_by);
                    lang.pick(
                        format!("passed on to {agency} by the originator's word, entry {index}"),
                        format!("reenviado a {agency} con la autorización del originador, entrada {index}"),
                    )
                }));
                lines
            }
            Said::Withheld(one) => {
                let entry = catalogue::entry(one.reason());
                vec![entry.text(lang.texts()).to_owned()]
            }
            Said::Refused(act) => {
                let entry = catalogue::entry(act.reason());
                let from = lang.pick("from", "de");
                let mut lines = vec![format!("{from} {}", act.party)];
                if !act.certificate.is_empty() {
                    let of = lang.pick("signed with the certificate", "firmado con el certificado");
                    lines.push(format!("{of} {}", hex(&act.certificate)));
                }
                lines.push(entry.text(lang.texts()).to_owned());
                lines
            }
        }
    }

    /// By which texts, and whether the log holds exactly these.
    fn basis(&self, lang: Lang) -> Vec<String> {
        let floor = &self.decision.policy;
        let digest = hex(&self.decision.policy_digest);
        let holds = match self.digest() {
            Digest::None => {
                return vec![lang.pick(
                    format!("decided by {floor}: rules that were code, and no side had a policy"),
                    format!(
                        "decidido por {floor}: reglas que eran código; ningún lado tenía política"
                    ),
                )];
            }
            Digest::Holds => lang.pick(
                "the digest of exactly these texts",
                "la huella de exactamente estos textos",
            ),
            Digest::Differs => lang.pick(
                "NOT the digest of these texts: by which it was decided cannot be told",
                "NO es la huella de estos textos: no puede decirse con cuáles se decidió",
            ),
            Digest::Unknown => lang.pick(
                "the log does not show the texts, so which rules these are cannot be told",
                "la bitácora no muestra los textos, así que no puede decirse qué reglas son",
            ),
        };
        let mut lines = Vec::new();
        if self.decision.rules.is_empty() {
            let said =
                "no written rule decided it, but one of the directory, of the case or of the form";
            lines.push(lang.pick(said, "no lo decidió una regla escrita, sino una del directorio, del caso o de la forma").to_owned());
        }
        lines.push(lang.pick(format!("by {floor} and"), format!("por {floor} y")));
        for part in self.parts.iter().flatten() {
            let held = part.signed.part();
            let (side, version, index) = (held.side(), held.version(), part.index);
            let policy = if held.policy().is_some() {
                lang.pick("its policy", "su política")
            } else {
                lang.pick("no policy", "sin política")
            };
            lines.push(lang.pick(
                format!("  {side}: version {version} of its part, entry {index}: {policy}"),
                format!("  {side}: versión {version} de su parte, entrada {index}: {policy}"),
            ));
        }
        lines.push(digest);
        lines.push(format!("  {holds}"));
        lines
    }
}

/// The floor that it was decided by, if it is one that is known here.
fn floor_of(decision: &pb::Decision) -> Option<Floor> {
    (decision.policy == Floor::NEWEST.name()).then_some(Floor::NEWEST)
}

fn message_id(bytes: &[u8]) -> String {
    let id = MessageId::from_slice(bytes);
    id.map_or_else(|_| hex(bytes), |id| id.to_string())
}

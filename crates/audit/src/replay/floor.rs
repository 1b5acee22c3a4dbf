//! The rules of the floor beyond signature and case, asked once more: those that a statement and the directory decide.
//!
//! Where the directory of a record is missing nothing is asked: that is a finding of its own.

use super::countries::Countries;
use super::decided::Decided;
use super::keys::Keys;
use super::shelf::Named;
use crate::finding::Kind;
use precinto_alert::case::{Audience, Case, Step};
use precinto_alert::code::MessageType;
use precinto_alert::content::Content;
use precinto_alert::id::{AgencyId, AlertId, NodeId, OfficerId, Side};
use precinto_alert::statement::Recipient;
use precinto_alert::{Reason, Statement, floor, reason};
use precinto_proto::v1 as pb;

/// A statement as far as the floor asks about it.
pub(super) struct Asked {
    statement: Statement,
    content: Option<Content>,
    /// Every agency that was sent it, if only on one node.
    receivers: Vec<AgencyId>,
    /// Whether the directory gives the NODE part of its alert id to its sender.
    has_code: bool,
    /// The first officer who signed it and whom the directory does not know.
    unknown: Option<OfficerId>,
    /// What the written rules said, by its record.
    decided: Decided,
}

/// A withdrawal, and whom it is for: by the directory alone, and by the record.
pub(super) struct Withdrawal {
    statement: Statement,
    listed: Vec<pb::ResolvedRecipient>,
    recorded: Vec<pb::ResolvedRecipient>,
}

impl Asked {
    /// `officers` are those who signed, `content` is what its body holds, with its media type.
    pub(super) fn of(
        (statement, record): (&Statement, &pb::StatementRecord),
        (media_type, content): (&str, &[u8]),
        to: &Audience,
        (officers, named): (&[OfficerId], &Named),
    ) -> Option<Box<Self>> {
        let directory = named.directory.as_ref()?;
        let sender = statement.sender().to_string();
        let code = statement.alert_id().map(AlertId::node_code);
        let has_code = code.is_some_and(|code| directory.node_of_code(code) == Some(&*sender));
        let mut officers = officers.iter();
        let unknown = officers.find(|officer| !directory.has_officer(&officer.to_string()));
        let content = Content::decode_lenient(media_type, content, statement);
        let content = content.ok().map(|(content, _)| content);
        let names_persons = match &content {
            Some(content) => Some(content.names_persons()),
            // Without a body there is nothing to name anybody in; what is deleted or unreadable nobody can ask.
            None => statement.body().is_none().then_some(false),
        };
        Some(Box::new(Self {
            statement: statement.clone(),
            decided: Decided::of(record, directory, names_persons),
            content,
            receivers: to.all().cloned().collect(),
            has_code,
            unknown: unknown.cloned(),
        }))
    }

    /// What speaks against the statement's having been let in. `countries` learn from it.
    pub(super) fn judge(&self, countries: &mut Countries) -> Vec<Kind> {
        let Self {
            statement,
            content,
            receivers,
            has_code,
            unknown,
            decided: _,
        } = self;
        let sender = statement.sender().agency();
        if let Some(alert_id) = statement.alert_id()
            && statement.message_type() == MessageType::Alert
        {
            countries.learn(sender.side(), alert_id);
        }
        let may_live_in =
            |side: &Side, country: &str| countries.lives_in(side, country) != Some(false);
        let mut kinds = Vec::new();
        if let Some(officer) = unknown {
            kinds.push(refused(
                Reason::OfficerUnknown,
                format!("{officer} is not in the directory"),
            ));
        }
        let squats = floor::of_alert_id(statement, may_live_in, |_| *has_code);
        kinds.extend(squats.map(|(reason, detail)| refused(reason, detail.to_string())));
        let release = statement.handling().releasable_to();
        let is_out = |agency: &&AgencyId| !floor::is_released(release, agency, sender, may_live_in);
        if let Some(outside) = receivers.iter().find(is_out) {
            let why = format!("{outside} is outside releasable_to");
            kinds.push(refused(Reason::RecipientNotReleasable, why));
        }
        if let Some(content) = content {
            let receivers: Vec<&AgencyId> = receivers.iter().collect();
            let parties = floor::of_parties(content, sender, &receivers, may_live_in);
            let first = parties.into_iter().next();
            kinds.extend(first.map(|one| refused(one.reason, one.to_string())));
        }
        kinds
    }

    /// What speaks against what the record says that the written rules decided; see [`Decided::judge`].
    pub(super) fn judge_decision(
        &self,
        countries: &Countries,
        case: Option<(&Case, &Step)>,
        keys: &Keys,
    ) -> Vec<Kind> {
        self.decided.judge(&self.statement, countries, case, keys)
    }
}

impl Withdrawal {
    /// `listed` is what the directory makes of each recipient, empty for whom it does not know.
    pub(super) fn of(
        statement: &Statement,
        listed: Vec<pb::ResolvedRecipient>,
        recorded: &[pb::ResolvedRecipient],
    ) -> Box<Self> {
        Box::new(Self {
            statement: statement.clone(),
            listed,
            recorded: recorded.to_vec(),
        })
    }

    /// Resolves the recipients once more, by the case as it stood before.
    pub(super) fn judge(mut self, case: &Case) -> Option<Kind> {
        let nobody = case.widen(&self.statement, &mut self.listed);
        let (en, es) = if nobody.is_empty() {
            let mut both = self.listed.iter().zip(&self.recorded);
            if both.all(|(listed, recorded)| is_same(listed, recorded)) {
                return None;
            }
            (
                "directory and case entitle others",
                "el directorio y el caso dan derecho a otros",
            )
        } else {
            (
                "neither the directory nor the case knows one of them",
                "ni el directorio ni el caso conocen a uno de ellos",
            )
        };
        Some(Kind::Recipients {
            why: (en, es).into(),
        })
    }
}

/// Whether a recipient of a withdrawal, of whom the directory says `listed`, may have come to stand for `resolved`, whatever its
/// case knows: an agency for itself, an officer for nodes of the same agency, none that is listed left out.
pub(super) fn may_be_withdrawn(
    recipient: &Recipient,
    agency: &AgencyId,
    listed: &pb::ResolvedRecipient,
    resolved: &pb::ResolvedRecipient,
) -> bool {
    let pb::ResolvedRecipient {
        requested: _,
        agencies,
        nodes,
    } = resolved;
    if let Recipient::Agency(_) = recipient {
        return *agencies == [agency.to_string()] && nodes.is_empty();
    }
    let of_agency =
        |node: &String| matches!(node.parse::<NodeId>(), Ok(node) if node.agency() == agency);
    agencies.is_empty()
        && nodes.iter().all(of_agency)
        && listed.nodes.iter().all(|node| nodes.contains(node))
}

/// Whether both are for the same. Sorted by whom is not said, so only membership counts.
pub(super) fn is_same(one: &pb::ResolvedRecipient, other: &pb::ResolvedRecipient) -> bool {
    let same = |left: &[String], right: &[String]| {
        left.len() == right.len() && right.iter().all(|name| left.contains(name))
    };
    same(&one.agencies, &other.agencies) && same(&one.nodes, &other.nodes)
}

fn refused(reason: Reason, why: String) -> Kind {
    Kind::Refused {
        reason: reason::name(reason),
        why,
    }
}

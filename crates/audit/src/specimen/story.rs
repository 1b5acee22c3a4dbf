//! Verified messages between agencies of two sides, for what is counted from a log: nothing here is signed or stored.

use crate::verified::{Overdue, Said, Told, Verified};
use precinto_alert::Statement;
use precinto_alert::case::{Audience, Missed};
use precinto_alert::code::{Coded, IndicatorCode, Precedence};
use precinto_alert::id::{AlertId, MessageId, OfficerId};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::HashMap;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// 2026-11-02, 00:00 UTC.
pub(crate) const START_MS: u64 = 1_793_577_600_000;

pub(crate) const CBP: &str = "us.dev.invalid/cbp";
pub(crate) const DEA: &str = "us.dev.invalid/dea";
pub(crate) const ANAM: &str = "mx.dev.invalid/anam";
pub(crate) const FGR: &str = "mx.dev.invalid/fgr";

/// What was said so far.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) entries: Vec<Verified>,
    /// By message: its alert and who sent it.
    known: HashMap<MessageId, (AlertId, &'static str)>,
}

impl Story {
    /// An exercise about fuel with these indicators.
    pub(crate) fn alert(
        &mut self,
        at: u64,
        from: &'static str,
        to: &[&str],
        precedence: Precedence,
        indicators: &[&str],
    ) -> MessageId {
        let indicators = indicators.iter().map(|name| pb::Indicator {
            code: IndicatorCode::from_name(name).unwrap().into(),
            ..Default::default()
        });
        let content = pb::AlertContent {
            suspicion: Some(pb::Suspicion {
                indicators: indicators.collect(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let number = u32::try_from(self.entries.len()).unwrap() + 1;
        let country = if from.starts_with("us") { "US" } else { "MX" };
        let alert_id = AlertId::compose(country, "DESK", 2026, number).unwrap();
        let mut said = statement(pb::MessageType::Alert, &alert_id);
        said.precedence = precedence.into();
        said.commodities = vec![pb::CommodityClass::IllicitFuel.into()];
        said.protected_bag = pb::ProtectedBag::None.into();
        said.authority = pb::AuthorityCode::CustomsAgreement.into();
        self.tell(at, from, to, said, content.encode_to_vec())
    }

    /// An acknowledgement by the agency's officer lopez, or by its node alone.
    pub(crate) fn ack(
        &mut self,
        at: u64,
        from: &'static str,
        about: MessageId,
        level: pb::AckLevel,
    ) -> MessageId {
        let (alert_id, to) = self.known[&about].clone();
        let mut said = statement(pb::MessageType::Ack, &alert_id);
        said.refers_to = about.as_bytes().to_vec();
        said.ack_level = level.into();
        if level != pb::AckLevel::Node {
            said.required_signers
                .push(signer(2, pb::SignerRole::Officer));
        }
        self.tell(at, from, &[to], said, Vec::new())
    }

    /// An outcome of quality 4, final if something was seized, with which indicators proved right.
    pub(crate) fn outcome(
        &mut self,
        at: u64,
        from: &'static str,
        about: MessageId,
        code: pb::OutcomeCode,
        feedback: &[(&str, bool)],
    ) -> MessageId {
        let feedback = feedback
            .iter()
            .map(|(name, confirmed)| pb::IndicatorFeedback {
                code: IndicatorCode::from_name(name).unwrap().into(),
                confirmed: *confirmed,
            });
        let content = pb::OutcomeContent {
            alert_quality: 4,
            indicator_feedback: feedback.collect(),
            ..Default::default()
        };
        let (alert_id, to) = self.known[&about].clone();
        let mut said = statement(pb::MessageType::Outcome, &alert_id);
        said.refers_to = about.as_bytes().to_vec();
        said.outcome_code = code.into();
        said.final_outcome = code == pb::OutcomeCode::Seized;
        self.tell(at, from, &[to], said, content.encode_to_vec())
    }

    pub(crate) fn reject(&mut self, at: u64, from: &'static str, about: MessageId) -> MessageId {
        let (alert_id, to) = self.known[&about].clone();
        let mut said = statement(pb::MessageType::Reject, &alert_id);
        said.refers_to = about.as_bytes().to_vec();
        said.reject_reasons = vec![pb::Reason::MissingCneName.into()];
        self.tell(at, from, &[to], said, Vec::new())
    }

    /// A message about another one, with the least that its type demands.
    pub(crate) fn say(
        &mut self,
        at: u64,
        from: &'static str,
        to: &'static str,
        about: MessageId,
        kind: pb::MessageType,
    ) -> MessageId {
        let (alert_id, _) = self.known[&about].clone();
        let mut said = statement(kind, &alert_id);
        said.refers_to = about.as_bytes().to_vec();
        let mut content = Vec::new();
        match kind {
            pb::MessageType::Assessment => said.assessment = pb::AssessmentResult::Risk.into(),
            pb::MessageType::Recall | pb::MessageType::RecallConfirm => {
                said.recall_measure = pb::RecallMeasure::Quarantine.into();
                if kind == pb::MessageType::Recall {
                    said.recall_ground = pb::RecallGround::Error.into();
                }
            }
            pb::MessageType::Rfi => {
                said.precedence = Precedence::P2.into();
                said.authority = pb::AuthorityCode::CustomsAgreement.into();
                content = vec![1];
            }
            pb::MessageType::RfiResponse => content = vec![1],
            _ => {}
        }
        self.tell(at, from, &[to], said, content)
    }

    /// As [`Story::say`]: an answer.
    pub(crate) fn reply(
        &mut self,
        at: u64,
        from: &'static str,
        to: &'static str,
        about: MessageId,
        kind: pb::MessageType,
    ) -> MessageId {
        self.say(at, from, to, about, kind)
    }

    /// As [`Story::ack`] by a person, who needs time until then.
    pub(crate) fn more_time(
        &mut self,
        at: u64,
        from: &'static str,
        about: MessageId,
        until: u64,
    ) -> MessageId {
        let (alert_id, to) = self.known[&about].clone();
        let mut said = statement(pb::MessageType::Ack, &alert_id);
        said.refers_to = about.as_bytes().to_vec();
        said.ack_level = pb::AckLevel::Person.into();
        said.more_time_until_ms = START_MS + until;
        said.required_signers
            .push(signer(2, pb::SignerRole::Officer));
        self.tell(at, from, &[to], said, Vec::new())
    }

    /// What the gateway logs when the agency has not reached the level in time.
    pub(crate) fn overdue(
        &mut self,
        at: u64,
        late: &str,
        about: MessageId,
        level: pb::AckLevel,
        step: pb::OverdueStep,
    ) {
        let (alert_id, sender) = self.known[&about].clone();
        let overdue = Overdue {
            alert_id,
            sender: node(sender).parse().unwrap(),
            missed: Missed {
                message_id: about,
                agency: late.parse().unwrap(),
                level,
                step,
            },
        };
        self.push(at, Said::Overdue(Box::new(overdue)));
    }

    /// A message id used twice.
    pub(crate) fn reuse(&mut self, at: u64, from: &str) {
        let sender = node(from).parse().unwrap();
        self.push(at, Said::Reused { sender });
    }

    /// Puts what was told in any order into that of time, as a log would hold it.
    pub(crate) fn sort(&mut self) {
        self.entries.sort_by_key(|entry| entry.time_ms);
        for (index, entry) in self.entries.iter_mut().enumerate() {
            entry.index = index as u64;
        }
    }

    fn tell(
        &mut self,
        at: u64,
        from: &'static str,
        to: &[&str],
        mut said: pb::Statement,
        content: Vec<u8>,
    ) -> MessageId {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&(self.entries.len() as u64 + 1).to_be_bytes());
        said.message_id = id.to_vec();
        said.sender = node(from);
        let recipients = to.iter().map(|agency| pb::RecipientRef {
            kind: pb::RecipientKind::Agency.into(),
            name: (*agency).to_owned(),
        });
        said.recipients = recipients.collect();
        if !content.is_empty() {
            said.body = Some(pb::BodyRef {
                digest: vec![1; 32],
                size: 1,
                plaintext_commitment: vec![1; 32],
            });
            said.languages = vec!["en".to_owned()];
            said.payload_protection = pb::PayloadProtection::Clear.into();
        }
        let statement = Statement::decode(&said.encode_to_vec()).unwrap();
        let alert_id = statement.alert_id().unwrap().clone();
        let (side, agency) = from.split_once('/').unwrap();
        let officer: OfficerId = format!("spiffe://{side}/agency/{agency}/officer/lopez")
            .parse()
            .unwrap();
        let signed = statement.officer_signers().count();
        let message_id = statement.message_id();
        let told = Told {
            statement,
            to: Audience::new(to.iter().map(|agency| agency.parse().unwrap()), []),
            officers: vec![officer; signed],
            content,
        };
        self.push(at, Said::Message(Box::new(told)));
        self.known.insert(message_id, (alert_id, from));
        message_id
    }

    fn push(&mut self, at: u64, said: Said) {
        self.entries.push(Verified {
            index: self.entries.len() as u64,
            time_ms: START_MS + at,
            said,
        });
    }
}

fn node(agency: &str) -> String {
    let (side, agency) = agency.split_once('/').unwrap();
    format!("spiffe://{side}/agency/{agency}/node/desk")
}

fn signer(key: u8, role: pb::SignerRole) -> pb::SignerRef {
    pb::SignerRef {
        key_id: vec![key; 32],
        role: role.into(),
        alg: 1,
    }
}

fn statement(kind: pb::MessageType, alert_id: &AlertId) -> pb::Statement {
    pb::Statement {
        r#type: kind.into(),
        log_origin: super::ORIGIN.to_owned(),
        required_signers: vec![signer(1, pb::SignerRole::Node)],
        created_ms: START_MS,
        expires_ms: START_MS + 60 * DAY,
        sender_seq: 1,
        status: pb::MessageStatus::Exercise.into(),
        handling: Some(pb::Handling {
            tlp: pb::Tlp::AmberStrict.into(),
            ..pb::Handling::default()
        }),
        alert_id: alert_id.to_string(),
        alert_version: 1,
        ..pb::Statement::default()
    }
}

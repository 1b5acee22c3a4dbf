//! Makes valid statements in any number: exercises that say as little, or as much, as a test needs.

use precinto_alert::id::AlertId;
use precinto_client::{Author, Draft, DraftContent, Signed};
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::now_ms;

/// One day in milliseconds.
const DAY_MS: u64 = 86_400_000;

/// A node's statements, numbered from 1.
pub struct Messages<'a> {
    author: &'a Author,
    recipient: String,
    code: String,
    sent: u64,
}

impl<'a> Messages<'a> {
    /// Statements by `author`, whose alert ids carry the directory's `code` (with its country: `US-CBPLAX`), to
    /// `recipient`, an agency as `side/agency`.
    pub fn new(author: &'a Author, code: &str, recipient: &str) -> Self {
        Self {
            author,
            recipient: recipient.to_owned(),
            code: code.to_owned(),
            sent: 0,
        }
    }

    /// A statement of some 200 bytes without a body: a system notice.
    pub fn notice(&mut self) -> Signed {
        let mut statement = self.statement(pb::MessageType::SystemNotice);
        statement.notice_kind = pb::NoticeKind::Maintenance.into();
        self.sign(Draft {
            statement,
            content: None,
        })
    }

    /// An alert of some 1 KiB in all: a pattern of fuel shipments, with a narrative of `letters` letters.
    pub fn alert(&mut self, letters: usize) -> Signed {
        let mut statement = self.statement(pb::MessageType::Alert);
        let (country, node) = self
            .code
            .split_once('-')
            .expect("a country and a node code");
        let number = u32::try_from(self.sent).expect("few messages");
        statement.alert_id = AlertId::compose(country, node, 2026, number)
            .expect("an alert id")
            .to_string();
        statement.alert_version = 1;
        statement.precedence = pb::Precedence::P4.into();
        statement.commodities = vec![pb::CommodityClass::IllicitFuel.into()];
        statement.protected_bag = pb::ProtectedBag::None.into();
        statement.authority = pb::AuthorityCode::CustomsAgreement.into();
        statement.languages = vec!["en".to_owned()];
        let text = "waste oil declared, diesel suspected; "
            .chars()
            .cycle()
            .take(letters)
            .collect();
        let content = pb::AlertContent {
            narrative: vec![pb::Text {
                language: "en".to_owned(),
                text,
            }],
            fuels: vec![pb::Fuel {
                declared: pb::FuelProduct::Additive.into(),
                suspected: pb::FuelProduct::Diesel.into(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let content = DraftContent {
            media_type: "application/vnd.precinto.alert.v1+protobuf".to_owned(),
            bytes: content.encode_to_vec(),
        };
        self.sign(Draft {
            statement,
            content: Some(content),
        })
    }

    /// What every statement carries.
    fn statement(&mut self, kind: pb::MessageType) -> pb::Statement {
        self.sent += 1;
        pb::Statement {
            r#type: kind.into(),
            status: pb::MessageStatus::Exercise.into(),
            recipients: vec![pb::RecipientRef {
                kind: pb::RecipientKind::Agency.into(),
                name: self.recipient.clone(),
            }],
            handling: Some(pb::Handling {
                tlp: pb::Tlp::AmberStrict.into(),
                ..Default::default()
            }),
            created_ms: now_ms(),
            expires_ms: now_ms() + DAY_MS,
            sender_seq: self.sent,
            ..Default::default()
        }
    }

    fn sign(&self, draft: Draft) -> Signed {
        self.author
            .sign(draft, &[], now_ms())
            .expect("a valid statement")
    }
}

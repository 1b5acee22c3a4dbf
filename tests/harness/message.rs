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
        self.alert_of(pb::Precedence::P4, letters)
    }

    /// The same, more urgent: with one shipment.
    pub fn alert_of(&mut self, precedence: pb::Precedence, letters: usize) -> Signed {
        let mut statement = self.statement(pb::MessageType::Alert);
        let (country, node) = self
            .code
            .split_once('-')
            .expect("a country and a node code");
        let number = u32::try_from(self.sent).expect("few messages");
        let alert_id = AlertId::compose(country, node, 2026, number).expect("an alert id");
        let content = fuel(&mut statement, &alert_id, precedence, letters);
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

/// Makes of a statement an alert about fuel that is not what it is declared as, and gives its body, whose narrative has so many
/// letters. An urgent one is about one shipment, without which nothing is urgent.
pub fn fuel(
    statement: &mut pb::Statement,
    alert_id: &AlertId,
    precedence: pb::Precedence,
    letters: usize,
) -> DraftContent {
    statement.r#type = pb::MessageType::Alert.into();
    statement.alert_id = alert_id.to_string();
    statement.alert_version = 1;
    statement.precedence = precedence.into();
    statement.commodities = vec![pb::CommodityClass::IllicitFuel.into()];
    statement.protected_bag = pb::ProtectedBag::None.into();
    statement.authority = pb::AuthorityCode::CustomsAgreement.into();
    statement.languages = vec!["en".to_owned()];
    let text = "waste oil declared, diesel suspected; "
        .chars()
        .cycle()
        .take(letters)
        .collect();
    let mut content = pb::AlertContent {
        narrative: vec![in_english(text)],
        fuels: vec![pb::Fuel {
            declared: pb::FuelProduct::Additive.into(),
            suspected: pb::FuelProduct::Diesel.into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    if precedence != pb::Precedence::P4 {
        ship(&mut content);
    }
    DraftContent {
        media_type: "application/vnd.precinto.alert.v1+protobuf".to_owned(),
        bytes: content.encode_to_vec(),
    }
}

/// Adds a shipment of which no more is known than must be.
fn ship(content: &mut pb::AlertContent) {
    content.shipments.push(pb::Shipment {
        master_awb: "865-48291176".to_owned(),
        awb_kind: pb::AwbKind::Direct.into(),
        pieces: 24,
        gross_weight: Some(pb::Quantity {
            value: "618.4".to_owned(),
            unit: "KGM".to_owned(),
        }),
        goods_description: Some(in_english("Engine oil additive".to_owned())),
        ..Default::default()
    });
    for role in [pb::PartyRole::Shipper, pb::PartyRole::Consignee] {
        content.parties.push(pb::Party {
            role: role.into(),
            shipments: vec![1],
            not_stated: true,
            ..Default::default()
        });
    }
}

fn in_english(text: String) -> pb::Text {
    pb::Text {
        language: "en".to_owned(),
        text,
    }
}

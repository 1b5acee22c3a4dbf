//! The own copy against a gateway that tells the truth, and one that lies.

mod extracts;
mod facts;
mod file;
mod overdue;
mod query;
mod recall;
mod silent;
mod sync;
mod witnessed;

use super::*;
use crate::author::{Author, Draft, DraftContent, Signed};
use crate::test_gateway::{NODE, NOW_MS, PROPOSAL, TestGateway};
use precinto_alert::code::{
    AuthorityCode, CommodityClass, IndicatorCode, MessageStatus, MessageType, PartyRole,
    Precedence, ProtectedBag, RecallGround, RecallMeasure, RecipientKind, SubstanceClass, Tlp,
};
use precinto_alert::content::media_type;
use precinto_alert::id::AlertId;
use precinto_alert::lookup::guesses;
use precinto_proto::v1 as pb;
use prost::Message;
use tempfile::TempDir;

const OWN: &str = "us.dev.invalid/cbp";
const OTHER: &str = "us.dev.invalid/dea";
const OTHER_NODE: &str = "spiffe://us.dev.invalid/agency/dea/node/hq";
const ORIGIN: &str = "gw.dev.invalid/log/2026";
const WAYBILL: &str = "020-12345675";

/// A gateway, two agencies, and the first one's copy.
struct Scene {
    gateway: TestGateway,
    other: Author,
    folder: TempDir,
    copy: OwnCopy,
    seq: u64,
}

impl Scene {
    async fn new() -> Self {
        let gateway = TestGateway::start().await;
        let other = gateway.other_author(OTHER_NODE, 21);
        let folder = tempfile::tempdir().unwrap();
        let copy = OwnCopy::open(
            folder.path().join("copy.redb"),
            ORIGIN,
            &OWN.parse().unwrap(),
            NOW_MS,
        );
        Self {
            gateway,
            other,
            folder,
            copy: copy.unwrap(),
            seq: 0,
        }
    }

    /// The other agency's message of a case, sent to us, in the log.
    fn says(&mut self, of: MessageType, alert: &AlertId, content: Option<Vec<u8>>) -> Signed {
        self.says_with(of, alert, content, |_| {})
    }

    fn says_with(
        &mut self,
        of: MessageType,
        alert: &AlertId,
        content: Option<Vec<u8>>,
        change: impl FnOnce(&mut pb::Statement),
    ) -> Signed {
        self.seq += 1;
        let mut draft = draft(of, alert, content, self.seq);
        change(&mut draft.statement);
        let signed = self.other.sign(draft, &[], NOW_MS).unwrap();
        self.gateway.state().log.append_to(&signed, &[OWN]);
        signed
    }

    /// Our own message, sent to the other agency.
    fn we_say(
        &mut self,
        of: MessageType,
        alert: &AlertId,
        change: impl FnOnce(&mut pb::Statement),
    ) {
        self.we_say_with(of, alert, None, change);
    }

    fn we_say_with(
        &mut self,
        of: MessageType,
        alert: &AlertId,
        content: Option<Vec<u8>>,
        change: impl FnOnce(&mut pb::Statement),
    ) -> Signed {
        self.seq += 1;
        let mut draft = draft(of, alert, content, self.seq);
        change(&mut draft.statement);
        let signed = self.gateway.author.sign(draft, &[], NOW_MS).unwrap();
        self.gateway.state().log.append_to(&signed, &[OTHER]);
        signed
    }

    async fn sync(&mut self) -> Synced {
        let connection = self.gateway.connect().await;
        self.copy.sync(&connection, |_, _| {}).await.unwrap()
    }

    async fn fails(&mut self) -> SyncError {
        let connection = self.gateway.connect().await;
        self.copy.sync(&connection, |_, _| {}).await.unwrap_err()
    }

    fn found(&self, text: &str) -> Vec<Hit> {
        self.copy.find(&guesses(text)).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("copy.redb")
    }

    /// Closes the copy and opens it again.
    fn reopen(self) -> Self {
        let (file, agency) = (self.file(), self.copy.agency().clone());
        drop(self.copy);
        let copy = OwnCopy::open(file, ORIGIN, &agency, NOW_MS).unwrap();
        Self { copy, ..self }
    }
}

fn alert_id(number: u32) -> AlertId {
    AlertId::compose("US", "DEAHQ", 2026, number).unwrap()
}

fn draft(of: MessageType, alert: &AlertId, content: Option<Vec<u8>>, seq: u64) -> Draft {
    use MessageType as T;
    let is_alert = matches!(of, T::Alert | T::Amend);
    let mut statement = pb::Statement {
        r#type: of.into(),
        recipients: vec![pb::RecipientRef {
            kind: RecipientKind::Agency.into(),
            name: OTHER.to_owned(),
        }],
        expires_ms: NOW_MS + 3_600_000,
        sender_seq: seq,
        status: MessageStatus::Exercise.into(),
        alert_id: alert.to_string(),
        alert_version: if of == T::Amend { 2 } else { 1 },
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    if of != T::Alert {
        statement.refers_to = vec![8; 16];
    }
    if content.is_some() {
        statement.languages = vec!["en".to_owned()];
    }
    if is_alert {
        statement.commodities = vec![CommodityClass::IllicitDrug.into()];
        statement.protected_bag = ProtectedBag::None.into();
        statement.precedence = Precedence::P2.into();
        statement.authority = AuthorityCode::CustomsAgreement.into();
    }
    if matches!(of, T::Recall | T::RecallConfirm) {
        statement.recall_measure = RecallMeasure::Quarantine.into();
    }
    if of == T::Recall {
        statement.recall_ground = RecallGround::Error.into();
    }
    Draft {
        statement,
        content: content.map(|bytes| DraftContent {
            media_type: media_type(of).to_owned(),
            bytes,
        }),
    }
}

fn content() -> pb::AlertContent {
    pb::AlertContent {
        shipments: vec![pb::Shipment {
            master_awb: WAYBILL.to_owned(),
            pieces: 3,
            gross_weight: Some(pb::Quantity {
                value: "41.5".to_owned(),
                unit: "KGM".to_owned(),
            }),
            goods_description: Some(words("machine parts")),
            route: Some(pb::Route {
                origin: Some(place("NLU", "MX")),
                destination: Some(place("MEM", "US")),
                ..Default::default()
            }),
            ..Default::default()
        }],
        parties: vec![
            party(PartyRole::Shipper, "Peña y Hermanos, S.A. de C.V.", "MX"),
            party(PartyRole::Consignee, "Juan Pérez Gómez", "US"),
        ],
        substances: vec![pb::Substance {
            substance_class: SubstanceClass::Drug.into(),
            cas_number: "437-38-7".to_owned(),
            ..Default::default()
        }],
        suspicion: Some(pb::Suspicion {
            indicators: vec![pb::Indicator {
                code: IndicatorCode::Do02.into(),
                strength: 2,
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn place(airport: &str, country: &str) -> pb::Place {
    pb::Place {
        airport: airport.to_owned(),
        country: country.to_owned(),
        ..Default::default()
    }
}

fn party(role: PartyRole, name: &str, country: &str) -> pb::Party {
    pb::Party {
        role: role.into(),
        name: name.to_owned(),
        address: Some(pb::Address {
            city: "Ejemplo".to_owned(),
            country: country.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn words(text: &str) -> pb::Text {
    pb::Text {
        language: String::new(),
        text: text.to_owned(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a body may be absent")]
fn alert() -> Option<Vec<u8>> {
    Some(content().encode_to_vec())
}

#[expect(clippy::unnecessary_wraps, reason = "a body may be absent")]
fn comment(text: &str) -> Option<Vec<u8>> {
    let comment = pb::CommentContent {
        text: Some(words(text)),
        ..Default::default()
    };
    Some(comment.encode_to_vec())
}

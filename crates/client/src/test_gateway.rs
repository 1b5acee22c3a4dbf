//! A gateway for tests alone: real TLS, a real tree, and answers that a test writes, lies included.

mod directory;
mod log;
mod pki;
mod records;
mod serve;

pub(crate) use log::{PROPOSAL, TestLog};
pub(crate) use pki::{GATEWAY, Issued, NODE, NOW_MS, OFFICER, Pki, REVOKED};
pub(crate) use serve::acceptor;

use crate::author::{Author, Draft, DraftContent, Signed, Signer};
use crate::clock::Clock;
use crate::connection::{Connection, Settings};
use precinto_alert::code::{MessageStatus, MessageType, NoticeKind, RecipientKind, Tlp};
use precinto_alert::content::media_type;
use precinto_proto::v1 as pb;
use prost::Message;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the gateway answers to a subscription's stream: all of these, and then it ends the stream or leaves it open.
pub(crate) type Script =
    Box<dyn FnMut(&mut TestLog, usize) -> (Vec<pb::SubscribeResponse>, Then) + Send>;

/// What it answers to a submission.
pub(crate) type Answer =
    Box<dyn FnMut(&mut TestLog, Signed) -> Result<pb::SubmitResponse, tonic::Status> + Send>;

/// What it makes of a record, or of a page of them, before it shows it.
pub(crate) type Forge<T> = Box<dyn FnMut(&mut TestLog, &mut T) + Send>;

/// How a stream goes on after its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Hold,
    End,
    /// End well once the subscriber has said its last word, as a gateway does that has written everything down.
    HearOut,
    /// The same with an error: it could not be written down.
    Fail,
}

pub(crate) struct State {
    pub(crate) log: TestLog,
    pub(crate) script: Script,
    pub(crate) answer: Answer,
    pub(crate) heard: Vec<pb::SubscribeRequest>,
    pub(crate) certificates_asked: usize,
    pub(crate) forge_record: Forge<pb::Record>,
    pub(crate) forge_page: Forge<pb::ListRecordsResponse>,
    /// What was asked of the record service.
    pub(crate) asked: Vec<pb::ListRecordsRequest>,
    streams: usize,
    /// How often the subscription is said to have been moved.
    pub(crate) moves: u64,
    /// The checkpoint that witnesses have cosigned; without, there is none.
    pub(crate) cosigned: Option<String>,
    /// Sizes from which it shows no consistency, as a gateway that does not come to it.
    pub(crate) unproven: BTreeSet<u64>,
    /// The parts of the directory that are shown.
    pub(crate) parts: Vec<pb::DirectoryPart>,
    /// Where it says that every part asked for by its digest stands; by itself where the log took it last.
    pub(crate) part_index: Option<u64>,
    /// What trust rests on, as the log holds it.
    signers: Vec<Vec<u8>>,
}

/// A running gateway; it ends with the test's runtime.
pub(crate) struct TestGateway {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) author: Author,
    pub(crate) pki: Pki,
    state: Arc<Mutex<State>>,
    cut: watch::Sender<()>,
}

impl TestGateway {
    /// Starts one that accepts every statement and delivers nothing.
    pub(crate) async fn start() -> Self {
        let (pki, log) = (Pki::new(), TestLog::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issued = pki.signing(NODE, 7);
        let settings = Settings {
            gateway: listener.local_addr().unwrap().to_string(),
            server_name: pki::SERVER_NAME.to_owned(),
            gateway_identity: GATEWAY.parse().unwrap(),
            credential: pki.tls(NODE, None, 8),
            trust: pki.trust(),
            log: log.verifier(),
        };
        let signer = Signer::new(issued.key(), issued.certificate(), Vec::new()).unwrap();
        let state = Arc::new(Mutex::new(State {
            log,
            script: Box::new(|_, _| (Vec::new(), Then::Hold)),
            answer: Box::new(|log, signed| {
                let index = log.append(&signed);
                Ok(pb::SubmitResponse {
                    receipt: Some(log.receipt(index)),
                    ..Default::default()
                })
            }),
            heard: Vec::new(),
            certificates_asked: 0,
            forge_record: Box::new(|_, _| {}),
            forge_page: Box::new(|_, _| {}),
            asked: Vec::new(),
            streams: 0,
            moves: 0,
            cosigned: None,
            unproven: BTreeSet::new(),
            parts: Vec::new(),
            part_index: None,
            signers: vec![issued.der],
        }));
        let (cut, cuts) = watch::channel(());
        serve::serve(listener, &pki, Arc::clone(&state), cuts);
        Self {
            settings,
            clock: Clock::new(|| NOW_MS),
            author: Author::new(signer, log::ORIGIN).unwrap(),
            pki,
            state,
            cut,
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(&self.settings, &self.clock).await.unwrap()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Somebody else who signs for this log, and whose certificate the log knows.
    pub(crate) fn other_author(&self, uri: &str, serial: u64) -> Author {
        let issued = self.pki.signing(uri, serial);
        let signer = Signer::new(issued.key(), issued.certificate(), Vec::new()).unwrap();
        self.state().signers.push(issued.der);
        Author::new(signer, log::ORIGIN).unwrap()
    }

    /// Cuts every connection, as a lost line does.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(());
    }

    /// A signed test notice with a body; `seq` makes each another one.
    pub(crate) fn notice(&self, seq: u64) -> Signed {
        self.author.sign(notice(seq), &[], NOW_MS).unwrap()
    }

    /// Appends that many notices.
    pub(crate) fn fill(&self, count: u64) {
        for seq in 1..=count {
            let signed = self.notice(seq);
            self.state().log.append(&signed);
        }
    }
}

pub(crate) fn notice(seq: u64) -> Draft {
    let text = pb::Text {
        language: "en".to_owned(),
        text: format!("notice {seq}"),
    };
    let content = pb::SystemNoticeContent {
        text: Some(text),
        ..Default::default()
    };
    let recipient = pb::RecipientRef {
        kind: RecipientKind::Agency.into(),
        name: "us.dev.invalid/dea".to_owned(),
    };
    Draft {
        statement: pb::Statement {
            r#type: MessageType::SystemNotice.into(),
            recipients: vec![recipient],
            expires_ms: NOW_MS + 3_600_000,
            sender_seq: seq,
            status: MessageStatus::Test.into(),
            handling: Some(pb::Handling {
                tlp: Tlp::Green.into(),
                ..Default::default()
            }),
            languages: vec!["en".to_owned()],
            notice_kind: NoticeKind::Maintenance.into(),
            ..Default::default()
        },
        content: Some(DraftContent {
            media_type: media_type(MessageType::SystemNotice).to_owned(),
            bytes: content.encode_to_vec(),
        }),
    }
}

pub(crate) fn delivered(delivery: pb::Delivery) -> pb::SubscribeResponse {
    pb::SubscribeResponse {
        delivery: Some(delivery),
        ..Default::default()
    }
}

pub(crate) fn caught_up(checkpoint: String, position: u64) -> pb::SubscribeResponse {
    let caught_up = pb::CaughtUp {
        position,
        checkpoint,
        settled: 0,
        covered: None,
        server_time: Some(at(NOW_MS)),
    };
    pb::SubscribeResponse {
        caught_up: Some(caught_up),
        ..Default::default()
    }
}

/// A time as it stands on the wire.
pub(crate) fn at(ms: u64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: i64::try_from(ms / 1000).unwrap(),
        nanos: i32::try_from(ms % 1000).unwrap() * 1_000_000,
    }
}

pub(crate) fn closing(
    reason: pb::ClosingReason,
    retry_after_ms: Option<i32>,
) -> pb::SubscribeResponse {
    let retry_after = retry_after_ms.map(|ms| prost_types::Duration {
        seconds: 0,
        nanos: ms * 1_000_000,
    });
    let closing = pb::Closing {
        reason: reason.into(),
        retry_after,
    };
    pb::SubscribeResponse {
        closing: Some(closing),
        ..Default::default()
    }
}

//! A gateway process that can be killed and started again, and a subscriber at the bare protocol: every range, every credit.

use std::time::Duration;

use precinto_client::submit::submit;
use precinto_client::{Connection, LogClient, Signed};
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use tonic_types::StatusExt as _;

/// Long enough for a slow machine; reaching it means that something is lost. It holds for all that is waited for at once:
/// heartbeats, which come for ever, must not make a loop endless.
const PATIENCE: Duration = Duration::from_mins(3);

/// How long nothing may come before a test believes that nothing does. On a slow machine it may believe so too early, and
/// then see less than it could; it never fails for that.
const QUIET: Duration = Duration::from_millis(400);

/// A site with a running gateway.
pub(super) struct World {
    pub(super) site: Site,
    gateway: Option<GatewayProcess>,
    sender: Node,
}

/// A node's side: its line, and its subscriptions.
pub(super) struct Desk {
    pub(super) connection: Connection,
    pub(super) client: SubscriptionServiceClient<Channel>,
}

/// One open stream.
pub(super) struct Stream {
    requests: Option<mpsc::Sender<pb::SubscribeRequest>>,
    answers: Streaming<pb::SubscribeResponse>,
    /// Every range so far, each beginning where the one before it ended.
    pub(super) covered: Option<pb::Range>,
    /// The indexes of first deliveries, which rise.
    pub(super) first: Vec<u64>,
}

impl World {
    pub(super) fn start() -> Self {
        Self::at(Site::new())
    }

    /// The same, at a site whose authorities can revoke.
    pub(super) fn with_authorities() -> Self {
        Self::at(Site::with_authorities())
    }

    fn at(site: Site) -> Self {
        let gateway = site.start();
        let sender = site.node("us-cbp-lax", &gateway);
        Self {
            site,
            gateway: Some(gateway),
            sender,
        }
    }

    /// SIGKILL, and a new process on the same data.
    pub(super) fn kill_and_start(&mut self) {
        let mut gateway = self.gateway.take().expect("it runs");
        gateway.kill();
        self.gateway = Some(self.site.start());
    }

    /// SIGTERM, and a new process on the same data.
    pub(super) fn stop_and_start(&mut self) {
        self.stop();
        self.gateway = Some(self.site.start());
    }

    /// SIGTERM.
    pub(super) fn stop(&mut self) {
        let gateway = self.gateway.take().expect("it runs");
        assert!(gateway.stop().success());
    }

    /// Starts it again after [`World::stop`].
    pub(super) fn restart(&mut self) {
        self.gateway = Some(self.site.start());
    }

    /// Revokes the certificate by which a node of Mexico speaks, and has the running gateway read the new list.
    pub(super) fn revoke_in_mexico(&self, place: &str) {
        let mut mexico = self.site.authority("mx");
        mexico.revoke(place);
        mexico.publish();
        self.gateway().reload();
    }

    /// Waits until the stream of a node that may be here no more ends, with this word if it is heard, and sees that the node is not
    /// let in again, for this reason.
    pub(super) async fn must_go(
        &self,
        (node, stream): (&str, &mut Stream),
        word: pb::ClosingReason,
        reason: pb::Reason,
    ) {
        let heard = stream.last_word().await;
        assert!(heard.is_none_or(|heard| heard == word), "{heard:?}");
        let node = self.site.node(node, self.gateway());
        let refused = match Connection::open(&node.settings, &node.clock).await {
            Err(error) => error.reason(),
            Ok(line) => {
                let asked = LogClient::new(&line).checkpoint(0).await;
                asked.err().and_then(|error| error.reason())
            }
        };
        assert_eq!(refused, Some(reason));
    }

    pub(super) fn gateway(&self) -> &GatewayProcess {
        self.gateway.as_ref().expect("it runs")
    }

    /// What the tests send, numbered anew: to the Mexican customs.
    pub(super) fn messages(&self) -> Messages<'_> {
        Messages::new(&self.sender.author, "US-CBPLAX", "mx.dev.invalid/anam")
    }

    pub(super) fn sender(&self) -> &Node {
        &self.sender
    }

    /// Sends `count` notices; their indexes.
    pub(super) async fn send(&self, count: usize) -> Vec<u64> {
        let mut messages = self.messages();
        let signed: Vec<Signed> = (0..count).map(|_| messages.notice()).collect();
        self.send_all(&signed).await
    }

    /// Sends these one after the other; their indexes.
    pub(super) async fn send_all(&self, signed: &[Signed]) -> Vec<u64> {
        let connection = self.sender.connect().await;
        let mut indexes = Vec::new();
        for signed in signed {
            let accepted = submit(&connection, signed).await.expect("accepted");
            indexes.push(accepted.index);
        }
        indexes
    }

    /// Many at once, for the load alone.
    pub(super) async fn send_many(&self, count: usize) {
        use precinto_client::load::{self, Load, Style};
        let connection = self.sender.connect().await;
        let mut messages = self.messages();
        let work = (0..count).map(|_| messages.notice()).collect();
        let load = Load {
            in_flight: 64,
            style: Style::Pipelined,
        };
        let run = load::run(std::slice::from_ref(&connection), work, load);
        within(run).await.expect("the run");
    }

    /// The Mexican customs, to whom everything is sent.
    pub(super) async fn desk(&self) -> Desk {
        self.desk_of("mx-anam-mex").await
    }

    pub(super) async fn desk_of(&self, node: &str) -> Desk {
        let node = self.site.node(node, self.gateway());
        let connection = node.connect().await;
        let client = SubscriptionServiceClient::new(connection.channel());
        Desk { connection, client }
    }

    /// Stops the gateway and audits what it wrote.
    pub(super) fn end(mut self) {
        self.stop();
        audit(&self.site);
    }
}

impl Desk {
    /// From the first entry, everything.
    pub(super) async fn create(&mut self, name: &str) -> pb::Subscription {
        self.create_as(pb::CreateSubscriptionRequest {
            name: name.to_owned(),
            ..Default::default()
        })
        .await
        .expect("created")
    }

    pub(super) async fn create_as(
        &mut self,
        request: pb::CreateSubscriptionRequest,
    ) -> Result<pb::Subscription, Status> {
        let answer = self.client.create_subscription(request).await?;
        Ok(answer.into_inner().subscription.expect("a subscription"))
    }

    pub(super) async fn get(&mut self, name: &str) -> pb::Subscription {
        let name = name.to_owned();
        let request = pb::GetSubscriptionRequest { name };
        let answer = self.client.get_subscription(request).await.expect("there");
        answer.into_inner().subscription.expect("a subscription")
    }

    /// Waits until everything below `floor` is settled, durably.
    pub(super) async fn until_settled(&mut self, name: &str, floor: u64) {
        let settled = async {
            while self.get(name).await.settled < floor {
                tokio::task::yield_now().await;
            }
        };
        within(settled).await;
    }

    pub(super) async fn seek(&mut self, name: &str, index: u64) -> pb::SeekSubscriptionResponse {
        let request = pb::SeekSubscriptionRequest {
            name: name.to_owned(),
            to: pb::StartPosition::Index.into(),
            index,
            time: None,
        };
        let answer = self.client.seek_subscription(request).await;
        answer.expect("moved").into_inner()
    }

    pub(super) async fn parked(&mut self, name: &str) -> Vec<pb::ParkedDelivery> {
        let request = pb::ListParkedRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let answer = self.client.list_parked(request).await.expect("listed");
        answer.into_inner().parked
    }

    pub(super) async fn unpark(
        &mut self,
        name: &str,
        indexes: &[u64],
    ) -> Result<pb::UnparkDeliveriesResponse, Status> {
        let request = pb::UnparkDeliveriesRequest {
            name: name.to_owned(),
            indexes: indexes.to_vec(),
            all: false,
        };
        let answer = self.client.unpark_deliveries(request).await?;
        Ok(answer.into_inner())
    }

    pub(super) async fn open(&mut self, name: &str, credit: u32) -> Stream {
        self.open_as(pb::Init {
            subscription: name.to_owned(),
            credit,
            ..Default::default()
        })
        .await
    }

    pub(super) async fn open_as(&mut self, init: pb::Init) -> Stream {
        let (requests, outgoing) = mpsc::channel(2048);
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        requests.send(init).await.expect("room");
        let answers = self.client.subscribe(ReceiverStream::new(outgoing)).await;
        Stream {
            requests: Some(requests),
            answers: answers.expect("a stream").into_inner(),
            covered: None,
            first: Vec::new(),
        }
    }
}

impl Stream {
    /// The next message; what it covers follows on what was covered before, and first deliveries rise.
    pub(super) async fn next(&mut self) -> pb::SubscribeResponse {
        let next = self.try_next().await.expect("the stream goes on");
        next.expect("the stream goes on")
    }

    pub(super) async fn try_next(&mut self) -> Result<Option<pb::SubscribeResponse>, Status> {
        let Some(message) = within(self.answers.message()).await? else {
            return Ok(None);
        };
        let range = match &message {
            pb::SubscribeResponse {
                delivery: Some(delivery),
                ..
            } => {
                let range = delivery.covered.unwrap_or_default();
                if range.first < range.end {
                    assert!(self.first.last().is_none_or(|last| *last < delivery.index));
                    assert!((range.first..range.end).contains(&delivery.index));
                    self.first.push(delivery.index);
                }
                delivery.covered
            }
            pb::SubscribeResponse {
                caught_up: Some(caught_up),
                ..
            } => caught_up.covered,
            pb::SubscribeResponse {
                heartbeat: Some(heartbeat),
                ..
            } => heartbeat.covered,
            _ => None,
        };
        if let Some(range) = range {
            let before = self.covered.unwrap_or(pb::Range {
                first: range.first,
                end: range.first,
            });
            assert_eq!(range.first, before.end, "a hole, or an overlap");
            self.covered = Some(pb::Range {
                first: before.first,
                end: range.end,
            });
        }
        Ok(Some(message))
    }

    /// What `pick` finds in the first message that has it; what comes before that is passed over, but no closing.
    async fn until<T>(&mut self, pick: impl Fn(pb::SubscribeResponse) -> Option<T>) -> T {
        let first = async {
            loop {
                let message = self.next().await;
                assert!(message.closing.is_none(), "{:?}", message.closing);
                if let Some(found) = pick(message) {
                    return found;
                }
            }
        };
        within(first).await
    }

    /// The next delivery; what comes before it is passed over.
    pub(super) async fn delivery(&mut self) -> pb::Delivery {
        self.until(|message| message.delivery).await
    }

    pub(super) async fn deliveries(&mut self, count: usize) -> Vec<u64> {
        let mut indexes = Vec::new();
        for _ in 0..count {
            indexes.push(self.delivery().await.index);
        }
        indexes
    }

    /// What is delivered until the stream has caught up, each settled; and the word that it has.
    pub(super) async fn drain(&mut self) -> (Vec<u64>, pb::CaughtUp) {
        let mut indexes = Vec::new();
        let drained = async {
            loop {
                let message = self.next().await;
                if let Some(delivery) = message.delivery {
                    self.ack(delivery.index).await;
                    indexes.push(delivery.index);
                }
                if let Some(caught_up) = message.caught_up {
                    return caught_up;
                }
            }
        };
        let caught_up = within(drained).await;
        (indexes, caught_up)
    }

    pub(super) async fn caught_up(&mut self) -> pb::CaughtUp {
        self.until(|message| message.caught_up).await
    }

    pub(super) async fn heartbeat(&mut self) -> pb::Heartbeat {
        self.until(|message| message.heartbeat).await
    }

    /// The last message; nothing follows it.
    pub(super) async fn closing(&mut self) -> pb::Closing {
        let closing = async {
            loop {
                if let Some(closing) = self.next().await.closing {
                    return closing;
                }
            }
        };
        let closing = within(closing).await;
        let after = self.try_next().await;
        assert!(matches!(after, Ok(None)), "{after:?}");
        closing
    }

    /// Why it is closed; none if the line was cut before that was heard: who must go is given a moment and no more, in which a busy
    /// machine says nothing.
    async fn last_word(&mut self) -> Option<pb::ClosingReason> {
        let closing = async {
            loop {
                let message = self.try_next().await.ok()?;
                let message = message.expect("no stream ends without a word");
                if let Some(closing) = message.closing {
                    assert_eq!(closing.retry_after, None);
                    return Some(closing.reason());
                }
            }
        };
        within(closing).await
    }

    /// The error in which the stream ends.
    pub(super) async fn refused(&mut self) -> Status {
        let refused = async {
            loop {
                match self.try_next().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("it ended well"),
                    Err(status) => return status,
                }
            }
        };
        within(refused).await
    }

    /// The reason for which the stream ends in an error.
    pub(super) async fn refusal(&mut self) -> String {
        reason(&self.refused().await)
    }

    pub(super) async fn ack(&self, index: u64) {
        self.say(pb::SubscribeRequest {
            ack: Some(pb::Ack {
                index,
                all_up_to: false,
            }),
            ..Default::default()
        })
        .await;
    }

    pub(super) async fn nack(&self, index: u64, delay: Duration, reason: pb::Reason) {
        let delay = prost_types::Duration {
            seconds: i64::try_from(delay.as_secs()).expect("short"),
            nanos: i32::try_from(delay.subsec_nanos()).expect("below a second"),
        };
        let nack = pb::Nack {
            index,
            delay: Some(delay),
            reason: reason.into(),
        };
        self.say(pb::SubscribeRequest {
            nack: Some(nack),
            ..Default::default()
        })
        .await;
    }

    /// Nacks each delivery of `index` until `attempts` were made, and settles what comes meanwhile.
    pub(super) async fn refuse(&mut self, index: u64, attempts: u32) {
        let mut attempt = 0;
        while attempt < attempts {
            let delivery = self.delivery().await;
            if delivery.index == index {
                attempt += 1;
                assert_eq!(delivery.attempt, attempt);
                self.nack(index, Duration::ZERO, pb::Reason::SigBad).await;
            } else {
                self.ack(delivery.index).await;
            }
        }
    }

    pub(super) async fn say(&self, request: pb::SubscribeRequest) {
        let requests = self.requests.as_ref().expect("not half-closed");
        requests.send(request).await.expect("the stream is open");
    }

    /// Says no more, and waits for the end, which says that what was settled is on disk.
    pub(super) async fn finish(&mut self) {
        self.requests = None;
        let end = async { while self.try_next().await.expect("a good end").is_some() {} };
        within(end).await;
    }

    /// Whether no delivery comes for a while; other messages may.
    pub(super) async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(QUIET, self.delivery()).await.is_err()
    }

    /// The next heartbeat, before which nothing was delivered: 15 s of silence by the gateway's own clock.
    pub(super) async fn silence(&mut self) -> pb::Heartbeat {
        self.until(|message| {
            assert!(message.delivery.is_none(), "{:?}", message.delivery);
            message.heartbeat
        })
        .await
    }
}

/// The reason in a status.
#[track_caller]
pub(super) fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"))
        .reason
}

pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.expect("in time")
}

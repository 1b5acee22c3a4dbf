//! One verified connection as the handlers see it: who is on the line, what is open on it, and how to cut it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use precinto_alert::Reason;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Request;

use super::Welcome;
use crate::authenticate::Caller;
use crate::limits::{
    CALLS_PER_CONNECTION_MAX, CONNECTION_AGE_GRACE, CONNECTION_AGE_MAX, CONNECTION_IDLE_MAX,
    CONNECTION_PATROL, FIRST_REQUEST_TIMEOUT, LAST_WORD_GRACE,
};
use crate::status::Refusal;

/// A handle to one connection; in the extensions of every request that came over it.
#[derive(Debug, Clone)]
pub struct Line {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    caller: Caller,
    address: SocketAddr,
    /// Calls that wait for the head of their answer.
    calls: Arc<Semaphore>,
    /// Calls and streams that have not ended.
    open: AtomicUsize,
    /// Whether a request has come; the first one has a deadline.
    spoke: AtomicBool,
    /// Set by every call, cleared by the patrol: what it finds clear has been idle since its last round.
    busy: AtomicBool,
    cut: Mutex<Option<oneshot::Sender<()>>>,
    /// Cancelled when the connection is to end soon: streams say goodbye.
    leaving: CancellationToken,
    /// Cancelled when the caller would not be let in any more: everything on the line ends.
    unwelcome: CancellationToken,
    /// Why, set before that.
    refused: OnceLock<Reason>,
    /// Cancelled when the connection is gone.
    gone: CancellationToken,
}

/// Counts a call or a stream as open while it lives.
#[derive(Debug)]
pub(crate) struct Open {
    line: Line,
    _call: Option<OwnedSemaphorePermit>,
}

impl Line {
    pub(super) fn new(caller: Caller, address: SocketAddr) -> (Self, oneshot::Receiver<()>) {
        let (cut, receiver) = oneshot::channel();
        let inner = Inner {
            caller,
            address,
            calls: Arc::new(Semaphore::new(CALLS_PER_CONNECTION_MAX)),
            open: AtomicUsize::new(0),
            spoke: AtomicBool::new(false),
            busy: AtomicBool::new(true),
            cut: Mutex::new(Some(cut)),
            leaving: CancellationToken::new(),
            unwelcome: CancellationToken::new(),
            refused: OnceLock::new(),
            gone: CancellationToken::new(),
        };
        (
            Self {
                inner: Arc::new(inner),
            },
            receiver,
        )
    }

    #[cfg(test)]
    pub(crate) fn for_tests(caller: Caller) -> Self {
        Self::new(caller, ([127, 0, 0, 1], 1).into()).0
    }

    /// The line a request came over. [`crate::layer`] lets no request pass without one.
    pub(crate) fn of<T>(request: &Request<T>) -> Result<Self, Refusal> {
        let line = request.extensions().get::<Self>().cloned();
        line.ok_or_else(|| Refusal::new(Reason::Internal))
    }

    /// Who is on the line: verified in the handshake.
    pub fn caller(&self) -> &Caller {
        &self.inner.caller
    }

    /// Where the line comes from.
    pub fn address(&self) -> SocketAddr {
        self.inner.address
    }

    /// Ends the connection at once, with everything open on it.
    pub fn cut(&self) {
        let sender = self
            .inner
            .cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // Nobody listens any more when the connection has ended by itself.
        let _was_up = sender.map(|sender| sender.send(()));
    }

    /// Ends the connection of a peer that takes nothing, a moment after its last message was queued: a stream that nobody
    /// reads cannot end by itself, and what is buffered for it would stay.
    pub(crate) async fn cut_after_last_word(&self) {
        tokio::select! {
            biased; // what is gone needs no cutting
            () = self.inner.gone.cancelled() => {}
            () = tokio::time::sleep(LAST_WORD_GRACE) => self.cut(),
        }
    }

    /// Resolves when the connection is old and about to end.
    pub async fn leaving(&self) {
        self.inner.leaving.cancelled().await;
    }

    /// Resolves when the caller would not be let in any more, with the reason. The connection is cut a moment later.
    pub(crate) async fn unwelcome(&self) -> Reason {
        self.inner.unwelcome.cancelled().await;
        self.refused().unwrap_or(Reason::Internal)
    }

    /// Why the caller would not be let in any more, if that is so.
    pub(crate) fn refused(&self) -> Option<Reason> {
        self.inner.refused.get().copied()
    }

    /// Ends everything on the line but its last words.
    pub(crate) fn refuse(&self, reason: Reason) {
        self.inner.refused.get_or_init(|| reason);
        self.inner.unwelcome.cancel();
    }

    /// Notes that a request has come.
    pub(crate) fn spoke(&self) {
        self.inner.spoke.store(true, Ordering::Relaxed);
        self.inner.busy.store(true, Ordering::Relaxed);
    }

    /// A place for a call until the head of its answer, if there is one.
    pub(crate) fn begin_call(&self) -> Option<Open> {
        let call = Arc::clone(&self.inner.calls).try_acquire_owned().ok()?;
        Some(self.open(Some(call)))
    }

    /// Counts a stream that outlives the head of its answer.
    pub(crate) fn begin_stream(&self) -> Open {
        self.open(None)
    }

    fn open(&self, call: Option<OwnedSemaphorePermit>) -> Open {
        self.inner.open.fetch_add(1, Ordering::Relaxed);
        Open {
            line: self.clone(),
            _call: call,
        }
    }

    pub(super) fn ended(&self) {
        self.inner.gone.cancel();
    }

    /// Whether nothing was open or began since the last time this was asked.
    fn was_idle(&self) -> bool {
        let busy = self.inner.busy.swap(false, Ordering::Relaxed);
        !busy && self.inner.open.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.line.inner.open.fetch_sub(1, Ordering::Relaxed);
        self.line.inner.busy.store(true, Ordering::Relaxed);
    }
}

/// Watches one connection until it is gone: its caller welcome, first request in time, not idle for long, not too old.
pub(super) async fn patrol(line: Line, welcome: Welcome) {
    let gone = line.inner.gone.clone();
    tokio::select! {
        biased; // what is gone needs nothing; who is not welcome hears that rather than that the line is old
        () = gone.cancelled() => {}
        reason = welcome.lost(line.caller()) => {
            let name = precinto_alert::reason::name(reason);
            tracing::info!(address = %line.address(), caller = %line.caller(), reason = name, "connection cut: its caller would not be let in any more");
            line.refuse(reason);
            // What is open on it hears why; what does not listen is cut all the same.
            line.cut_after_last_word().await;
        }
        reason = overdue(&line) => {
            tracing::info!(address = %line.address(), caller = %line.caller(), reason, "connection cut");
            line.cut();
        }
    }
}

/// Resolves when the connection must end, with the reason.
async fn overdue(line: &Line) -> &'static str {
    let opened = Instant::now();
    tokio::time::sleep(FIRST_REQUEST_TIMEOUT).await;
    if !line.inner.spoke.load(Ordering::Relaxed) {
        return "no request after the handshake";
    }
    let mut idle_since = Instant::now();
    while opened.elapsed() < CONNECTION_AGE_MAX {
        tokio::time::sleep(CONNECTION_PATROL).await;
        if !line.was_idle() {
            idle_since = Instant::now();
        }
        if idle_since.elapsed() >= CONNECTION_IDLE_MAX {
            return "idle";
        }
    }
    // tonic sends GOAWAY at the same age; streams say goodbye now, and what is left is cut.
    line.inner.leaving.cancel();
    tokio::time::sleep(CONNECTION_AGE_GRACE).await;
    "too old"
}

#[cfg(test)]
mod tests {
    use precinto_alert::id::Identity;
    use precinto_ledger::clock::ManualClock;

    use super::*;
    use crate::in_force::InForce;
    use crate::registry::tests::example;

    fn welcome() -> Welcome {
        let clock = Arc::new(ManualClock::new(1_000));
        Welcome::new(InForce::for_ever(example()), clock)
    }

    fn line() -> (Line, oneshot::Receiver<()>) {
        let node = "spiffe://us.dev.invalid/agency/cbp/node/lax";
        let caller = Caller::for_tests(Identity::Node(node.parse().unwrap()));
        Line::new(caller, ([127, 0, 0, 1], 1).into())
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_request_has_a_deadline_and_later_ones_have_none() {
        let ((silent, silent_cut), (spoken, mut spoken_cut)) = (line(), line());
        spoken.spoke();
        for line in [silent, spoken.clone()] {
            tokio::spawn(patrol(line, welcome()));
        }
        silent_cut.await.unwrap();
        tokio::time::sleep(CONNECTION_IDLE_MAX / 2).await;
        assert!(spoken_cut.try_recv().is_err(), "idle, and not for long");
        drop(spoken);
        spoken_cut.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_nothing_open_for_long_is_cut_and_who_has_is_not() {
        let ((idle, idle_cut), (busy, mut busy_cut)) = (line(), line());
        let _stream = busy.begin_stream();
        for line in [&idle, &busy] {
            line.spoke();
            tokio::spawn(patrol(line.clone(), welcome()));
        }
        let began = Instant::now();
        let cut = tokio::time::timeout(2 * CONNECTION_IDLE_MAX, idle_cut);
        cut.await.unwrap().unwrap();
        let rounds = FIRST_REQUEST_TIMEOUT + 2 * CONNECTION_PATROL;
        let expected = CONNECTION_IDLE_MAX..CONNECTION_IDLE_MAX + rounds;
        assert!(expected.contains(&began.elapsed()), "{:?}", began.elapsed());
        tokio::time::sleep(CONNECTION_IDLE_MAX).await;
        assert!(busy_cut.try_recv().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_line_is_asked_to_leave_and_then_cut_whatever_is_open() {
        let (line, cut) = line();
        let _stream = line.begin_stream();
        line.spoke();
        tokio::spawn(patrol(line.clone(), welcome()));
        let began = Instant::now();
        let asked = tokio::time::timeout(2 * CONNECTION_AGE_MAX, line.leaving());
        asked.await.unwrap();
        let expected = CONNECTION_AGE_MAX..CONNECTION_AGE_MAX + CONNECTION_PATROL;
        assert!(expected.contains(&began.elapsed()), "{:?}", began.elapsed());
        let asked = Instant::now();
        cut.await.unwrap();
        assert_eq!(asked.elapsed().as_secs(), CONNECTION_AGE_GRACE.as_secs());
    }
}

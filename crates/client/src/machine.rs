//! What a node's side takes from the machine that it runs on: the network, chance, threads. A simulation puts its own in their place.

use precinto_envelope::crypto::random;
use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A connection before TLS: bytes in both directions.
pub type Wire = Box<dyn Io>;

/// What bytes can be read from and written to.
pub trait Io: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Io for T {}

/// A connection on its way.
pub type Dialled = Pin<Box<dyn Future<Output = io::Result<Wire>> + Send>>;

/// A machine that is simulated. On it nothing has a thread of its own, and no kernel tells of files: the same is done in the
/// same order each time.
pub struct Simulated {
    /// Connects to an address, as `host:port`.
    pub dial: Box<dyn Fn(String) -> Dialled>,
    /// Chance, by which pauses are spread.
    pub dice: Box<dyn Fn() -> u64>,
}

impl Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulated")
    }
}

thread_local! {
    static SIMULATED: RefCell<Option<Rc<Simulated>>> = const { RefCell::new(None) };
}

/// For simulations only: whatever of this crate runs on this thread is on that machine from now on.
pub fn simulate_on_this_thread(machine: Simulated) {
    SIMULATED.set(Some(Rc::new(machine)));
}

fn simulated() -> Option<Rc<Simulated>> {
    SIMULATED.with_borrow(Clone::clone)
}

/// Whether this thread is on a simulated machine.
pub(crate) fn is_simulated() -> bool {
    simulated().is_some()
}

/// Does `work` on a thread that may block.
pub(crate) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    if is_simulated() {
        tokio::spawn(async move { work() })
    } else {
        tokio::task::spawn_blocking(work)
    }
}

/// A number by chance.
pub(crate) fn dice() -> u64 {
    simulated().map_or_else(|| u64::from_be_bytes(random()), |machine| (machine.dice)())
}

/// Connects to `gateway`.
pub(crate) async fn dial(gateway: &str) -> io::Result<Wire> {
    let dialled = simulated().map(|machine| (machine.dial)(gateway.to_owned()));
    if let Some(dialled) = dialled {
        return dialled.await;
    }
    let tcp = TcpStream::connect(gateway).await?;
    // Without it every call waits for the peer's delayed acknowledgement, some 40 ms.
    tcp.set_nodelay(true)?;
    Ok(Box::new(tcp))
}

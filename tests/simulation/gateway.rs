//! The gateway of a simulated world: as it is served, on a disk in memory, with the ledger's owner as a task.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use precinto_gateway::Gateway;
use precinto_gateway::accept::{Listen, Next, Wire};
use precinto_gateway::config::Config;
use precinto_ledger::clock::Clock;
use precinto_ledger::testing::open_stepped;
use precinto_ledger::{Ledger, OpenError, Options, OwnerHandle, Steps};
use tokio_util::sync::CancellationToken;
use turmoil::net::TcpListener;

use crate::fixture::{GATEWAY, PORT};
use crate::world::World;

/// The simulated port.
struct Door(TcpListener);

impl Listen for Door {
    fn next(&self) -> Next<'_> {
        Box::pin(async {
            let (stream, address) = self.0.accept().await?;
            Ok((Box::new(stream) as Wire, address))
        })
    }
}

/// One life of the gateway, from a start to a stop in good order, or until its disk fails, which ends a process at once.
pub(crate) async fn live(world: Arc<World>) -> turmoil::Result {
    let lived = life(&world).await;
    let disk = world.state().disk.clone();
    if lived.is_err() && disk.has_failed() {
        // Also while it starts, or stops.
        world.has_failed.store(true, Ordering::Relaxed);
        return std::future::pending().await;
    }
    lived
}

async fn life(world: &Arc<World>) -> turmoil::Result {
    let config = Config::load(&world.path("gateway.toml"))?;
    let clock = Arc::clone(&world.gateway_clock);
    let gateway = Gateway::check(config, clock.now_ms())?;
    let log = Arc::clone(world);
    let opened = gateway
        .open_with(clock, move |options, clock| open(&log, options, clock))
        .await?;
    world.note(GATEWAY, format_args!("open with {}", opened.size()));
    let door = Door(TcpListener::bind(("0.0.0.0", PORT)).await?);
    let shutdown = CancellationToken::new();
    world.state().shutdown = shutdown.clone();
    opened.serve(door, shutdown).await?;
    world.note(GATEWAY, "stopped");
    Ok(())
}

fn open(
    world: &Arc<World>,
    Options { signer, limits, .. }: Options,
    clock: Arc<dyn Clock>,
) -> Result<(Ledger, OwnerHandle), OpenError> {
    let disk = world.state().disk.clone();
    let has_failed = Arc::clone(&world.has_failed);
    let fatal = move || has_failed.store(true, Ordering::Relaxed);
    let (ledger, owner, steps) = open_stepped(Arc::new(disk), signer, limits, clock, fatal)?;
    tokio::spawn(commit(Arc::clone(world), ledger.clone(), steps));
    Ok((ledger, owner))
}

/// What the owner's thread does elsewhere: a batch, and the next one when that is on the disk.
async fn commit(world: Arc<World>, ledger: Ledger, steps: Steps) {
    let mut size = ledger.published();
    drop(ledger);
    loop {
        let takes = Duration::from_millis(world.commit_ms.load(Ordering::Relaxed));
        tokio::time::sleep(takes).await;
        if !steps.step() {
            return;
        }
        if size.has_changed().unwrap_or(false) {
            let size = size.borrow_and_update().size;
            world.state().size = size;
            world.note(GATEWAY, format_args!("log of {size}"));
        }
    }
}

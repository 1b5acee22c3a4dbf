//! What gRPC health says: everything is served from the start to the drain, and messages are taken as long as the log takes them.

use precinto_ledger::{Ledger, Taking};
use precinto_proto::v1::directory_service_server::DirectoryServiceServer;
use precinto_proto::v1::log_service_server::LogServiceServer;
use precinto_proto::v1::record_service_server::RecordServiceServer;
use precinto_proto::v1::submission_service_server::SubmissionServiceServer;
use precinto_proto::v1::subscription_service_server::SubscriptionServiceServer;
use tokio_util::sync::CancellationToken;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::blocking;
use crate::directory::DirectoryHandler;
use crate::limits::READINESS_PATROL;
use crate::prove::LogHandler;
use crate::records::RecordHandler;
use crate::submit::SubmissionHandler;
use crate::subscribe::SubscriptionHandler;

/// The name under which load balancers ask whether to send anybody here: every service that reads, or none.
const READY: &str = "ready";

/// The service that says whether messages are taken.
const SUBMISSIONS: &str = <SubmissionServiceServer<SubmissionHandler> as NamedService>::NAME;

/// Says how it is at the start.
pub(super) async fn tell_all(health: &HealthReporter, ledger: &Ledger) {
    tell_others(health, ServingStatus::Serving).await;
    let now = status(ledger).await;
    health.set_service_status(SUBMISSIONS, now).await;
}

/// Follows the log, until `shutdown`. Then it says that nothing is served any more, and only after that begins to end things: who
/// watches hears of it before the end.
pub(super) async fn follow(
    health: HealthReporter,
    ledger: Ledger,
    shutdown: CancellationToken,
    draining: CancellationToken,
) {
    let mut told = None;
    loop {
        let now = status(&ledger).await;
        // A watcher is woken by each word, also by the same one.
        if told != Some(now) {
            health.set_service_status(SUBMISSIONS, now).await;
            told = Some(now);
        }
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(READINESS_PATROL) => {}
        }
    }
    let not = ServingStatus::NotServing;
    health.set_service_status(SUBMISSIONS, not).await;
    tell_others(&health, not).await;
    draining.cancel();
}

/// Tells the same of every other name that can be asked for.
async fn tell_others(health: &HealthReporter, status: ServingStatus) {
    for name in [
        "",
        READY,
        <SubscriptionServiceServer<SubscriptionHandler> as NamedService>::NAME,
        <LogServiceServer<LogHandler> as NamedService>::NAME,
        <RecordServiceServer<RecordHandler> as NamedService>::NAME,
        <DirectoryServiceServer<DirectoryHandler> as NamedService>::NAME,
    ] {
        health.set_service_status(name, status).await;
    }
}

async fn status(ledger: &Ledger) -> ServingStatus {
    let ledger = ledger.clone();
    // It may look at the disk.
    let taking = blocking::spawn(move || ledger.taking()).await;
    if matches!(taking, Ok(Taking::Well)) {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}

//! The gRPC server over our own connections, with every setting explicit, and its end.

use std::sync::Arc;

use precinto_ledger::clock::Clock;
use precinto_ledger::{OwnerHandle, StopError};
use precinto_proto::v1::directory_service_server::DirectoryServiceServer;
use precinto_proto::v1::log_service_server::LogServiceServer;
use precinto_proto::v1::record_service_server::RecordServiceServer;
use precinto_proto::v1::submission_service_server::SubmissionServiceServer;
use precinto_proto::v1::subscription_service_server::SubscriptionServiceServer;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::server::HealthReporter;

use crate::accept::{self, Census, Listen, Welcome};
use crate::blocking;
use crate::clocks;
use crate::directory::DirectoryHandler;
use crate::layer::Guard;
use crate::limits::{
    ANSWER_BYTES_MAX, CONNECTION_AGE_MAX, CONNECTION_WINDOW_BYTES, CURSOR_FLUSH, DRAIN_TIMEOUT,
    FRAME_BYTES_MAX, HEADER_BYTES_MAX, KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT, LOCAL_RESETS_MAX,
    PART_REQUEST_BYTES_MAX, PENDING_RESETS_MAX, REQUEST_BYTES_MAX, STREAM_WINDOW_BYTES,
    STREAMS_PER_CONNECTION_MAX, SUBMISSION_BYTES_MAX, UNSETTLED_PATROL,
};
use crate::metrics::{Calls, Counts, Metrics, Sight};
use crate::prove::LogHandler;
use crate::quota::Quotas;
use crate::ration::Ration;
use crate::records::RecordHandler;
use crate::scrub;
use crate::submit::{Budget, Refusals, SubmissionHandler, Submissions};
use crate::subscribe::store::Store;
use crate::subscribe::{Feed, SubscriptionHandler};
use crate::witness::Witnesses;
use crate::{Opened, RunError};

mod health;

#[cfg(test)]
mod tests;

/// Serves until `shutdown`, then drains. See [`Opened::serve`].
pub(crate) async fn serve(
    mut opened: Opened,
    listener: Box<dyn Listen>,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    // Streams and calls go on for a while after the beginning of the end, and are told of too.
    let (draining, ended) = (CancellationToken::new(), CancellationToken::new());
    let (counts, calls) = (Counts::default(), Calls::default());
    let guard = Guard {
        budget: Budget::default(),
        draining: draining.clone(),
        calls: calls.clone(),
    };
    let submissions = submissions(&opened, &counts, &draining);
    // It ends when nobody is refused any more.
    let told = tokio::spawn(Arc::clone(&submissions).keep_told(ended.clone()));
    let (health, routes) = routes(&opened, submissions, &draining).await;
    let (ledger, to_drain) = (opened.ledger.clone(), draining.clone());
    let herald = tokio::spawn(health::follow(health, ledger, shutdown, to_drain));
    let census = Arc::new(Census::with_descriptors(descriptors()));
    let welcome = Welcome::new(opened.keeper.in_force(), Arc::clone(&opened.clock));
    let lines = accept::start(
        listener,
        opened.reloads.tls(),
        welcome,
        Arc::clone(&census),
        draining.clone(),
    );
    let sight = sight(&opened, &census, &draining);
    let metrics = Metrics::new(&counts, &calls, opened.acts.failures(), sight);
    opened
        .ledger
        .on_commit(move |commit| counts.committed(commit));
    // To the end, so that who asks meanwhile hears that it drains.
    let desk = opened.desk.take();
    let desk = desk.map(|desk| tokio::spawn(desk.serve(Arc::new(metrics))));
    let (keepers, kept) = keepers(opened, &draining, &ended);
    let overdue = tokio::spawn(cut_after_drain(Arc::clone(&census), draining.clone()));

    let served = server(guard)
        .add_routes(routes)
        .serve_with_incoming_shutdown(lines, draining.cancelled());
    let served = served.await;

    // Also when the server failed: whatever happens, what is in the log stays, and is closed in order.
    draining.cancel();
    ended.cancel();
    overdue.abort();
    herald.abort();
    keepers.await;
    drop(told.await);
    if let Some(desk) = desk {
        desk.abort();
        drop(desk.await);
    }
    blocking::spawn(move || kept.close()).await??;
    tracing::info!("stopped");
    Ok(served?)
}

/// What is closed at the end.
struct Kept {
    store: Arc<Store>,
    witnesses: Arc<Witnesses>,
    owner: OwnerHandle,
}

impl Kept {
    /// Writes what is not written as yet, and closes the log; blocking.
    fn close(self) -> Result<(), StopError> {
        self.store.flush();
        self.witnesses.flush();
        self.owner.stop()
    }
}

/// Starts all that works beside the server until `draining`, and what tells of those who are served until these have `ended`; what is
/// awaited has ended then.
fn keepers(
    opened: Opened,
    draining: &CancellationToken,
    ended: &CancellationToken,
) -> (impl Future<Output = ()> + use<>, Kept) {
    let Opened {
        reloads,
        store,
        witnesses,
        owner,
        ledger,
        cases,
        keeper,
        clock,
        beside,
        ..
    } = opened;
    let beside = tokio::spawn(beside.keep(ended.clone()));
    let reloads = tokio::spawn(reloads.keep(draining.clone()));
    let flusher = tokio::spawn(flush_cursors(Arc::clone(&store), draining.clone()));
    let cosignatures = tokio::spawn(Arc::clone(&witnesses).keep_written(draining.clone()));
    let unsettled = warn_of_unsettled(Arc::clone(&store), Arc::clone(&clock), draining.clone());
    let unsettled = tokio::spawn(unsettled);
    let scrub = tokio::spawn(scrub::keep(ledger.clone(), draining.clone()));
    let clocks = clocks::Sources {
        ledger,
        cases,
        directory: keeper.in_force(),
        clock,
    };
    let clocks = clocks::keep(clocks, draining.clone());
    let ended = async move {
        drop(tokio::join!(
            flusher,
            cosignatures,
            unsettled,
            reloads,
            clocks,
            scrub,
            beside
        ));
    };
    let kept = Kept {
        store,
        witnesses,
        owner,
    };
    (ended, kept)
}

/// Where an operator's figures are looked up.
fn sight(opened: &Opened, census: &Arc<Census>, draining: &CancellationToken) -> Sight {
    Sight {
        ledger: opened.ledger.clone(),
        in_force: opened.keeper.in_force(),
        store: Arc::clone(&opened.store),
        witnesses: Arc::clone(&opened.witnesses),
        census: Arc::clone(census),
        endings: opened.reloads.endings(),
        clock: Arc::clone(&opened.clock),
        draining: draining.clone(),
    }
}

/// How many descriptors the process may have open.
fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}

/// Every HTTP/2 setting, because what tonic leaves out is unlimited. `max_connection_age_grace` stays unset: with it,
/// tonic skips the GOAWAY; our patrol cuts instead. Timeout and load shedding are in [`crate::layer`].
fn server(guard: Guard) -> Server<tower::layer::util::Stack<Guard, tower::layer::util::Identity>> {
    Server::builder()
        .accept_http1(false)
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .http2_max_local_error_reset_streams(Some(LOCAL_RESETS_MAX))
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS_MAX))
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_adaptive_window(Some(false))
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_connection_age(CONNECTION_AGE_MAX)
        .layer(guard)
}

/// The services, each with limits for its messages; and what tells how they are.
async fn routes(
    opened: &Opened,
    submissions: Arc<Submissions>,
    draining: &CancellationToken,
) -> (HealthReporter, Routes) {
    let Opened {
        config,
        keeper,
        certificates,
        cases,
        ledger,
        store,
        witnesses,
        clock,
        ..
    } = opened;
    let feed = Feed {
        ledger: ledger.clone(),
        clock: Arc::clone(clock),
        witnesses: Arc::clone(witnesses),
        directory: keeper.in_force(),
        draining: draining.clone(),
    };
    let subscriptions = SubscriptionHandler::new(feed, Arc::clone(store), opened.acts.clone());
    let proofs = LogHandler::new(
        ledger.clone(),
        keeper.in_force(),
        Arc::clone(certificates),
        Arc::clone(witnesses),
        opened.acts.clone(),
        draining.clone(),
    );
    let (cases, acts) = (Arc::clone(cases), opened.acts.clone());
    let records = RecordHandler::new(ledger.clone(), keeper.in_force(), cases, acts);
    let directory = DirectoryHandler::new(ledger.clone(), Arc::clone(keeper));
    let submissions = SubmissionServiceServer::new(SubmissionHandler::new(submissions))
        .max_decoding_message_size(SUBMISSION_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let subscriptions = SubscriptionServiceServer::new(subscriptions)
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let proofs = LogServiceServer::new(proofs)
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let records = RecordServiceServer::new(records)
        .max_decoding_message_size(REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let directory = DirectoryServiceServer::new(directory)
        .max_decoding_message_size(PART_REQUEST_BYTES_MAX)
        .max_encoding_message_size(ANSWER_BYTES_MAX);
    let (health, health_service) = tonic_health::server::health_reporter();
    health::tell_all(&health, ledger).await;
    let health_service = health_service.max_decoding_message_size(REQUEST_BYTES_MAX);
    let routes = Routes::new(submissions)
        .add_service(subscriptions)
        .add_service(proofs)
        .add_service(records)
        .add_service(directory)
        .add_service(health_service);
    let routes = if config.reflection {
        with_reflection(routes)
    } else {
        routes
    };
    (health, routes)
}

/// The one write path.
fn submissions(opened: &Opened, counts: &Counts, draining: &CancellationToken) -> Arc<Submissions> {
    Arc::new(Submissions {
        ledger: opened.ledger.clone(),
        directory: opened.keeper.in_force(),
        certificates: Arc::clone(&opened.certificates),
        cases: Arc::clone(&opened.cases),
        origin: opened.config.origin.clone(),
        conflicts: Ration::default(),
        refusals: Refusals::new(opened.acts.clone()),
        quotas: Quotas::new(opened.config.quotas.clone()),
        counts: counts.clone(),
        clock: Arc::clone(&opened.clock),
        draining: draining.clone(),
    })
}

/// Both versions of server reflection, so that generic clients of any age find the contract.
fn with_reflection(routes: Routes) -> Routes {
    use tonic_reflection::server::Builder;
    let builder = || {
        Builder::configure()
            .register_encoded_file_descriptor_set(precinto_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let v1 = builder()
        .build_v1()
        .expect("our own descriptors are well-formed");
    let v1alpha = builder()
        .build_v1alpha()
        .expect("our own descriptors are well-formed");
    routes.add_service(v1).add_service(v1alpha)
}

/// Writes what has changed of the cursors, a few times a second, until the gateway stops.
async fn flush_cursors(store: Arc<Store>, stop: CancellationToken) {
    loop {
        tokio::select! {
            biased; // the end writes what is left
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CURSOR_FLUSH) => {}
        }
        let store = Arc::clone(&store);
        if blocking::spawn(move || store.flush()).await.is_err() {
            tracing::error!("writing cursors panicked");
        }
    }
}

/// Who takes deliveries and does not finish them is an operator's business.
pub(crate) async fn warn_of_unsettled(
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            biased; // nobody is warned at the end
            () = stop.cancelled() => return,
            () = tokio::time::sleep(UNSETTLED_PATROL) => store.warn_of_unsettled(clock.now_ms()),
        }
    }
}

/// A peer that does not end its streams cannot hold up the shutdown.
async fn cut_after_drain(census: Arc<Census>, draining: CancellationToken) {
    draining.cancelled().await;
    tokio::time::sleep(DRAIN_TIMEOUT).await;
    let connections = census.connections();
    tracing::info!(connections, "not drained in time: connections cut");
    census.cut_all();
}

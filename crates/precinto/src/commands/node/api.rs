//! The agent's own gRPC API, for those of the agency's systems that would rather call than read files.
//!
//! A unix socket, `api/node.sock` in the state folder: mode 0600 in a folder of mode 0700, so that the kernel lets in the agent's
//! own user and nobody else, and no port is open. Whoever is let in can have the node sign, as whoever reads its key file can.
//!
//! It lasts as long as the agent, not as a session: what is said while certificates are being renewed is queued all the same.

mod service;

use super::counter::Counter;
use super::task::AbortOnDrop;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use precinto_client::limits::MESSAGE_BYTES_MAX;
use precinto_client::outbox::Outbox;
use precinto_proto::v1::node_service_server::NodeServiceServer;
use service::Service;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::Server;

/// Calls at once on one connection.
const CALLS_MAX: usize = 64;

/// What the API does with.
#[derive(Clone)]
pub(super) struct Api {
    /// Whose.
    pub(super) node: Node,
    /// What the agent works by, once it does.
    pub(super) material: watch::Receiver<Option<Arc<Material>>>,
    /// Where messages go.
    pub(super) outbox: Outbox,
    /// Where deliveries come from.
    pub(super) counter: Counter,
    /// How long one delivery may take.
    pub(super) limit: Duration,
}

impl Api {
    /// Opens the socket and serves on it until it is dropped. For the one agent: a socket that was left behind is replaced.
    pub(super) fn serve(self) -> Result<AbortOnDrop, Failure> {
        let path = path_of(&self.node.state);
        let listener = listen(&path).map_err(|error| {
            let (en, es) = (
                format!("cannot listen on {}", path.display()),
                format!("no se puede escuchar en {}", path.display()),
            );
            Failure::new(Exit::Failed, Text::io(&error).behind(en, es))
        })?;
        let service = NodeServiceServer::new(Service::new(self));
        let service = service.max_decoding_message_size(MESSAGE_BYTES_MAX);
        let serving = Server::builder()
            .concurrency_limit_per_connection(CALLS_MAX)
            .add_service(service)
            .serve_with_incoming(UnixListenerStream::new(listener));
        Ok(AbortOnDrop(tokio::spawn(async move {
            // It ends with the agent, which notices if it ends before; a connection that fails is its caller's affair.
            drop(serving.await);
        })))
    }
}

/// Where the socket is.
pub(super) fn path_of(state: &Path) -> PathBuf {
    state.join("api").join("node.sock")
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    let folder = path.parent().unwrap_or(path);
    // Private before there is anything in it: between making a socket and giving it its mode nobody else gets in.
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => std::fs::set_permissions(folder, Permissions::from_mode(0o700))?,
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

//! A tonic channel over our own TLS, as a foreign client would build it.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

/// Connects at once.
pub(crate) async fn connect(
    address: SocketAddr,
    config: Arc<rustls::ClientConfig>,
    server_name: String,
) -> Result<Channel, tonic::transport::Error> {
    let connector = tower::service_fn(move |_| {
        let (config, server_name) = (Arc::clone(&config), server_name.clone());
        async move {
            let socket = TcpStream::connect(address).await?;
            socket.set_nodelay(true)?;
            let name = ServerName::try_from(server_name).map_err(std::io::Error::other)?;
            TlsConnector::from(config)
                .connect(name, socket)
                .await
                .map(TokioIo::new)
        }
    });
    Endpoint::from_static("http://gateway")
        .connect_with_connector(connector)
        .await
}

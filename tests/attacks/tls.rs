//! C21: what TLS allows to be sent for ever: new keys, and changes of a cipher that mean nothing.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::drill::{Drill, sized};
use crate::raw::{self, PREFACE};

/// The attacker's own address.
const HOST: u8 = 66;

/// A record that changes the cipher (RFC 8446, appendix D.4).
const CHANGE_CIPHER: &[u8] = &[0x14, 0x03, 0x03, 0x00, 0x01, 0x01];

/// What the end of a connection may take.
const SOON: Duration = Duration::from_secs(5);

/// Whether the peer has closed the connection.
async fn is_closed(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> bool {
    let mut all = Vec::new();
    timeout(SOON, stream.read_to_end(&mut all)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c21_new_keys_and_empty_changes() {
    let drill = Drill::begin("C21", "KeyUpdate and ChangeCipherSpec").await;
    let attacker = drill.attacker();
    let dial = || raw::dial(&attacker.settings.gateway, HOST);

    let tcp = dial().await.expect("TCP");
    let mut tls = raw::handshake(&attacker, tcp, &[b"h2"]).await.expect("TLS");
    tls.write_all(PREFACE).await.expect("open");
    let mut updates = 0;
    for _ in 0..sized(5_000, 500_000) {
        tls.get_mut().1.refresh_traffic_keys().expect("TLS 1.3");
        if tls.flush().await.is_err() {
            break;
        }
        updates += 1;
    }
    // The library counts them, and takes a few dozen in a row.
    assert!(is_closed(&mut tls).await, "{updates} new keys");
    drop(tls);

    // Before the handshake, and behind it.
    let floods = sized(5, 100);
    let mut turned_away = 0;
    for _ in 0..floods {
        let mut tcp = dial().await.expect("TCP");
        // It may be closed before all of it was taken.
        drop(tcp.write_all(&CHANGE_CIPHER.repeat(10_000)).await);
        assert!(is_closed(&mut tcp).await, "before the handshake");

        // Turned away while the places of those before it are being given back.
        let tcp = dial().await.expect("TCP");
        let Ok(mut tls) = raw::handshake(&attacker, tcp, &[b"h2"]).await else {
            turned_away += 1;
            continue;
        };
        drop(
            tls.get_mut()
                .0
                .write_all(&CHANGE_CIPHER.repeat(10_000))
                .await,
        );
        assert!(is_closed(&mut tls).await, "behind the handshake");
    }
    assert!(2 * turned_away <= floods, "{turned_away} of {floods}");
    let outcome = format!(
        "{updates} new keys; {floods} floods of changes twice, all cut, {turned_away} not let in"
    );
    drill.end(&outcome).await;
}

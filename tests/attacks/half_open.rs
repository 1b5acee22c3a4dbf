//! C6 and C7: connections that do not get on with it, before TLS and behind it.

use std::time::Duration;

use precinto_tests::{Site, now_ms};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::drill::{Drill, is_full, runs_at_full_size_only, sized};
use crate::raw;

/// The first bytes of a TLS record that never ends.
const BEGUN: &[u8] = &[0x16, 0x03, 0x01, 0x01, 0x00, 0x01];

/// A socket that says too little from `127.0.<network>.<host>`; none when the kernel's queue is full.
async fn begun(gateway: &str, from: [u8; 2]) -> Option<TcpStream> {
    let dial = raw::dial_from(gateway, from);
    let mut tcp = timeout(Duration::from_millis(200), dial).await.ok()?.ok()?;
    tcp.write_all(BEGUN).await.ok()?;
    Some(tcp)
}

/// Whether the gateway ends the connection within `limit`.
async fn is_ended(tcp: &mut TcpStream, limit: Duration) -> bool {
    let mut discard = [0; 256];
    let ended = async { while matches!(tcp.read(&mut discard).await, Ok(1..)) {} };
    timeout(limit, ended).await.is_ok()
}

/// Whether somebody who talks nonsense is told so within `limit`: he is, as soon as there is a place for his handshake.
async fn is_heard(gateway: &str, from: [u8; 2], limit: Duration) -> bool {
    let mut tcp = raw::dial_from(gateway, from).await.expect("TCP");
    tcp.write_all(b"this is not TLS, and long enough to be seen as such")
        .await
        .expect("TCP");
    is_ended(&mut tcp, limit).await
}

/// Less than a handshake has, and enough for anything that comes at once.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn handshakes_are_bounded_in_time_and_number_for_the_process_each_network_and_each_address() {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address();
    let began = Instant::now();
    // An address has 32, and what comes beyond them is closed at once.
    let mut held = hold(address, [2, 1], 32).await;
    assert!(is_turned_away(address, [2, 1]).await, "the 33rd of it");
    // Its network has 48, whatever addresses it has.
    held.extend(hold(address, [2, 2], 16).await);
    assert!(is_turned_away(address, [2, 3]).await, "the 49th of it");
    assert!(
        is_heard(address, [10, 1], SOON).await,
        "another network is not affected"
    );
    // Those after it share what is left, so that a few networks together cannot take all.
    held.extend(hold(address, [3, 1], 5).await);
    assert!(is_turned_away(address, [3, 2]).await, "the 6th of it");
    for (network, share) in [(4, 4), (5, 2), (6, 2), (7, 1), (8, 1), (9, 1)] {
        held.extend(hold(address, [network, 1], share).await);
    }
    // The process has 64; what comes beyond them waits.
    assert!(
        !is_heard(address, [10, 1], Duration::from_secs(1)).await,
        "the 65th of the process"
    );
    // Places come back in time, without the peer's help.
    let mut first = held.swap_remove(0);
    assert!(
        is_ended(&mut first, Duration::from_secs(9)).await,
        "after 5 s"
    );
    assert!(began.elapsed() > Duration::from_secs(4), "not before");
    assert!(is_heard(address, [10, 1], SOON).await);
}

/// So many sockets that say too little.
async fn hold(gateway: &str, from: [u8; 2], count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    while held.len() < count {
        held.push(begun(gateway, from).await.expect("TCP"));
    }
    held
}

/// Whether there is no place for one more from there, and he is told so at once.
async fn is_turned_away(gateway: &str, from: [u8; 2]) -> bool {
    let mut tcp = raw::dial_from(gateway, from).await.expect("TCP");
    // It may be closed already.
    drop(tcp.write_all(BEGUN).await);
    is_ended(&mut tcp, SOON).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_half_open_sockets() {
    let drill = Drill::begin("C6", "half-open handshakes from a network").await;
    let address = drill.gateway.address().to_owned();
    let wanted = sized(500, 2_000);
    let mut held = Vec::new();
    // Of forty addresses, each with less than it may have.
    for host in (1..=40).cycle() {
        held.extend(begun(&address, [66, host]).await);
        if held.len() >= wanted {
            break;
        }
    }
    // Somebody else comes in meanwhile.
    let began_ms = now_ms();
    let newcomer = drill.site.node("us-atf-hq", &drill.gateway).connect().await;
    let took_ms = now_ms() - began_ms;
    if is_full() {
        assert!(took_ms < 1_000, "a real node connects in {took_ms} ms");
    }
    drop((newcomer, held));
    let outcome = format!("{wanted} sockets; a newcomer from elsewhere is in after {took_ms} ms");
    drill.end(&outcome).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_silence_after_tls() {
    if !runs_at_full_size_only() {
        return; // unit test: `the_first_request_has_a_deadline_and_later_ones_have_none`
    }
    let drill = Drill::begin("C7", "silence after the handshake").await;
    let attacker = drill.attacker();
    let mut held = Vec::new();
    // As many as one certificate may have.
    for _ in 0..8 {
        let tcp = raw::dial(&attacker.settings.gateway, 67)
            .await
            .expect("TCP");
        held.push(raw::handshake(&attacker, tcp, &[b"h2"]).await.expect("TLS"));
    }
    let began = Instant::now();
    for stream in &mut held {
        let mut all = Vec::new();
        let end = timeout(Duration::from_secs(10), stream.read_to_end(&mut all)).await;
        assert!(end.is_ok(), "a silent peer is cut");
    }
    let outcome = format!(
        "8 connections, all cut after {:.1} s",
        began.elapsed().as_secs_f64()
    );
    drill.end(&outcome).await;
}

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

/// A socket that says too little from `127.0.0.<host>`; none when the kernel's queue is full.
async fn begun(gateway: &str, host: u8) -> Option<TcpStream> {
    let dial = raw::dial(gateway, host);
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

/// Whether somebody who talks nonsense is told so at once: he is, as soon as there is a place for his handshake.
async fn is_heard(gateway: &str, host: u8) -> bool {
    let mut tcp = raw::dial(gateway, host).await.expect("TCP");
    tcp.write_all(b"this is not TLS, and long enough to be seen as such")
        .await
        .expect("TCP");
    is_ended(&mut tcp, Duration::from_secs(1)).await
}

#[tokio::test]
async fn handshakes_are_bounded_in_time_and_number_for_the_process_and_for_each_address() {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address();
    // An address has 32, and what comes beyond them is closed at once.
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(begun(address, 2).await.expect("TCP"));
    }
    let began = Instant::now();
    let mut beyond = begun(address, 2).await.expect("TCP");
    assert!(
        is_ended(&mut beyond, Duration::from_secs(1)).await,
        "the 33rd of an address"
    );
    assert!(
        is_heard(address, 4).await,
        "another address is not affected"
    );
    // The process has 64; what comes beyond them waits.
    for _ in 0..32 {
        held.push(begun(address, 3).await.expect("TCP"));
    }
    assert!(!is_heard(address, 4).await, "the 65th of the process");
    // Places come back in time, without the peer's help.
    let mut first = held.swap_remove(0);
    assert!(
        is_ended(&mut first, Duration::from_secs(9)).await,
        "after 5 s"
    );
    assert!(began.elapsed() > Duration::from_secs(4), "not before");
    assert!(is_heard(address, 4).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_half_open_sockets() {
    let drill = Drill::begin("C6", "half-open handshakes from one address").await;
    let address = drill.gateway.address().to_owned();
    let wanted = sized(500, 2_000);
    let mut held = Vec::new();
    while held.len() < wanted {
        held.extend(begun(&address, 66).await);
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

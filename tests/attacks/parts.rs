//! A node with a valid certificate that brings parts of the directory without end: each is a text of up to 256 KiB with signatures
//! to be judged. After the first ones it is refused before anything is read, and whoever else brings one, or must be cut off, waits
//! for none of it.

use precinto_client::Connection;
use precinto_proto::v1 as pb;
use precinto_proto::v1::directory_service_client::DirectoryServiceClient;
use precinto_tests::Site;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::drill::{Drill, is_full, sized};
use crate::revocation;

/// Lines of one certificate, and calls on each.
const LINES: usize = 8;
/// What one node may bring in a minute (`CONFLICTS_PER_NODE_MAX`).
const IN_A_MINUTE: usize = 64;

/// Brings one; the reason of its refusal, if it was refused, and whether it was told when to come back.
async fn bring(
    connection: &Connection,
    request: pb::ApplyDirectoryPartRequest,
) -> Result<pb::ApplyDirectoryPartResponse, (String, bool)> {
    let mut directory = DirectoryServiceClient::new(connection.channel());
    let answer = directory.apply_directory_part(request).await;
    answer.map(tonic::Response::into_inner).map_err(why)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn why(status: Status) -> (String, bool) {
    let reason = status.get_details_error_info().expect("a reason").reason;
    (reason, status.get_details_retry_info().is_some())
}

/// The part in force of the side that `connection` belongs to.
async fn in_force(connection: &Connection, side: &str) -> Vec<u8> {
    let mut directory = DirectoryServiceClient::new(connection.channel());
    let request = pb::GetDirectoryRequest::default();
    let parts = directory.get_directory(request).await.expect("the parts");
    let mut signed = parts.into_inner().parts.into_iter().map(|part| part.signed);
    let is_its =
        |part: &Vec<u8>| String::from_utf8_lossy(part).contains(&format!("side = \"{side}\""));
    signed.find(is_its).expect("the side's")
}

/// What the attacker brings, in turn: the part in force to be judged once more, one whose signature does not hold, and bytes.
fn bad(good: &[u8]) -> [pb::ApplyDirectoryPartRequest; 3] {
    let mut bent = good.to_vec();
    *bent.last_mut().expect("a part") ^= 1;
    let request = |part, validate_only| pb::ApplyDirectoryPartRequest {
        part,
        validate_only,
    };
    [
        request(good.to_vec(), true),
        request(bent, false),
        request(vec![b'#'; 250 * 1024], false),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p1_parts_of_the_directory_without_end() {
    let site = Site::with_authorities();
    let drill = Drill::begin_at("P1", "parts of the directory without end", site).await;
    let attacker = drill.attacker();
    let mut lines = Vec::new();
    for _ in 0..LINES {
        lines.push(attacker.connect().await);
    }
    let good = in_force(&lines[0], "us.dev.invalid").await;
    let lost = drill.site.node("us-atf-hq", &drill.gateway);
    let streams = revocation::open(&lost).await;
    let began = Instant::now();
    let mut calls = JoinSet::new();
    for number in 0..sized(20, 1_000) * LINES {
        let line = lines[number % LINES].clone();
        let request = bad(&good)[number % 3].clone();
        calls.spawn(async move { bring(&line, request).await });
    }
    // Others bring theirs meanwhile.
    let other = drill.site.node("mx-fgr-hq", &drill.gateway).connect().await;
    let own = pb::ApplyDirectoryPartRequest {
        part: in_force(&other, "mx.dev.invalid").await,
        validate_only: false,
    };
    let answer = bring(&other, own).await.expect("its own side's");
    assert!(answer.duplicate, "in force already");
    // And who is revoked is cut.
    let mut authority = drill.site.authority("us");
    authority.revoke("us/atf/hq.tls");
    authority.publish();
    let told = Instant::now();
    drill.gateway.reload();
    for stream in streams {
        let end = timeout(revocation::PATIENCE, revocation::ended(stream)).await;
        assert!(end.expect("it ends"), "told why");
    }
    let cut = told.elapsed();
    if is_full() {
        assert!(cut <= revocation::PROMISED, "{cut:?}");
    }
    let mut looked_at = 0;
    let count = calls.len();
    for answer in calls.join_all().await {
        match answer {
            Err((reason, is_advised)) if reason == "OVERLOADED" => {
                assert!(is_advised, "until when");
            }
            _ => looked_at += 1,
        }
    }
    // A window that ends in the middle gives another ration.
    let minutes = began.elapsed().as_secs() / 60 + 2;
    let most = IN_A_MINUTE * usize::try_from(minutes).expect("few");
    assert!(looked_at <= most, "{looked_at} of {count} were looked at");
    drop((lines, authority));
    let outcome =
        format!("{looked_at} of {count} looked at; a revocation took {cut:.2?} meanwhile");
    drill.end(&outcome).await;
}

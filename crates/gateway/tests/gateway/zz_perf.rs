//! TEMPORARY performance probe.
use std::time::Duration;
use precinto_proto::v1 as pb;
use crate::harness::{LAX, NLU, World};

fn cpu_ticks() -> (u64,u64) {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse().unwrap(), f[12].parse().unwrap())
}
fn rss_kb() -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines().find(|l| l.starts_with("VmRSS")).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn perf() {
    let n: usize = std::env::var("PERF_N").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    if n == 0 { return; }
    let streams: usize = std::env::var("PERF_S").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let nlu = world.node(NLU).await;
    lax.submit_many("mx.dev.invalid/anam", 10).await;
    let requests: Vec<Vec<pb::SubmitStreamRequest>> = (0..streams).map(|_| (0..n / streams).map(|_| {
        let mut s = lax.ack("mx.dev.invalid/anam"); s.unit = "x".repeat(60);
        pb::SubmitStreamRequest { submission: Some(lax.sign(&s)) }
    }).collect()).collect();
    nlu.create("stalled").await;
    let _stalled = nlu.watch("stalled", 1000).await;
    let before_rss = rss_kb();
    let start = std::time::Instant::now();
    let c0 = cpu_ticks();
    let mut set = tokio::task::JoinSet::new();
    for batch in requests {
        let mut client = lax.submissions();
        set.spawn(async move {
            let sem = std::sync::Arc::new(tokio::sync::Semaphore::new(64));
            let s2 = sem.clone();
            let (tx, rx) = tokio::sync::mpsc::channel(64);
            tokio::spawn(async move { for b in batch { s2.acquire().await.unwrap().forget(); if tx.send(b).await.is_err() {return} } });
            let mut answers = client.submit_stream(tokio_stream::wrappers::ReceiverStream::new(rx)).await.unwrap().into_inner();
            let mut k = 0;
            while let Some(a) = answers.message().await.unwrap() { assert!(a.accepted.is_some()); k += 1; sem.add_permits(1); }
            k
        });
    }
    let total: usize = set.join_all().await.into_iter().sum();
    let wall = start.elapsed();
    let c1 = cpu_ticks();
    println!("submit {total} in {wall:?}: {:.0}/s; cpu user {:.1} us sys {:.1} us per message; rss +{} KiB", total as f64 / wall.as_secs_f64(), (c1.0-c0.0) as f64*10_000.0/total as f64, (c1.1-c0.1) as f64*10_000.0/total as f64, rss_kb() as i64 - before_rss as i64);
    nlu.create("fast").await;
    let start = std::time::Instant::now(); let c0 = cpu_ticks();
    let mut watch = nlu.watch("fast", 1000).await;
    let mut k = 0;
    while k < total { let d = watch.delivery().await; k += 1; if k % 100 == 0 { watch.ack_up_to(d.index).await; } }
    let wall = start.elapsed(); let c1 = cpu_ticks();
    println!("replay {k} in {wall:?}: {:.0}/s; cpu user {:.1} us sys {:.1} us per delivery", k as f64 / wall.as_secs_f64(), (c1.0-c0.0) as f64*10_000.0/k as f64, (c1.1-c0.1) as f64*10_000.0/k as f64);
    tokio::time::sleep(Duration::from_millis(10)).await;
    world.stop().await;
}

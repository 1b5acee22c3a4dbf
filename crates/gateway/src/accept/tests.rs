//! What the accept loop does when nobody can be accepted.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

/// A port on which each wait ends as told, and the last way for ever.
struct Failing {
    answers: Mutex<Vec<io::ErrorKind>>,
    tries: AtomicUsize,
}

impl Listen for Failing {
    fn next(&self) -> Next<'_> {
        Box::pin(async {
            // Without a rest between the tries nothing else would ever run: then the test ends here, and fails.
            if self.tries.fetch_add(1, Ordering::Relaxed) >= 10_000 {
                std::future::pending::<()>().await;
            }
            let answer = self.answers.lock().unwrap().pop();
            // EMFILE has no kind of its own (accept(2)).
            let out_of_descriptors = io::Error::from_raw_os_error(24);
            Err(answer.map_or(out_of_descriptors, io::Error::from))
        })
    }
}

/// How often a port is asked in this time, and how often that is told to the operator.
async fn tries_within(time: Duration, answers: Vec<io::ErrorKind>) -> (usize, u64) {
    let port = Failing {
        answers: Mutex::new(answers),
        tries: AtomicUsize::new(0),
    };
    let stop = CancellationToken::new();
    let census = Census::default();
    let accepting = accept(&port, &stop, &census, |_, _, _| {
        unreachable!("nobody comes")
    });
    tokio::time::timeout(time, accepting).await.unwrap_err();
    (port.tries.into_inner(), census.not_accepted())
}

#[tokio::test(start_paused = true)]
async fn without_descriptors_it_waits_longer_each_time_and_up_to_half_a_second() {
    // 5, 10, 20 … 320 ms, and then 500 ms each.
    assert_eq!(tries_within(Duration::from_millis(4), vec![]).await, (1, 1));
    assert_eq!(
        tries_within(Duration::from_millis(100), vec![]).await,
        (5, 5)
    );
    assert_eq!(
        tries_within(Duration::from_secs(10), vec![]).await,
        (26, 26)
    );
}

#[tokio::test(start_paused = true)]
async fn for_a_peer_that_went_away_it_does_not_wait() {
    let gone = vec![io::ErrorKind::ConnectionAborted; 1_000];
    // The one that is told is the want of descriptors behind them.
    let (tries, told) = tries_within(Duration::from_millis(1), gone).await;
    assert_eq!((tries, told), (1_001, 1));
}

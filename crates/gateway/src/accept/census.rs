//! Who is connected: caps per process, per address and per certificate, a pace for new ones, and a handle to cut every line.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::Line;
use crate::limits::{
    ARRIVALS_BURST, ARRIVALS_PER_SECOND, CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX,
    CONNECTIONS_PER_CERTIFICATE_MAX, DESCRIPTORS_RESERVED, HANDSHAKES_PER_ADDRESS_MAX,
};

/// Counts connections and knows the living ones. One for the process; every count is under one short lock.
#[derive(Debug)]
pub struct Census {
    connections_max: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    addresses: HashMap<IpAddr, usize>,
    handshakes: HashMap<IpAddr, usize>,
    arrivals: HashMap<IpAddr, Arrivals>,
    certificates: HashMap<[u8; 32], usize>,
    connections: usize,
    lines: HashMap<u64, Line>,
    next: u64,
}

/// How many more connections an address may begin at once.
#[derive(Debug)]
struct Arrivals {
    left: f64,
    at: Instant,
}

/// One connection's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    census: Arc<Census>,
    address: IpAddr,
    is_shaking: bool,
    certificate: Option<[u8; 32]>,
    line: Option<u64>,
}

impl Default for Census {
    /// As many places as the process has at the most.
    fn default() -> Self {
        Self::with_descriptors(usize::MAX)
    }
}

impl Census {
    /// So many places that of the descriptors that the process may open, `descriptors`, enough are left for the log. Without
    /// them, a peer who holds every connection he can get would end the process: a segment that cannot be begun is a
    /// failed write.
    pub fn with_descriptors(descriptors: usize) -> Self {
        let connections_max = descriptors.saturating_sub(DESCRIPTORS_RESERVED);
        Self {
            connections_max: connections_max.min(CONNECTIONS_MAX),
            counts: Mutex::default(),
        }
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, now: Instant) -> Option<Place> {
        let mut counts = self.lock();
        if !arrive(&mut counts.arrivals, address, now) {
            return None;
        }
        if counts.connections >= self.connections_max
            || !rise(&mut counts.handshakes, address, HANDSHAKES_PER_ADDRESS_MAX)
        {
            return None;
        }
        if !rise(&mut counts.addresses, address, CONNECTIONS_PER_ADDRESS_MAX) {
            fall(&mut counts.handshakes, &address);
            return None;
        }
        counts.connections += 1;
        let census = Arc::clone(self);
        Some(Place {
            census,
            address,
            is_shaking: true,
            certificate: None,
            line: None,
        })
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.lock().connections
    }

    /// Cuts every line that is still up.
    pub fn cut_all(&self) {
        let lines: Vec<Line> = self.lock().lines.values().cloned().collect();
        for line in lines {
            line.cut();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // A panic cannot leave the counts half changed: nothing in the critical sections can panic.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// After the handshake: takes one of the certificate's places, if there is one.
    pub(super) fn hold_certificate(mut self, certificate: [u8; 32]) -> Option<Self> {
        let mut counts = self.census.lock();
        if !rise(
            &mut counts.certificates,
            certificate,
            CONNECTIONS_PER_CERTIFICATE_MAX,
        ) {
            return None;
        }
        fall(&mut counts.handshakes, &self.address);
        drop(counts);
        self.is_shaking = false;
        self.certificate = Some(certificate);
        Some(self)
    }

    /// Registers the line so that [`Census::cut_all`] reaches it.
    pub(super) fn register(&mut self, line: &Line) {
        let mut counts = self.census.lock();
        let number = counts.next;
        counts.next = number.wrapping_add(1);
        counts.lines.insert(number, line.clone());
        drop(counts);
        self.line = Some(number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.census.lock();
        counts.connections = counts.connections.saturating_sub(1);
        fall(&mut counts.addresses, &self.address);
        if self.is_shaking {
            fall(&mut counts.handshakes, &self.address);
        }
        if let Some(certificate) = &self.certificate {
            fall(&mut counts.certificates, certificate);
        }
        if let Some(line) = &self.line {
            counts.lines.remove(line);
        }
    }
}

/// Counts an arrival, unless its address has had too many of late. An address that has been quiet is forgotten.
fn arrive(arrivals: &mut HashMap<IpAddr, Arrivals>, address: IpAddr, now: Instant) -> bool {
    let back = |arrivals: &Arrivals| {
        let elapsed = now.saturating_duration_since(arrivals.at).as_secs_f64();
        (arrivals.left + elapsed * ARRIVALS_PER_SECOND).min(ARRIVALS_BURST)
    };
    if !arrivals.contains_key(&address) {
        arrivals.retain(|_, arrivals| back(arrivals) < ARRIVALS_BURST);
    }
    let fresh = Arrivals {
        left: ARRIVALS_BURST,
        at: now,
    };
    let of_address = arrivals.entry(address).or_insert(fresh);
    let left = back(of_address);
    let may_enter = left >= 1.0;
    *of_address = Arrivals {
        left: if may_enter { left - 1.0 } else { left },
        at: now,
    };
    may_enter
}

/// Counts one more, unless there are `max` already.
fn rise<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K, max: usize) -> bool {
    let count = counts.entry(key).or_default();
    let free = *count < max;
    *count += usize::from(free);
    free
}

/// Counts one less, and forgets the key at zero so that the map does not grow with every peer there ever was.
fn fall<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn places_are_capped_and_come_back() {
        let census = Arc::new(Census::default());
        let address: IpAddr = [127, 0, 0, 1].into();
        let enter = |number: u8| {
            census
                .enter(address, Instant::now())
                .and_then(|place| place.hold_certificate([number; 32]))
        };
        let mut places: Vec<Place> = (0..64).map(|number| enter(number).unwrap()).collect();
        assert!(enter(99).is_none());
        assert!(
            census
                .enter([127, 0, 0, 2].into(), Instant::now())
                .is_some(),
            "another address is not affected"
        );
        places.pop();
        assert!(enter(99).is_some());
        drop(places);
        assert_eq!(census.connections(), 0);
        assert!(census.lock().addresses.is_empty());
    }

    #[test]
    fn one_address_cannot_take_all_handshakes() {
        let census = Arc::new(Census::default());
        let address: IpAddr = [127, 0, 0, 1].into();
        let mut shaking: Vec<Place> = (0..HANDSHAKES_PER_ADDRESS_MAX)
            .map(|_| census.enter(address, Instant::now()).unwrap())
            .collect();
        assert!(census.enter(address, Instant::now()).is_none());
        let done = shaking.pop().unwrap().hold_certificate([1; 32]).unwrap();
        shaking.push(census.enter(address, Instant::now()).unwrap());
        assert!(census.enter(address, Instant::now()).is_none());
        drop((shaking, done));
        assert!(census.lock().handshakes.is_empty());
    }

    #[test]
    fn one_certificate_has_few_places() {
        let census = Arc::new(Census::default());
        let enter = |last: u8, certificate| {
            census
                .enter([10, 0, 0, last].into(), Instant::now())
                .unwrap()
                .hold_certificate(certificate)
        };
        let held: Vec<_> = (0..8).map(|last| enter(last, [7; 32]).unwrap()).collect();
        assert!(enter(9, [7; 32]).is_none());
        assert!(enter(9, [8; 32]).is_some());
        drop(held);
        assert!(census.lock().certificates.is_empty());
    }

    #[test]
    fn the_process_has_so_many_places() {
        let census = Arc::new(Census::default());
        let enter = |number: usize| {
            let [.., high, low] = number.to_be_bytes();
            census.enter([10, 0, high, low].into(), Instant::now())
        };
        let held: Vec<_> = (0..CONNECTIONS_MAX)
            .map(|number| enter(number).unwrap())
            .collect();
        assert!(enter(CONNECTIONS_MAX).is_none());
        drop(held);
        assert!(enter(0).is_some());
    }

    #[test]
    fn descriptors_are_left_for_the_log_however_few_there_are() {
        let places = |descriptors| {
            let census = Arc::new(Census::with_descriptors(descriptors));
            let enter = |number: usize| {
                let [.., high, low] = number.to_be_bytes();
                census.enter([10, 0, high, low].into(), Instant::now())
            };
            let held: Vec<_> = (0..1_000).map_while(enter).collect();
            held.len()
        };
        assert_eq!(places(DESCRIPTORS_RESERVED + 16), 16);
        assert_eq!(places(DESCRIPTORS_RESERVED - 1), 0);
        assert_eq!(places(1 << 20), CONNECTIONS_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_comes_at_a_pace_and_is_forgotten_when_it_is_quiet() {
        let census = Arc::new(Census::default());
        let address: IpAddr = [127, 0, 0, 1].into();
        let comes = |now| {
            (0..1_000)
                .take_while(|_| census.enter(address, now).is_some())
                .count()
        };
        let now = Instant::now();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        let [burst, second] = [ARRIVALS_BURST, ARRIVALS_PER_SECOND].map(|n| n as usize);
        assert_eq!(comes(now), burst);
        assert_eq!(comes(now + Duration::from_secs(1)), second);
        let other = census.enter([127, 0, 0, 2].into(), now + Duration::from_secs(1));
        assert!(other.is_some(), "another address is not affected");
        let later = now + Duration::from_mins(1);
        assert!(census.enter([127, 0, 0, 3].into(), later).is_some());
        assert_eq!(census.lock().arrivals.len(), 1);
    }
}

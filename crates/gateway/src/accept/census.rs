//! Who is connected: caps per process, per host, per network and per certificate, a pace for new ones, and a handle to cut every
//! line.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::Line;
use crate::limits::{
    ARRIVALS_BURST, ARRIVALS_PER_SECOND, CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX,
    CONNECTIONS_PER_CERTIFICATE_MAX, DESCRIPTORS_RESERVED, HANDSHAKES_MAX,
    HANDSHAKES_PER_ADDRESS_MAX, HANDSHAKES_PER_NETWORK_MAX,
};
use crate::pace::{Left, Pace};

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
    /// The same by network.
    of_network: HashMap<IpAddr, usize>,
    /// All of them.
    shaking: usize,
    arrivals: HashMap<IpAddr, Left>,
    certificates: HashMap<[u8; 32], usize>,
    connections: usize,
    /// How often the system gave none.
    not_accepted: u64,
    lines: HashMap<u64, Line>,
    next: u64,
}

/// Who a connection is from, as far as its address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Whence {
    /// IPv4: the address. IPv6: the /64 around it, in which one machine chooses its addresses as it likes (RFC 4941).
    host: IpAddr,
    /// IPv4: the /24 around it. IPv6: the /48, which is what a site is given at the most (RFC 6177).
    network: IpAddr,
}

/// One connection's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    census: Arc<Census>,
    from: Whence,
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
        let from = Whence::of(address);
        let mut counts = self.lock();
        let may_enter = arrive(&mut counts.arrivals, from.host, now)
            && counts.connections < self.connections_max
            && counts.begin_handshake(from);
        if !may_enter {
            return None;
        }
        if !rise(
            &mut counts.addresses,
            from.host,
            CONNECTIONS_PER_ADDRESS_MAX,
        ) {
            counts.end_handshake(from);
            return None;
        }
        counts.connections += 1;
        let census = Arc::clone(self);
        Some(Place {
            census,
            from,
            is_shaking: true,
            certificate: None,
            line: None,
        })
    }

    /// The system gave no connection although somebody waits for one.
    pub(super) fn could_not_accept(&self) {
        let mut counts = self.lock();
        counts.not_accepted = counts.not_accepted.saturating_add(1);
    }

    /// How often that was, since the start.
    pub fn not_accepted(&self) -> u64 {
        self.lock().not_accepted
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

impl Whence {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self {
                    host: address.into(),
                    network: Ipv4Addr::new(a, b, c, 0).into(),
                }
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self {
                    host: Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into(),
                    network: Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into(),
                }
            }
        }
    }
}

impl Counts {
    /// Counts one more handshake from there, unless its host or its network has too many.
    fn begin_handshake(&mut self, from: Whence) -> bool {
        if !rise(&mut self.handshakes, from.host, HANDSHAKES_PER_ADDRESS_MAX) {
            return false;
        }
        let share = network_share(HANDSHAKES_MAX.saturating_sub(self.shaking));
        let has_place = rise(&mut self.of_network, from.network, share);
        if has_place {
            self.shaking += 1;
        } else {
            fall(&mut self.handshakes, &from.host);
        }
        has_place
    }

    fn end_handshake(&mut self, from: Whence) {
        fall(&mut self.handshakes, &from.host);
        fall(&mut self.of_network, &from.network);
        self.shaking = self.shaking.saturating_sub(1);
    }
}

/// How many handshakes of one network there may be, where so many places are free: a few networks together cannot take them all, and
/// whoever has none gets one as long as there is one.
fn network_share(free: usize) -> usize {
    if free > HANDSHAKES_MAX - HANDSHAKES_PER_NETWORK_MAX {
        HANDSHAKES_PER_NETWORK_MAX
    } else {
        (free / 2).max(1)
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
        counts.end_handshake(self.from);
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
        fall(&mut counts.addresses, &self.from.host);
        if self.is_shaking {
            counts.end_handshake(self.from);
        }
        if let Some(certificate) = &self.certificate {
            fall(&mut counts.certificates, certificate);
        }
        if let Some(line) = &self.line {
            counts.lines.remove(line);
        }
    }
}

/// Counts an arrival, unless its host has had too many of late. A host that has been quiet is forgotten.
fn arrive(arrivals: &mut HashMap<IpAddr, Left>, host: IpAddr, now: Instant) -> bool {
    if !arrivals.contains_key(&host) {
        arrivals.retain(|_, left| !left.is_whole(now));
    }
    let of_host = arrivals.entry(host).or_insert_with(|| ARRIVALS.begin(now));
    of_host.take(now).is_ok()
}

/// How many connections a host may begin.
const ARRIVALS: Pace = Pace {
    burst: ARRIVALS_BURST,
    per_second: ARRIVALS_PER_SECOND,
};

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
    fn one_network_cannot_take_all_handshakes_whatever_addresses_it_has() {
        let v4 = |number: u8| IpAddr::from([203, 0, 113, number]);
        // A site's 65,536 networks.
        let v6 = |number: u8| IpAddr::from([0x2001, 0xdb8, 7, number.into(), 0, 0, 0, 1]);
        for (of_network, other) in [
            (&v4 as &dyn Fn(u8) -> IpAddr, [203, 0, 112, 1].into()),
            (&v6, [0x2001, 0xdb8, 8, 0, 0, 0, 0, 1].into()),
        ] {
            let census = Arc::new(Census::default());
            let now = Instant::now();
            let enter = |number: u8| census.enter(of_network(number), now);
            let mut shaking: Vec<Place> = (0..=u8::MAX).map_while(enter).collect();
            assert_eq!(shaking.len(), HANDSHAKES_PER_NETWORK_MAX);
            assert!(
                census.enter(other, now).is_some(),
                "another is not affected"
            );
            let done = shaking.pop().unwrap().hold_certificate([1; 32]).unwrap();
            shaking.push(enter(250).unwrap());
            assert!(enter(251).is_none());
            drop((shaking, done));
            assert!(census.lock().of_network.is_empty());
            assert!(census.lock().handshakes.is_empty());
        }
    }

    #[test]
    fn a_few_networks_together_leave_room_for_others() {
        let census = Arc::new(Census::default());
        let now = Instant::now();
        let mut held: Vec<Vec<Place>> = Vec::new();
        let mut free = HANDSHAKES_MAX;
        while free > 0 {
            let network = u8::try_from(held.len()).unwrap();
            // Of 256 hosts each: no host's own limit is reached.
            let enter = |host: u8| census.enter([203, 0, network, host].into(), now);
            let places: Vec<Place> = (0..=u8::MAX).map_while(enter).collect();
            assert!(
                !places.is_empty(),
                "network {network} gets in, with {free} left"
            );
            assert!(places.len() <= free);
            free -= places.len();
            held.push(places);
        }
        let counts: Vec<usize> = held.iter().map(Vec::len).collect();
        assert_eq!(counts, [HANDSHAKES_PER_NETWORK_MAX, 5, 4, 2, 2, 1, 1, 1]);
        drop(held);
        assert_eq!(census.lock().shaking, 0);
        let first = census.enter([203, 0, 113, 1].into(), now);
        let second = census.enter([203, 0, 113, 2].into(), now);
        assert!(first.is_some() && second.is_some(), "as before");
    }

    #[test]
    fn a_machine_is_one_host_whatever_addresses_it_chooses() {
        let v6 = |interface: u16| IpAddr::from([0x2001, 0xdb8, 7, 7, 0, 0, 0, interface]);
        assert_eq!(Whence::of(v6(1)), Whence::of(v6(2)));
        let mapped: IpAddr = "::ffff:203.0.113.9".parse().unwrap();
        assert_eq!(Whence::of(mapped), Whence::of([203, 0, 113, 9].into()));
        let census = Arc::new(Census::default());
        let enter = |interface| census.enter(v6(interface), Instant::now());
        let held: Vec<Place> = (0..200).map_while(enter).collect();
        assert_eq!(held.len(), HANDSHAKES_PER_ADDRESS_MAX);
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
            census.enter([10, high, low, 1].into(), Instant::now())
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
                census.enter([10, high, low, 1].into(), Instant::now())
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

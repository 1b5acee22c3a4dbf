//! Replays a corpus with the stable compiler: every file as it is, then a bounded number of seeded mutations of it.
//!
//! A target must not panic, nor keep the processor busy for more than [`PATIENCE`], and the process must not grow by more
//! than [`GROWTH_KIB_MAX`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Mutations of one corpus; libFuzzer makes as many in a second, and has had its minutes when a corpus was made.
const MUTATIONS: usize = 1_500;
/// The longest input that mutations make.
const BYTES_MAX: usize = 16 * 1024;
/// The longest that one input may keep the processor busy, in a debug build.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much more memory than before may have been resident at any time, in KiB.
const GROWTH_KIB_MAX: u64 = 256 * 1024;

/// What a mutation likes to put in.
const WORDS: [&[u8]; 16] = [
    b"\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"\x0a\x00",
    b"-",
    b" ",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"+36h",
    b"9223372036854775808",
    b"999999999999.999999 KGM",
    "Ñ\u{301}".as_bytes(),
    "\u{2014}".as_bytes(),
    b"<![CDATA[",
    b"&a [*a, *a]",
];

/// Runs `target` over the corpus of that name.
pub(crate) fn replay(name: &str, target: fn(&[u8])) {
    let files = corpus(name);
    assert!(
        files.len() >= 5,
        "{name}: a corpus of {} files",
        files.len()
    );
    let before = peak_kib();
    let mut inputs = Vec::new();
    for path in files {
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        run(name, &path.display().to_string(), target, &bytes);
        inputs.push(bytes);
    }
    let mut random = Random(0x5eed);
    for round in 0..MUTATIONS {
        let mut bytes = random.pick(&inputs).clone();
        for _ in 0..=random.below(4) {
            mutate(&mut bytes, &mut random, &inputs);
        }
        bytes.truncate(BYTES_MAX);
        run(name, &format!("mutation {round}"), target, &bytes);
    }
    let growth = peak_kib().saturating_sub(before);
    assert!(
        growth <= GROWTH_KIB_MAX,
        "{name}: {growth} KiB more were resident"
    );
}

/// The files of a corpus, sorted by name.
fn corpus(name: &str) -> Vec<PathBuf> {
    // Tests run in the folder of their package, which is this folder's parent, or two levels below the root.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = [root.join("fuzz"), root.join("../../tests/fuzz")]
        .into_iter()
        .find(|folder| folder.is_dir())
        .expect("tests/fuzz");
    let folder = folder.join("corpus").join(name);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn run(name: &str, what: &str, target: fn(&[u8]), bytes: &[u8]) {
    let start = worked();
    let outcome = catch_unwind(AssertUnwindSafe(|| target(bytes)));
    let took = worked().saturating_sub(start);
    if outcome.is_err() || took > PATIENCE {
        let hex = precinto_envelope::hex(bytes);
        panic!(
            "{name}: {what}: panic {}, {took:?}: {hex}",
            outcome.is_err()
        );
    }
}

/// How long this thread has worked so far, without what others have taken of the processor meanwhile.
///
/// To the nanosecond where the kernel keeps `sched-stats`, else in its ticks of 10 ms, which it always counts: see `proc(5)`,
/// the 14th and 15th field of `stat`.
fn worked() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = spent.split_whitespace().next();
    let nanoseconds = first.and_then(|first| first.parse().ok());
    let exact = Duration::from_nanos(nanoseconds.unwrap_or_default());
    if exact.is_zero() { ticks() } else { exact }
}

/// The same in ticks. Without either there would be no check for a hang, so this is no place to run it.
fn ticks() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // The second field is a name, and may hold blanks.
    let fields = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace());
    let fields = fields.into_iter().flatten().skip(11).take(2);
    let counts: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    assert_eq!(
        counts.len(),
        2,
        "the system does not say how long a thread has worked: {stat}"
    );
    Duration::from_millis(10 * counts.iter().sum::<u64>())
}

/// Both ways of counting see work that is done; a hang is found by one of them.
#[test]
fn work_is_counted() {
    let (exact, coarse) = (worked(), ticks());
    let mut sum = 0_u64;
    while worked() <= exact || ticks() <= coarse {
        sum = std::hint::black_box((0..1_000_000_u64).fold(sum, u64::wrapping_add));
    }
}

/// The most memory that this process has had resident, in KiB; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random, inputs: &[Vec<u8>]) {
    let at = random.below(bytes.len() + 1);
    let to = at + random.below(bytes.len() - at + 1).min(64);
    match random.below(7) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u8::try_from(random.below(256)).unwrap_or_default();
            }
        }
        2 => drop(bytes.drain(at..to)),
        3 => bytes.truncate(at),
        4 => {
            let again: Vec<u8> = bytes.iter().take(to).skip(at).copied().collect();
            drop(bytes.splice(at..at, again));
        }
        5 => drop(bytes.splice(at..to, random.pick(&WORDS).iter().copied())),
        _ => {
            let other = random.pick(inputs);
            let from = random.below(other.len() + 1);
            drop(bytes.splice(at..to, other.iter().skip(from).take(64).copied()));
        }
    }
}

/// The same numbers every time (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap_or_default();
        mixed % end.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let position = self.below(from.len());
        from.get(position).expect("not empty")
    }
}

//! Whether the files that a node's certificates, keys and trust come from have changed: they are renewed while it runs.

use super::Node;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What each of them is; nothing for one that cannot be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<Option<Print>>);

/// Which file it is, how long, and when it was changed last, by its own word and by the kernel's: whoever copies a file may give it
/// the time of another, but nobody sets when that was done.
#[derive(Debug, PartialEq, Eq)]
struct Print {
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds, of what is in it and of what is known of it.
    changed: [(i64, i64); 2],
}

impl Print {
    fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            inode: found.ino(),
            bytes: found.len(),
            changed: [
                (found.mtime(), found.mtime_nsec()),
                (found.ctime(), found.ctime_nsec()),
            ],
        })
    }
}

impl Fingerprint {
    /// As they are now.
    pub(crate) fn of(node: &Node) -> Self {
        let pairs = std::iter::once(&node.tls).chain(&node.signing);
        let pairs = pairs.flat_map(|pair| [&pair.certificate, &pair.key]);
        let trust = node
            .sides
            .iter()
            .flat_map(|side| side.roots.iter().chain(&side.crls));
        let witness = node.witness.iter();
        let all = pairs.chain(trust).chain(witness);
        Self(all.map(|path| Print::of(path)).collect())
    }

    /// Whether one of them is another than it was.
    pub(crate) fn has_changed(&self, node: &Node) -> bool {
        *self != Self::of(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write as _;
    use std::time::SystemTime;

    /// Writes it, with this time if it is to have one of before; the time that it has.
    fn write(path: &Path, text: &str, time: Option<SystemTime>) -> SystemTime {
        let mut file = File::create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        if let Some(time) = time {
            file.set_modified(time).unwrap();
        }
        file.metadata().unwrap().modified().unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
    fn a_file_put_in_place_with_the_time_of_the_one_before_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let (path, next) = (folder.path().join("list"), folder.path().join("next"));
        let time = write(&path, "one", None);
        let before = Print::of(&path).unwrap();
        assert_eq!(Some(&before), Print::of(&path).as_ref());
        // Beside it and then into its place, as `rsync -t` does.
        write(&next, "two", Some(time));
        std::fs::rename(&next, &path).unwrap();
        let renamed = Print::of(&path).unwrap();
        assert_ne!(renamed.inode, before.inode);
        assert_eq!(renamed.changed[0], before.changed[0]);
        assert_ne!(renamed, before);
        assert_eq!(Print::of(&next), None);
        // Over it, as `cp -p` does. The kernel counts in thousandths of a second, or so.
        let is_another = (0..100_000).any(|_| {
            write(&path, "six", Some(time));
            Print::of(&path).unwrap() != renamed
        });
        assert!(is_another, "{renamed:?}");
    }
}

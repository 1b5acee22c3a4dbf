//! A recording of the gateway's system calls by strace, and the disk that a power loss would have left after each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// strace, recording what matters here with all bytes.
pub(crate) fn strace(trace: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-qq",
        "-ttt",
        "-yy",
        "-xx",
        "-s",
        "1000000",
        "--seccomp-bpf",
        "-e",
    ]);
    command.arg(
        "trace=openat,write,pwrite64,fdatasync,fsync,rename,renameat,renameat2,ftruncate,\
         sendto,sendmsg,writev,unlink,unlinkat",
    );
    command.arg("-o").arg(trace);
    command
}

/// One finished system call, in the order of finishing.
pub(crate) enum Event {
    /// A file was created, or emptied.
    Create { at: f64, file: PathBuf },
    /// Bytes were written; at the end when no offset is given.
    Write {
        at: f64,
        file: PathBuf,
        offset: Option<usize>,
        bytes: Vec<u8>,
    },
    /// A file was cut or grown to a length.
    Truncate {
        at: f64,
        file: PathBuf,
        length: usize,
    },
    /// A file or folder was synced.
    Sync { at: f64, file: PathBuf },
    /// A name was given to another file.
    Rename { at: f64, from: PathBuf, to: PathBuf },
    /// A name was taken away.
    Remove { at: f64, file: PathBuf },
    /// Bytes left by a socket.
    Send { at: f64 },
    /// Anything else.
    Other { at: f64 },
}

impl Event {
    /// When it finished, or for what was sent when it began, because the peer may have it before: seconds since 1970.
    pub(crate) fn at(&self) -> f64 {
        match self {
            Self::Create { at, .. }
            | Self::Write { at, .. }
            | Self::Truncate { at, .. }
            | Self::Sync { at, .. }
            | Self::Rename { at, .. }
            | Self::Remove { at, .. }
            | Self::Send { at }
            | Self::Other { at } => *at,
        }
    }
}

/// What the gateway did below its data folder and to its sockets.
pub(crate) struct Recording {
    events: Vec<Event>,
    syncs: usize,
}

impl Recording {
    /// Reads strace's output; only files below `data` count.
    pub(crate) fn parse(text: &str, data: &Path) -> Self {
        let data = data.canonicalize().expect("the data folder");
        let mut open: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
        let mut recording = Self {
            events: Vec::new(),
            syncs: 0,
        };
        for line in text.lines() {
            let (thread, rest) = line.split_once(' ').expect("a thread id");
            let (at, call) = rest.trim_start().split_once(' ').expect("a time");
            let at: f64 = at.parse().expect("a time");
            if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
                open.insert(thread, (at, begun));
            } else if let Some(ended) = call.strip_prefix("<... ") {
                let (begun_at, begun) = open.remove(thread).unwrap_or((at, ""));
                let rest = ended.split_once(" resumed>").map_or("", |(_, rest)| rest);
                recording.push((begun_at, at), &format!("{begun}{rest}"), &data);
            } else {
                recording.push((at, at), call, &data);
            }
        }
        recording
    }

    fn push(&mut self, (begun, at): (f64, f64), call: &str, data: &Path) {
        let Some((name, arguments)) = call.split_once('(') else {
            return;
        };
        let Some((arguments, result)) = arguments.rsplit_once(" = ") else {
            return;
        };
        if result.starts_with('-') || result.ends_with("(INJECTED)") {
            return; // a call that failed, or was not made at all, changed nothing
        }
        self.syncs += usize::from(name == "fdatasync");
        let file = descriptor(arguments);
        let ours = |f: Option<PathBuf>| f.filter(|f| f.starts_with(data));
        let event = match name {
            "fsync" | "fdatasync" => ours(file).map(|file| Event::Sync { at, file }),
            "write" | "pwrite64" => match file {
                Some(f) if f.starts_with(data) => {
                    let offset = (name == "pwrite64")
                        .then(|| last_number(arguments.rsplit(", ").next().unwrap_or_default()));
                    let bytes = first_string(arguments).unwrap_or_default();
                    Some(Event::Write {
                        at,
                        file: f,
                        offset,
                        bytes,
                    })
                }
                _ => to_socket(arguments).then_some(Event::Send { at: begun }),
            },
            "sendto" | "sendmsg" | "writev" if file.is_none() => {
                to_socket(arguments).then_some(Event::Send { at: begun })
            }
            "writev" => panic!("files are expected to be written by write or pwrite64: {call:.80}"),
            "openat" if arguments.contains("O_CREAT") || arguments.contains("O_TRUNC") => {
                ours(path_in_angle_brackets(result)).map(|file| Event::Create { at, file })
            }
            "ftruncate" => ours(file).map(|file| {
                let length = last_number(arguments.rsplit(", ").next().unwrap_or_default());
                Event::Truncate { at, file, length }
            }),
            "rename" | "renameat" | "renameat2" => {
                let mut names = strings(arguments)
                    .map(|b| PathBuf::from(String::from_utf8(b).expect("a path")));
                match (names.next(), names.next()) {
                    (Some(from), Some(to)) => {
                        ours(Some(to)).map(|to| Event::Rename { at, from, to })
                    }
                    _ => None,
                }
            }
            "unlink" | "unlinkat" => {
                let name = first_string(arguments).unwrap_or_default();
                let name = PathBuf::from(String::from_utf8(name).expect("a path"));
                ours(Some(name)).map(|file| Event::Remove { at, file })
            }
            _ => None,
        };
        self.events.push(event.unwrap_or(Event::Other { at }));
    }

    /// All events, in order of finishing.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// When bytes left by a socket, rising.
    pub(crate) fn sends(&self) -> Vec<f64> {
        let sends = self
            .events
            .iter()
            .filter(|e| matches!(e, Event::Send { .. }));
        let mut sends: Vec<f64> = sends.map(Event::at).collect();
        sends.sort_by(f64::total_cmp);
        sends
    }

    /// How many times `fdatasync` was called.
    pub(crate) fn syncs(&self) -> usize {
        self.syncs
    }
}

/// Whether the first descriptor is a TCP socket.
fn to_socket(arguments: &str) -> bool {
    arguments
        .split(',')
        .next()
        .is_some_and(|first| first.contains("<TCP"))
}

/// The path of the first descriptor, if it is a file: `9</path>`; sockets print as `TCP:[…]`.
fn descriptor(arguments: &str) -> Option<PathBuf> {
    path_in_angle_brackets(arguments.split(',').next().unwrap_or_default())
}

/// `9</path>` or `9<\x2f\x70…>`, as -xx prints it.
fn path_in_angle_brackets(text: &str) -> Option<PathBuf> {
    let inner = text.split_once('<')?.1.rsplit_once('>')?.0;
    let path = if inner.starts_with("\\x") {
        String::from_utf8(unescape(inner)).ok()?
    } else {
        inner.to_owned()
    };
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// The quoted strings of a call.
fn strings(arguments: &str) -> impl Iterator<Item = Vec<u8>> + '_ {
    arguments.split('"').skip(1).step_by(2).map(unescape)
}

fn first_string(arguments: &str) -> Option<Vec<u8>> {
    strings(arguments).next()
}

/// `\x2f\x70…` to bytes.
fn unescape(text: &str) -> Vec<u8> {
    let hex = text.split("\\x").skip(1);
    hex.map(|h| u8::from_str_radix(h, 16).expect("two hex digits"))
        .collect()
}

/// The number in `12)` or `12`.
fn last_number(text: &str) -> usize {
    text.trim_end_matches(')').trim().parse().expect("a number")
}

/// A file as the page cache sees it and as the disk holds it.
#[derive(Clone, Default)]
struct File {
    cached: Vec<u8>,
    synced: Vec<u8>,
}

/// The data folder: names and files, cached and synced.
#[derive(Default)]
pub(crate) struct Image {
    files: Vec<File>,
    cached: BTreeMap<PathBuf, usize>,
    synced: BTreeMap<PathBuf, usize>,
}

impl Image {
    /// Lets one call take effect.
    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::Create { file, .. } => {
                if !self.cached.contains_key(file) {
                    self.cached.insert(file.clone(), self.files.len());
                    self.files.push(File::default());
                }
            }
            Event::Write {
                file,
                offset,
                bytes,
                ..
            } => {
                let cached = &mut self.file(file).cached;
                let offset = offset.unwrap_or(cached.len());
                let end = offset + bytes.len();
                cached.resize(cached.len().max(end), 0);
                cached
                    .get_mut(offset..end)
                    .expect("just resized")
                    .copy_from_slice(bytes);
            }
            Event::Truncate { file, length, .. } => self.file(file).cached.resize(*length, 0),
            Event::Sync { file, .. } => {
                if self.cached.contains_key(file) {
                    let file = self.file(file);
                    file.synced.clone_from(&file.cached);
                } else {
                    // A folder: its names are on the disk now.
                    let below = |p: &Path| p.parent() == Some(file.as_path());
                    self.synced.retain(|p, _| !below(p));
                    let now = self.cached.iter().filter(|(p, _)| below(p));
                    self.synced.extend(now.map(|(p, f)| (p.clone(), *f)));
                }
            }
            Event::Rename { from, to, .. } => {
                if let Some(file) = self.cached.remove(from) {
                    self.cached.insert(to.clone(), file);
                }
            }
            Event::Remove { file, .. } => drop(self.cached.remove(file)),
            Event::Send { .. } | Event::Other { .. } => {}
        }
    }

    fn file(&mut self, path: &Path) -> &mut File {
        let id = *self
            .cached
            .get(path)
            .unwrap_or_else(|| panic!("{} was not opened", path.display()));
        self.files.get_mut(id).expect("known")
    }

    fn names(&self, keep_unsynced: bool) -> &BTreeMap<PathBuf, usize> {
        if keep_unsynced {
            &self.cached
        } else {
            &self.synced
        }
    }

    /// Whether a segment's name would be there.
    pub(crate) fn has_journal(&self, keep_unsynced: bool) -> bool {
        self.names(keep_unsynced)
            .keys()
            .any(|p| p.extension().is_some_and(|e| e == "seg"))
    }

    /// Writes what would be left into a new data folder.
    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
    pub(crate) fn write(&self, folder: &Path, keep_unsynced: bool) {
        for (path, id) in self.names(keep_unsynced) {
            let name = path.file_name().expect("a file");
            let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
            let place = match parent == "journal" {
                true => folder.join("journal"),
                false if parent == "data" => folder.to_owned(),
                false => continue, // cursors and remnants are no part of the log
            };
            std::fs::create_dir_all(&place).expect("a folder");
            let file = self.files.get(*id).expect("known");
            let bytes = if keep_unsynced {
                &file.cached
            } else {
                &file.synced
            };
            std::fs::write(place.join(name), bytes).expect("a file");
        }
    }
}

//! Every limit of the client, with its unit and its reason.

use std::time::Duration;

/// For the TCP connection alone; loopback and leased lines take milliseconds, a lossy link two retransmissions.
pub const TCP_CONNECT_MAX: Duration = Duration::from_secs(5);

/// For the TLS handshake; the gateway gives up after as long.
pub const HANDSHAKE_MAX: Duration = Duration::from_secs(5);

/// From the end of our half of the handshake to the gateway's first bytes, which say that it took our certificate.
pub const FIRST_BYTES_MAX: Duration = Duration::from_secs(5);

/// For a call with one answer; the gateway honours at most as long.
pub const UNARY_MAX: Duration = Duration::from_secs(10);

/// How long a subscription may be silent: three heartbeats of 15 s.
pub const DEAD_LINK: Duration = Duration::from_secs(45);

/// HTTP/2 pings are for the line below the calls; heartbeats say more.
pub const KEEP_ALIVE_INTERVAL: Duration = Duration::from_mins(1);

/// How long a ping may stay unanswered.
pub const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// Shortest pause before a new attempt, jitter included.
pub const RETRY_MIN: Duration = Duration::from_secs(1);

/// Longest pause before a new attempt.
pub const RETRY_MAX: Duration = Duration::from_mins(1);

/// One message from the gateway, in bytes: its own limit.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Response headers, in bytes: an error with all its violations travels in them.
pub const HEADERS_BYTES_MAX: u32 = 64 * 1024;

/// HTTP/2 window of one stream, in bytes: what a gateway may send before we read.
pub const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// HTTP/2 window of a connection, in bytes.
pub const CONNECTION_WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// Most submissions unanswered in one pipelined stream.
pub const WINDOW_MAX: usize = 1024;

/// Most deliveries unsettled in one subscription; the gateway's limit.
pub const CREDIT_MAX: u32 = 1000;

/// Checkpoints of an outbox's receipts that wait to be held against what else was heard of the log: each takes a question.
pub const RECEIPTS_UNHELD_MAX: usize = 64;

/// Verified checkpoints remembered: a batch's receipts arrive together, those of a few batches interleave.
pub const CHECKPOINTS_REMEMBERED: usize = 16;

/// Digests in one question for certificates; the gateway's limit.
pub const CERTIFICATES_ASKED_MAX: usize = 64;

/// Records not believed, or without their body, that are asked for again at each sync of the own copy: each in its turn.
pub const ASKED_AGAIN_MAX: usize = 100;

/// Of so many receipts' checkpoints at most the own copy asks at a sync whether a cosigned one covers them: the rest next time.
pub const WITNESSED_ASKED_MAX: usize = 64;

/// So many of these questions are on their way at once: over a slow line a sync waits a few times and not for each.
pub const WITNESSED_AT_ONCE: usize = 16;

/// How far the gateway's clock may be from ours for a heartbeat to be cosigned: a message was on its way for as long, or
/// one of the clocks is wrong, and then its time should not stand in a signature.
pub const COSIGN_SKEW_MAX: Duration = Duration::from_mins(1);

/// A pin file holds one signed note.
pub const PIN_BYTES_MAX: u64 = precinto_merkle::note::NOTE_BYTES_MAX as u64;

/// Messages that wait in an outbox: a day of one agency's heaviest traffic, and a folder that is still read in milliseconds.
pub const OUTBOX_MESSAGES_MAX: usize = 10_000;

/// Bytes that wait in an outbox: some thousand alerts with the largest bodies, and no disk full by them alone.
pub const OUTBOX_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Refused messages that are kept; beyond, nothing new is taken until somebody has looked. What the node answers by itself is kept
/// all the same: a person who does not look must not silence it.
pub const OUTBOX_REFUSED_MAX: usize = 10_000;

/// Files that are looked at in one folder of the outbox, refused messages with their reasons included.
pub const OUTBOX_NAMES_MAX: usize = 100_000;

/// Messages of the outbox unanswered at once.
pub const OUTBOX_WINDOW: usize = 64;

/// The outbox is looked at so often for what another process has put in though nothing has told of it.
pub const OUTBOX_LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long the courier waits for the next answer of a gateway that keeps the line open: longer than it honours a call, so that
/// one that only takes its time is not asked again.
pub const OUTBOX_ANSWER_MAX: Duration = Duration::from_secs(30);

/// How long receipts of what was sent are kept beside the outbox: a month, at an agency's heaviest traffic some hundred thousand
/// files. The log keeps them for ever.
pub const SENT_KEPT: Duration = Duration::from_hours(30 * 24);

/// For how long it is remembered what was taken in and is settled: so long a gateway that forgets how far a subscription had come
/// makes nothing be handed over twice. Some 60 bytes a delivery.
pub const TAKEN_KEPT: Duration = Duration::from_hours(30 * 24);

/// How long the line of an empty outbox stays open: the gateway ends a stream on which nothing comes for 30 s.
pub const OUTBOX_IDLE_MAX: Duration = Duration::from_secs(5);

/// How often a message is sent again at which the gateway itself fails, before it is put aside and those behind it go on.
pub const OUTBOX_FAULTS_MAX: u32 = 5;

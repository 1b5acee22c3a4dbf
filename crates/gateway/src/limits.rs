//! Every number that bounds the gateway, each with its unit and its reason.
//!
//! A limit is a constant until an operator has a reason to turn it. Sizes are in bytes.

use std::time::Duration;

// ---- connections ----
//
// One thing that the design has is not built. Handshakes run on the shared workers and not on a runtime of their own:
// with 0.4 ms of CPU each and 64 at once they delay a submission by a few milliseconds at worst, and a second runtime
// needs moving every socket between two reactors.

/// Handshakes under way at once. One costs about 0.4 ms of CPU; the rest wait in the kernel's queue.
pub const HANDSHAKES_MAX: usize = 64;
/// Handshakes under way from one address, or one IPv6 /64: half of the places, so that no single address can take them all.
pub const HANDSHAKES_PER_ADDRESS_MAX: usize = 32;
/// Handshakes under way from one network, an IPv4 /24 or an IPv6 /48: whoever has one address often has its
/// neighbours. A site's nodes behind two addresses come in at once all the same, and a quarter of the places is everybody else's;
/// of these a network gets half of what is free at the most, so that it takes eight to hold them all.
pub const HANDSHAKES_PER_NETWORK_MAX: usize = 48;
const _: () = assert!(HANDSHAKES_PER_ADDRESS_MAX < HANDSHAKES_PER_NETWORK_MAX);
const _: () = assert!(HANDSHAKES_PER_NETWORK_MAX < HANDSHAKES_MAX);
/// From the accepted socket to the end of the handshake: a peer that dawdles holds one of the 64 places.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// From the end of the handshake to the first request. HTTP/2 keep-alive begins only after the client's preface, so
/// without this a silent peer would be held for ever.
pub const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections of the process: half of the usual 1,024 descriptors. Fewer where the process may open fewer than both together:
/// see [`DESCRIPTORS_RESERVED`].
pub const CONNECTIONS_MAX: usize = 512;
/// Descriptors that no connection gets: journal, lock, runtime and standard streams take some 20 from the start, and what is
/// opened later, a segment, a cursor, a checkpoint, must never fail because of who is connected.
pub const DESCRIPTORS_RESERVED: usize = 64;
/// Connections from one address, or one IPv6 /64. Sites sit behind one address, and so does a whole exercise on one machine.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// Connections that an address, or an IPv6 /64, may begin at once after a quiet moment: all that it may have, twice over …
pub const ARRIVALS_BURST: f64 = 128.0;
/// … and so many a second for as long as it goes on. Each costs a handshake, whatever becomes of it: 13 ms of CPU a second.
pub const ARRIVALS_PER_SECOND: f64 = 32.0;
/// Connections with one certificate: submission, subscription and an operator's query, twice over at a restart.
pub const CONNECTIONS_PER_CERTIFICATE_MAX: usize = 8;
/// Then a connection is asked to go (GOAWAY), so that everybody authenticates again now and then.
pub const CONNECTION_AGE_MAX: Duration = Duration::from_hours(1);
/// What open streams get after that before they are cut.
pub const CONNECTION_AGE_GRACE: Duration = Duration::from_secs(30);
/// A connection without any open call is closed after this time.
pub const CONNECTION_IDLE_MAX: Duration = Duration::from_mins(15);
/// How often age and idleness of a connection are looked at.
pub const CONNECTION_PATROL: Duration = Duration::from_secs(15);
/// Lines that are judged at once when other trust comes into force: each costs two or three verifications, so that those of
/// 512 connections are through in a tenth of a second and leave a core to what else there is.
pub const LINES_JUDGED_AT_ONCE_MAX: usize = 1;
/// First wait when the process runs out of descriptors; doubled up to [`ACCEPT_BACKOFF_MAX`].
pub const ACCEPT_BACKOFF_MIN: Duration = Duration::from_millis(5);
/// Longest wait when the process is out of descriptors.
pub const ACCEPT_BACKOFF_MAX: Duration = Duration::from_millis(500);
/// TCP keep-alive: finds dead peers before TLS is up and after HTTP/2 has gone.
pub const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

// ---- the operator's own listener ----

/// Connections at once: a monitoring system, its twin, a load balancer and a person.
pub const ADMIN_CONNECTIONS_MAX: usize = 8;
/// From the accepted socket to the end of the answer: who dawdles holds one of the places.
pub const ADMIN_CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);
/// A request, of which nothing but the head is read. The least that the library takes.
pub const ADMIN_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Headers of a request.
pub const ADMIN_HEADERS_MAX: usize = 32;
/// Values of one label that something outside decides on: agencies, or rules; more than two countries have. Each of them has at most a
/// line for every type of message. What comes beyond is counted under one name.
pub const METRIC_LABELS_MAX: usize = 1_000;

// ---- HTTP/2 ----

/// Streams of one connection at once (tonic's default is none; hyper's 200 is lost on the way).
pub const STREAMS_PER_CONNECTION_MAX: u32 = 64;
/// Streams reset by us for the peer's faults before the connection ends (`MadeYouReset`, CVE-2025-8671).
pub const LOCAL_RESETS_MAX: usize = 64;
/// Streams reset by the peer before we accepted them (rapid reset, CVE-2023-44487).
pub const PENDING_RESETS_MAX: usize = 20;
/// All headers of a request together.
pub const HEADER_BYTES_MAX: u32 = 8 * 1024;
/// Headers of a request, repeats included: a client of any language sends fewer than ten.
pub const HEADERS_MAX: usize = 32;
/// One HTTP/2 frame.
pub const FRAME_BYTES_MAX: u32 = 16 * 1024;
/// What a peer may send on one stream before we have read it.
pub const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// What a peer may send on one connection before we have read it.
pub const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// Frames that carry neither a call nor a message: pings, resets, window updates, empty data. So many at once …
pub const IDLE_FRAMES_BURST: u32 = 10_000;
/// … and so many a second for as long as it goes on; then the connection is cut. A thousand cost us a few milliseconds.
pub const IDLE_FRAMES_PER_SECOND: u32 = 1_000;
/// One more for so many bytes that we send: whoever takes them updates two windows, the smallest of 64 KiB at their half.
pub const IDLE_FRAME_BYTES: usize = 4 * 1024;
/// A ping after this silence.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// A peer that does not answer a ping in this time is gone.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

// ---- calls ----

/// Longest time to the head of an answer. Streams answer with a head at once and have limits of their own.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls of one connection that wait for the head of their answer; the next is refused as `OVERLOADED`. As many as it may
/// have streams, so nobody who keeps to that is refused: only who resets streams faster than their handlers end.
pub const CALLS_PER_CONNECTION_MAX: usize = STREAMS_PER_CONNECTION_MAX as usize;
pub use precinto_alert::limits::{BODY_BYTES_MAX, CREDIT_MAX, CREDIT_MIN, SUBMISSION_BYTES_MAX};
/// Any other request: none of them carries content.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Any answer. The largest is a delivery: an envelope, a body, a record and a receipt.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// What the log holds of the items in one answer; the rest is for what is around it, the path of a proof for example.
pub const ANSWER_CONTENT_MAX: usize = ANSWER_BYTES_MAX - 64 * 1024;
/// A revocation list leaves the log in one answer, with its record.
const _: () =
    assert!(precinto_envelope::limits::CRL_BYTES_MAX + RECORD_BYTES <= ANSWER_CONTENT_MAX);
/// What a refused call is told to wait before it tries again.
pub const RETRY_AFTER: Duration = Duration::from_millis(500);

// ---- submissions in flight ----
//
// What a submission takes of the budget it keeps from its first byte until the log has answered, whether or not somebody
// still waits for the answer. The log's queue is larger in both measures, so that waiting happens here, in the order of
// arrival and within the share of each node, and a full queue behind is not met.

/// Submissions that the process holds at once: at 3,000 a second what comes new has 85 ms before it, wherever these wait, and
/// a batch needs 64. The others wait at the door, where each stream waits once and not once for each message.
pub const IN_FLIGHT_MAX: usize = 256;
/// Submissions that the process holds at once, in bytes: what memory may cost when everybody sends at once.
pub const IN_FLIGHT_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Of those, what one node may hold: more than fills a batch, and less than half of the whole. What else its streams send waits.
pub const IN_FLIGHT_PER_NODE_MAX: usize = 96;
const _: () = assert!(2 * IN_FLIGHT_PER_NODE_MAX < IN_FLIGHT_MAX);
/// Of those, what one node may hold in bytes: the largest submission on every stream of a connection, so that nobody who
/// keeps to his streams is refused. Less than half of the whole: it takes nodes of two agencies to keep a third one waiting.
pub const IN_FLIGHT_BYTES_PER_NODE_MAX: usize = CALLS_PER_CONNECTION_MAX * SUBMISSION_BYTES_MAX;
/// Longest wait for room in the budget; then `OVERLOADED`. Short, because what is unread meanwhile fills the window of its
/// connection, and may keep out the very bytes that would complete a submission and make room.
pub const ROOM_WAIT_MAX: Duration = Duration::from_secs(1);
/// From the first byte of a message to its last; then `DEADLINE`. Who begins and does not finish holds a part of the budget.
pub const MESSAGE_TIMEOUT: Duration = CALL_TIMEOUT;
/// Entries that may wait for the log. One for each submission in flight: its certificates are logged before it, one after
/// the other.
pub const LOG_QUEUE_MAX: usize = 1024;
/// Bytes that may wait for the log.
pub const LOG_QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Warnings that a record holds: the first ones found. Each is a path, a sentence in two languages and up to five proposals,
/// some 300 bytes, so they stay within `RECORD_BYTES`.
pub const RECORD_WARNINGS_MAX: usize = 32;
/// Warnings that the sender is told at once: more than a person mends in one go, and well within [`ANSWER_BYTES_MAX`].
pub const ANSWER_WARNINGS_MAX: usize = 256;
/// What an entry has beyond the submission that it was made of: the record and a row of the journal. Only a statement to
/// groups of hundreds of agencies has more, and only a queue full of such would be met as `OVERLOADED`.
const RECORD_BYTES: usize = 16 * 1024;
const _: () = assert!(IN_FLIGHT_MAX < LOG_QUEUE_MAX);
const _: () = assert!(IN_FLIGHT_BYTES_MAX + IN_FLIGHT_MAX * RECORD_BYTES <= LOG_QUEUE_BYTES_MAX);
const _: () = assert!(2 * IN_FLIGHT_BYTES_PER_NODE_MAX < IN_FLIGHT_BYTES_MAX);

/// Of those, what all nodes of an agency may hold: half of the whole, so that one agency never keeps out another. A batch is full
/// with half of it.
pub const IN_FLIGHT_PER_AGENCY_MAX: usize = IN_FLIGHT_MAX / 2;
const _: () = assert!(IN_FLIGHT_PER_NODE_MAX < IN_FLIGHT_PER_AGENCY_MAX);
/// The same in bytes.
pub const IN_FLIGHT_BYTES_PER_AGENCY_MAX: usize = IN_FLIGHT_BYTES_MAX / 2;
const _: () = assert!(IN_FLIGHT_BYTES_PER_NODE_MAX < IN_FLIGHT_BYTES_PER_AGENCY_MAX);
/// Of the whole, what is kept for agencies that hold few messages ([`IN_FLIGHT_FEW_MAX`]): two that send without end take all the
/// rest between them, and a third one's message does not wait behind theirs. With it four such agencies are served at once.
pub const IN_FLIGHT_KEPT_MAX: usize = IN_FLIGHT_MAX / 8;
/// The same in bytes.
pub const IN_FLIGHT_KEPT_BYTES: usize = IN_FLIGHT_BYTES_MAX / 8;
/// Few messages of an agency: what a person sends, and a machine that waits for its answers.
pub const IN_FLIGHT_FEW_MAX: usize = IN_FLIGHT_KEPT_MAX / 4;
/// The same in bytes.
pub const IN_FLIGHT_FEW_BYTES: usize = IN_FLIGHT_KEPT_BYTES / 4;
const _: () = assert!(SUBMISSION_BYTES_MAX < IN_FLIGHT_FEW_BYTES);
/// What a sender is told to wait whose message is shed because it is not urgent: well beyond [`RETRY_AFTER`], so that what is
/// urgent finds room meanwhile.
pub const SHED_RETRY_AFTER: Duration = Duration::from_secs(5);

// ---- quotas ----
//
// Of what an operator may turn, by `[[quota]]`: how much one agency sends is a matter of agreement, not of engineering.

/// Statements of one node in a minute: a hundred a second, many times what the busiest port has to say, and a backlog of a
/// night goes out at once. A script gone wild costs 10 GB a day with it, and has a person's attention long before.
pub const QUOTA_NODE_STATEMENTS: u64 = 6_000;
/// Bytes of one node in a minute: two hundred of the largest submissions.
pub const QUOTA_NODE_BYTES: u64 = 64 * 1024 * 1024;
/// Statements of one agency in a minute: of four of its nodes.
pub const QUOTA_AGENCY_STATEMENTS: u64 = 4 * QUOTA_NODE_STATEMENTS;
/// Bytes of one agency in a minute: of four of its nodes.
pub const QUOTA_AGENCY_BYTES: u64 = 4 * QUOTA_NODE_BYTES;
const _: () = assert!(
    SUBMISSION_BYTES_MAX < 1024 * 1024,
    "fits into the smallest quota, 1 MiB"
);
/// The most statements that an operator may allow: none that anybody meets.
pub const QUOTA_STATEMENTS_MAX: u64 = 1_000_000_000;
/// The most mebibytes that an operator may allow: none that anybody meets.
pub const QUOTA_MIB_MAX: u64 = 1_000_000;

// ---- submission streams ----

/// Submissions of one stream that are being verified, wait for their sync, or are answered and not taken yet; more wait in the
/// stream's window. A batch needs no more, and a node with one stream keeps to its share of what is in flight.
pub const PIPELINE_MAX: usize = 64;
const _: () = assert!(PIPELINE_MAX < IN_FLIGHT_PER_NODE_MAX);
/// Cases of which a stream has put something off and remembers it, so that what is behind it waits.
pub const PUT_OFF_CASES_MAX: usize = 256;
/// How long the rest of a case waits for a message that was put off and does not come again. Longer than a sender is told to
/// wait; whoever begins a new stream begins anew.
pub const PUT_OFF_MEMORY: Duration = Duration::from_mins(1);
/// Submission streams of one node at once.
pub const SUBMIT_STREAMS_PER_NODE_MAX: usize = 16;
/// Longest silence between two messages of a submission stream, when no answer is due. Not 30 s as for an upload:
/// `send -` keeps its stream open while a person types.
pub const SUBMIT_IDLE_MAX: Duration = Duration::from_mins(15);
/// Conflicts of one node that are logged in each [`CONFLICT_WINDOW`]; further ones are refused without an entry, so that
/// nobody can fill the log with entries that nobody accepted.
pub const CONFLICTS_PER_NODE_MAX: u32 = 64;
/// The window of [`CONFLICTS_PER_NODE_MAX`].
pub const CONFLICT_WINDOW: Duration = Duration::from_mins(1);
/// What is noted as withheld and waits to be recorded: what nodes read and are not given in [`WITHHELD_EVERY_MS`]; at most some 300
/// bytes each. More is counted and not told one by one.
pub const WITHHELD_QUEUE_MAX: usize = 16 * 1024;
/// Of these of one agency: nobody takes all the room by asking for what is forbidden.
pub const WITHHELD_PER_AGENCY_MAX: usize = WITHHELD_QUEUE_MAX / 4;
/// How long what was withheld is noted before it is recorded, milliseconds by the gateway's clock: every node sees the log grow, and
/// must not learn from when or by how much it does that something was for it. 144 times a day, for two sides four acts each.
pub const WITHHELD_EVERY_MS: u64 = 10 * 60 * 1_000;
/// What one act lists of what was withheld, encoded: the [`WITHHELD_PER_AGENCY_MAX`] of two agencies at least, if few rules keep it from
/// them. More waits for the next one.
pub const WITHHELD_ACT_BYTES_MAX: usize = 128 * 1024;
/// Of how many it is remembered that they were noted, so that they are recorded once; some 32 bytes each. A gateway that was started
/// anew remembers none.
pub const WITHHELD_KNOWN_MAX: usize = 16 * 1024;
/// Signing certificates kept ready for verification; beyond them the sender's hints are parsed again.
pub const KNOWN_CERTIFICATES_MAX: usize = 4096;

// ---- subscriptions ----

/// Deliveries that may wait for their nack's delay; then new deliveries pause.
pub const NACKED_MAX: usize = 1000;
/// What credit and waiting nacks allow to be unsettled; what is put back comes on top, and may be as many as were parked.
pub const UNSETTLED_MAX: usize = CREDIT_MAX as usize + NACKED_MAX + PARKED_LISTED_MAX;
/// Attempts of a subscription that does not say: a machine's hiccup is over by then, and a person is told within a minute.
pub const ATTEMPTS_DEFAULT: u32 = 5;
/// The most attempts that a subscription may ask for; with a delay of 10 s each, a quarter of an hour.
pub const ATTEMPTS_MAX: u32 = 100;
/// Parked deliveries of one subscription; then new deliveries pause, and nothing is dropped. Somebody who refuses a
/// thousand alerts needs a person, not a longer list.
pub const PARKED_MAX: usize = 1000;
/// What may be parked all the same: what was unsettled when the list became full.
pub const PARKED_LISTED_MAX: usize = PARKED_MAX + CREDIT_MAX as usize + NACKED_MAX;
/// Parked deliveries in one page, and put back by one call.
pub const PARKED_PAGE_MAX: usize = 1000;
/// A delivery that has been unsettled for this long is an alarm: the subscriber reads, and does not finish.
pub const UNSETTLED_ALARM: Duration = Duration::from_mins(15);
/// How often that is looked at.
pub const UNSETTLED_PATROL: Duration = Duration::from_mins(1);
/// Codes in one list of a filter: more than any vocabulary that filters read has.
pub const FILTER_CODES_MAX: usize = 32;
/// Sending agencies in one filter.
pub const FILTER_AGENCIES_MAX: usize = 64;
/// Alerts in one filter.
pub const FILTER_ALERTS_MAX: usize = 64;
/// How often an open line, and each subscription on it, looks whether its node is still welcome, whatever else it does: a
/// revoked certificate or right ends it within 5 s, its last word included.
pub const STANDING_PATROL: Duration = Duration::from_secs(4);
/// Longest delay that a nack may ask for.
pub const NACK_DELAY_MAX: Duration = Duration::from_hours(1);
/// Shortest rest of a delivery after its first nack; doubled with each further attempt, up to [`NACK_DELAY_FLOOR_MAX`].
/// Without it, a nack without a delay would be a hot loop.
pub const NACK_DELAY_FLOOR_MIN: Duration = Duration::from_millis(100);
/// Longest rest that we impose after a nack.
pub const NACK_DELAY_FLOOR_MAX: Duration = Duration::from_secs(10);
/// Subscriptions that one node may have.
pub const SUBSCRIPTIONS_PER_NODE_MAX: usize = 64;
/// Bytes of a subscription's name.
pub const SUBSCRIPTION_NAME_MAX: usize = 64;
/// Subscription streams of one node at once.
pub const SUBSCRIBE_STREAMS_PER_NODE_MAX: usize = 16;
/// Messages between the task that reads the log and the connection.
pub const OUTBOX_MESSAGES_MAX: usize = 256;
/// Bytes between the task that reads the log and the connection.
pub const OUTBOX_BYTES_MAX: usize = 1024 * 1024;
/// Of these, what each stream has for itself, whatever the others hold: some 50 deliveries of usual size. 1,000 streams that read
/// nothing hold 64 MB by it.
pub const OUTBOX_BYTES_OWN: usize = 64 * 1024;
/// What all streams have together beyond that.
pub const OUTBOXES_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a stream that waits for room keeps what it has read ahead of the log, up to 512 KiB: reading it again costs less than
/// 1,000 of them that wait.
pub const READ_AHEAD_KEPT: Duration = Duration::from_secs(2);
/// A peer that takes no message of a stream for this time is cut; a subscriber resumes, and a sender asks again, without
/// loss.
pub const PROGRESS_TIMEOUT: Duration = Duration::from_secs(30);
/// What the last message to such a peer gets to leave before the cut.
pub const LAST_WORD_GRACE: Duration = Duration::from_secs(1);
/// A heartbeat after this silence.
pub const HEARTBEAT_SILENCE: Duration = Duration::from_secs(15);
/// A heartbeat at least this often, however busy the stream.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_mins(1);
/// A live stream that is this many entries behind returns to replay, and says so.
pub const FALL_BEHIND_ENTRIES: u64 = 1024;
/// What one read from the log may bring; a subscription that has to wait holds so much until its next heartbeat. Four times less
/// costs a tenth more CPU for each delivery of a catch-up, because each read is a thread's work.
pub const READ_BYTES_MAX: usize = 512 * 1024;
/// How often cursors are written to disk.
pub const CURSOR_FLUSH: Duration = Duration::from_millis(200);
/// Acks and nacks of one stream that are taken before deliveries get their turn again.
pub const SETTLEMENTS_PER_TURN_MAX: usize = 256;
/// Acks and nacks of one stream that settle nothing, because it is settled or comes again already: so many at once …
pub const IDLE_SETTLEMENTS_BURST: f64 = 1_024.0;
/// … and so many a second for as long as it goes on; what a subscriber says beyond that waits. The others are as many as there are
/// deliveries, each of these may have an old batch read for it. An honest client's answers cross a lost stream, or it settles a
/// hundred one by one and then all up to the last.
pub const IDLE_SETTLEMENTS_PER_SECOND: f64 = 256.0;
/// Entries that a stream delivers or passes over before what its subscriber says gets its turn: what a read brings of
/// alerts of a KiB, so that the connection is woken for all of them and not for each.
pub const STEPS_PER_TURN_MAX: usize = 64;
/// How long a new stream waits for the one it supersedes to let go of the cursor.
pub const TAKE_OVER_TIMEOUT: Duration = Duration::from_secs(5);

// ---- proofs ----

/// Longest wait for a size in `GetCheckpoint`; a little less than [`CALL_TIMEOUT`], so that an answer still gets out.
pub const CHECKPOINT_WAIT_MAX: Duration = Duration::from_millis(9_500);
/// Digests in one `GetCertificates`.
pub const DIGESTS_MAX: usize = 64;
/// `ReadEntries` streams of one node at once.
pub const READ_STREAMS_PER_NODE_MAX: usize = 4;

// ---- witnesses ----

/// Nodes with a witness key in the directory: what they return is held in memory, and written as a whole.
pub const WITNESSES_MAX: usize = 256;
/// Cosignatures kept of one witness, the newest: with those of others that came a heartbeat earlier or later, there is most
/// often a checkpoint that several have cosigned.
pub const COSIGNATURES_PER_NODE_MAX: usize = 4;
/// Bytes of a signature line: a key name of up to 380 bytes, and 108 of base64 and spaces.
pub const COSIGNATURE_LINE_MAX: usize = 512;
/// Cosignatures handed out with one checkpoint: with the log's own signature, what any reader of notes has to accept (16).
pub const COSIGNATURES_IN_NOTE_MAX: usize = 15;
/// Cosignatures that do not hold, kept of one witness, the first: a fork shows in one, and a broken key in all.
pub const REJECTED_PER_WITNESS_MAX: usize = 4;
/// How often cosignatures are written to disk. They come again with the next heartbeat, so losing some is no harm.
pub const WITNESS_FLUSH: Duration = Duration::from_secs(5);
/// The file of cosignatures: all that may be kept, each line with its size, root and node, at most 900 bytes.
pub const WITNESS_FILE_BYTES_MAX: u64 = 1024 * 1024;
const _: () =
    assert!((WITNESSES_MAX * COSIGNATURES_PER_NODE_MAX * 900) as u64 <= WITNESS_FILE_BYTES_MAX);

// ---- cases ----

/// Messages of cases that are kept in memory, some 300 bytes each, beside those of cases with entries on their way. A case
/// that is not there is read from the log when somebody adds to it.
pub const CASE_STEPS_LOADED_MAX: usize = 4096;
/// Cases that are read from the log at once; further ones wait, within the deadline of their call.
pub const CASE_READS_MAX: usize = 4;

// ---- clocks ----

/// How often the clock is looked at: how late a step may be noticed. A moved or mended clock is noticed as soon.
pub const CLOCK_TICK: Duration = Duration::from_millis(200);
/// How often it is looked at whether the log takes messages, for those who watch the gateway's health.
pub const READINESS_PATROL: Duration = Duration::from_secs(1);
/// Messages whose clock is looked at in one turn, the most urgent first; each reads its case.
pub const CLOCKS_PER_TURN_MAX: usize = 256;
/// Missed deadlines that are logged in one turn; a turn takes [`CLOCK_TICK`] at least, so that a gateway that was down for a
/// night does not crowd out what is submitted. 320 a second.
pub const OVERDUE_PER_TURN_MAX: usize = 64;
/// Entries that the clocks take in between two looks at the time.
pub const CLOCK_ENTRIES_PER_TURN_MAX: u64 = 4096;
/// Open cases held in memory while the log is read at a start; of further ones each clock is looked at by itself.
pub const CLOCK_CASES_MAX: usize = 100_000;

// ---- records ----

/// Records in one page.
pub const PAGE_RECORDS_MAX: usize = 100;
/// Bytes of the records in one page; one that is larger goes alone. A message is held as a whole on both sides.
pub const PAGE_BYTES_MAX: usize = 512 * 1024;
const _: () = assert!(SUBMISSION_BYTES_MAX + RECORD_BYTES <= PAGE_BYTES_MAX);
const _: () = assert!(PAGE_BYTES_MAX <= ANSWER_CONTENT_MAX);
/// Entries that one page looks at before it is answered, empty or not: well below a second when each lies in a batch of its
/// own.
pub const SCAN_ENTRIES_MAX: usize = 16 * 1024;
/// Bytes of entries that one page looks at before it is answered: four of the largest batches.
pub const SCAN_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entries of one case that a page looks at before it is answered: each may lie in a batch of its own, to be read as a whole.
pub const CASE_ENTRIES_MAX: usize = 256;
/// Reads of records by one node at once; the next is refused as `OVERLOADED`.
pub const RECORD_READS_PER_NODE_MAX: usize = 4;
/// Reads of records under way in the process; further ones wait for their turn, within their deadline. Each may hold a batch
/// of the log in memory.
pub const RECORD_READS_MAX: usize = 16;

// ---- acts ----

/// Answers with records or entries that one node may be given in a minute, each of which is an entry of the log: a hundred a second.
/// Pages of a copy that begins hold a hundred records each, and stretches of an auditor's stream 512 KiB, so that both go on
/// at ten thousand records and 25 MB a second; and who only wants to fill the log gets to some 3 GB a day, less than by
/// submitting ([`QUOTA_NODE_STATEMENTS`]).
pub const READS_PER_NODE_MAX: u64 = 6_000;
/// Revoked certificates that are remembered as heard of in an hour, and that may wait for the log: those that a card reader
/// or a forgotten machine still shows. Beyond them none is recorded until the next hour.
pub const REVOKED_HEARD_MAX: usize = 256;

// ---- scrubbing ----

/// From a start to the first reading of the whole log: a gateway that has just started has other things to do.
pub const SCRUB_AFTER: Duration = Duration::from_mins(10);
/// From the end of one reading to the beginning of the next.
pub const SCRUB_EVERY: Duration = Duration::from_hours(12);
/// What is read at once.
pub const SCRUB_BYTES: usize = 256 * 1024;
/// The rest between two reads: with the bytes above 2.5 MB a second at most, so that 100 GB take 11 hours, and a second reading
/// begins within a day.
pub const SCRUB_PAUSE: Duration = Duration::from_millis(100);

// ---- ending ----

/// From the signal to the end of the last connection: a supervisor kills after 30 s or more.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// What a subscriber is told to wait before it comes back after [`DRAIN_TIMEOUT`].
pub const DRAIN_RETRY: Duration = Duration::from_secs(2);

// ---- files ----

/// How often the files that a reload reads are looked at. A change counts when two looks agree: a new revocation list is in
/// force two to three seconds after it was put there, and those it revokes are cut within another five.
pub const FILES_PATROL: Duration = Duration::from_secs(1);
/// Longest wait until files that could not be taken are tried again, though they are as they were: a date that was ahead, or a
/// right to read that was missing, may be mended without changing them.
pub const RELOAD_AGAIN_MAX: Duration = Duration::from_secs(30);
/// Bytes of what the log says of files that could not be taken: a sentence with the file and the place.
pub const REFUSAL_TEXT_BYTES_MAX: usize = 512;
/// How often it is looked at what ends soon.
pub const EXPIRY_PATROL: Duration = Duration::from_hours(1);
/// How often each thing that ends soon is warned of.
pub const EXPIRY_WARNED_EVERY: Duration = Duration::from_hours(24);
/// Any file that the gateway reads at its start: a revocation list of a large country is the biggest.
pub const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

// ---- rules ----

/// Kinds of entries of which what the rules ask about is kept: those that are handed out at the moment, at some 3 KiB each. Entries
/// whose sender, recipients and handling are the same are of one kind.
pub const ENTRY_FACTS_MAX: usize = 1024;

// ---- directory ----

pub use precinto_alert::limits::SIGNED_PART_BYTES_MAX;
/// A request with a part of the directory. It is metered as a submission is, so it may be no larger.
pub const PART_REQUEST_BYTES_MAX: usize = SIGNED_PART_BYTES_MAX + 1024;
const _: () = assert!(PART_REQUEST_BYTES_MAX <= SUBMISSION_BYTES_MAX);
/// A part leaves the log in one answer, with its receipt; those of three sides fit into one.
const _: () = assert!(3 * (SIGNED_PART_BYTES_MAX + RECORD_BYTES) <= ANSWER_CONTENT_MAX);
/// Longest wait until nobody decides anything by the directory in force; meanwhile whoever begins to decide waits as well.
/// Decisions take milliseconds each, those of one stream one behind the other ([`PIPELINE_MAX`]), and a sync.
pub const DIRECTORY_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often one call has its part judged, when other terms come into force meanwhile. Each is a text of 256 KiB, up to four
/// signatures and the policies of both sides; each side has one judged at a time.
pub const PART_JUDGED_MAX: usize = 8;

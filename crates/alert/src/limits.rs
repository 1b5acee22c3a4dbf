//! Every cap on what a message may hold, each with its unit and its reason.

/// Serialised envelope, bytes. A statement of the largest lists needs less than half of it.
pub const ENVELOPE_BYTES_MAX: usize = 64 * 1024;
/// Serialised body, bytes. Files travel by reference, so this is for text and codes only.
pub const BODY_BYTES_MAX: usize = 240 * 1024;
/// One submission on the wire, bytes: envelope, body, certificates, and room for protobuf's own overhead.
pub const SUBMISSION_BYTES_MAX: usize = 320 * 1024;

/// Signers of one statement. The node, and up to three officers: enough for four eyes, few enough to verify at once.
pub const SIGNERS_MAX: usize = 4;
/// Recipients of one statement. More is a group or a topic.
pub const RECIPIENTS_MAX: usize = 32;
/// Further messages or alerts that a statement points to.
pub const REFERENCES_MAX: usize = 16;
/// Marks of handling.
pub const MARKS_MAX: usize = 8;
/// Countries, agencies and units in one release.
pub const RELEASES_MAX: usize = 32;
/// Reasons in one REJECT.
pub const REJECT_REASONS_MAX: usize = 16;
/// Languages of one body: the primary and one more.
pub const LANGUAGES_MAX: usize = 2;

/// Trust domain, bytes. Host names allow 253; half of that keeps every identity below [`IDENTITY_BYTES_MAX`].
pub const SIDE_BYTES_MAX: usize = 128;
/// Name of an agency, node, gateway or officer, bytes; as long as a DNS label may be.
pub const LABEL_BYTES_MAX: usize = 63;
/// SPIFFE id, bytes: `spiffe://`, a side, two words and two labels, rounded up.
pub const IDENTITY_BYTES_MAX: usize = 320;
/// Name of a group, topic or subscription, bytes.
pub const NAME_BYTES_MAX: usize = 63;
/// Origin of a log, bytes; it must fit well into a checkpoint's first line.
pub const ORIGIN_BYTES_MAX: usize = 255;
/// Unit of an agency, bytes.
pub const UNIT_BYTES_MAX: usize = 64;
/// Originating agency identifier, bytes; nine in the United States, longer keys in Mexico.
pub const ORI_BYTES_MAX: usize = 16;

/// How far a sender's clock may run ahead, milliseconds: five minutes, the data model's limit for `TIME_FUTURE`.
pub const FUTURE_SKEW_MS: u64 = 5 * 60 * 1000;
/// Age from which a message is flagged as stale, milliseconds: one day.
pub const STALE_AFTER_MS: u64 = 24 * 60 * 60 * 1000;
/// Longest time between creation and last useful instant, milliseconds: 366 days. Goods move faster than that.
pub const VALIDITY_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;
/// Longest time until criminal intelligence must be reviewed, milliseconds: five years with two leap days.
pub const REVIEW_MS_MAX: u64 = (5 * 365 + 2) * 24 * 60 * 60 * 1000;

/// Time before the first departure of air cargo from which loading is taken to be past stopping, milliseconds: two hours. By
/// then pallets are built and handed to the ramp; the CBP's advance screening for cargo counts on the same two hours.
pub const CUT_OFF_CARGO_MS: u64 = 2 * 60 * 60 * 1000;
/// The same for express parcels and mail by air, milliseconds: one hour. They are sorted and loaded last.
pub const CUT_OFF_PARCEL_MS: u64 = 60 * 60 * 1000;
/// Time behind the last arrival within which goods are taken to be delivered, milliseconds: three days. Most parcels are with
/// their consignee by then and most cargo is cleared; who knows the day states the delivery.
pub const DELIVERY_WINDOW_MS: u64 = 3 * 24 * 60 * 60 * 1000;

/// Fewest deliveries that a subscriber may ask to hold unsettled.
pub const CREDIT_MIN: u32 = 1;
/// Most deliveries that a subscriber may hold unsettled; bounds what the gateway remembers for each stream.
pub const CREDIT_MAX: u32 = 1000;

/// Shipments in one alert.
pub const SHIPMENTS_MAX: usize = 16;
/// Parties in one alert: four for each shipment.
pub const PARTIES_MAX: usize = 64;
/// Substances in one alert or outcome.
pub const SUBSTANCES_MAX: usize = 32;
/// Firearms in one alert or outcome; equal ones share a block.
pub const FIREARMS_MAX: usize = 64;
/// Fuels in one alert or outcome.
pub const FUELS_MAX: usize = 32;
/// Files referred to by one body.
pub const ATTACHMENTS_MAX: usize = 32;
/// Any other list in a body: house waybills, seals, legs, questions, names.
pub const LIST_MAX: usize = 64;

/// One line of text in a body, code points: names, references, descriptions.
pub const LINE_CHARS_MAX: usize = 500;
/// A text of paragraphs in a body, code points: narrative, answer, remark.
pub const TEXT_CHARS_MAX: usize = 16_000;
/// Smallest external packing units of one shipment; the five digits of the manifest.
pub const PIECES_MAX: u32 = 99_999;
/// Gross weight in kilograms above which a shipment by air is not plausible: no aircraft lifts more.
pub const AIR_WEIGHT_KG_MAX: u64 = 250_000;
/// Weight of one piece by air, kilograms, above which it is flagged: the highest gross weight of a loaded 20-foot pallet.
pub const AIR_PIECE_KG_MAX: u64 = 13_608;
/// Weight of one postal item, kilograms, above which it is flagged: posts take parcels up to 30 or 31.5.
pub const POSTAL_PIECE_KG_MAX: u64 = 32;

/// Violations collected from one message. The list caps above keep honest messages far below it; a hostile one shall not
/// make an answer of megabytes.
pub const VIOLATIONS_MAX: usize = 256;

/// Messages of one agency in one case; then only a CANCEL, a RECALL and confirmations are taken from it. Counted for each
/// agency, so that none can shut out another.
pub const CASE_MESSAGES_MAX: usize = 256;
/// Messages of one agency in one case, those included.
pub const CASE_MESSAGES_WITH_RECALL_MAX: usize = CASE_MESSAGES_MAX + 16;

/// The text of one side's part of the directory, bytes: some thousand agencies with a node and an officer each.
pub const PART_BYTES_MAX: usize = 192 * 1024;
/// The text of a side's policy, bytes: people have to be able to read it before they sign it.
pub const POLICY_BYTES_MAX: usize = 64 * 1024;
/// A signed part, bytes: the text, four signatures, and their certificates with those above them.
pub const SIGNED_PART_BYTES_MAX: usize = 256 * 1024;
/// Agencies of one side; with nodes and officers, what fits well into memory.
pub const AGENCIES_MAX: usize = 1024;
/// Nodes of one agency.
pub const NODES_PER_AGENCY_MAX: usize = 256;
/// Officers of one agency.
pub const OFFICERS_PER_AGENCY_MAX: usize = 4096;
/// Alternate contacts of one agency: each is asked at once, so more of them would mean that nobody feels meant.
pub const ALTERNATES_MAX: usize = 16;
/// Groups, and topics, that one side lists.
pub const GROUPS_MAX: usize = 1024;
/// Nodes of one side with a witness key: half of what a gateway keeps cosignatures of, so that neither side takes the
/// other's places.
pub const WITNESSES_PER_SIDE_MAX: usize = 128;
/// Officers of one side who may sign its part of the directory.
pub const STEWARDS_MAX: usize = 16;

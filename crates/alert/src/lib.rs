//! What an alert says: its vocabulary, its rules, and every reason for refusing it, in two languages.
//!
//! This crate reads no clock and does no input or output. The two ways in are [`Statement::decode`], for the signed
//! statement that stays in the log, and [`Content::decode`], for the body that may be deleted later. Both collect every
//! violation before they answer, because a sender who hears of one mistake at a time sends many times.
//!
//! # What the data model leaves open, and what was decided
//!
//! * Mandatory fields of each type, what the statement repeats of the body, identifiers that are wrong on the label itself:
//!   `statement.proto`, `body.proto`, `shipment.proto`.
//! * What is still accepted behind the end of a case: [`case`].
//! * Of an extract without names (a tear-line) the gateway judges the content: it has no parties and no files. Whose it is to make, its
//!   sender's own desk judges, for `send TYPE` only: to a gateway it is a new alert, and of one that was copied by hand no field says
//!   where it came from. The same desk names the extracts that a change of the whole leaves behind, because it alone knows them.
//! * The margin of a deadline: [`clock`].
//! * Cut-offs: two hours before departure for air cargo, one for parcels and mail, none for what does not fly
//!   ([`limits::CUT_OFF_CARGO_MS`], [`limits::CUT_OFF_PARCEL_MS`]), the same for every carrier. The last moment to act that
//!   follows from them is [`content::last_action`]: it is put into a draft that states none, and a stated one that is later is
//!   flagged. One that is not stated is not flagged, because the data model knows no such warning; its clock runs uncapped.
//! * An alert is of use until delivery, or until three days after its arrival ([`content::last_useful`]).
//! * What is an error and what a warning is the same for both sides. A side cannot raise a vague description to an error, nor demand
//!   two indicators, or one hard fact, before an alert is relayed: an alert that is late for want of a better word costs more than
//!   one that is flagged, and its recipient sees the flag and the strength of every indicator. A side's policy decides who may
//!   say what to whom, and not how well.
//! * A volume of fuel may stand without its temperature (`volume_temperature`), and `ori` may be a United States ORI or a Mexican
//!   agency key, so only its letters are checked: the data model has a code for neither.
//! * Of the Harmonized System the headings are listed, so a wrong fifth or sixth digit is not flagged ([`tariff`]); of special handling
//!   codes there is no free list ([`table`]).
//! * Until when a block about a person or a file must be deleted (`retain_until_ms`) is carried and told, and for its holder to keep.
//! * Quantities of dangerous goods are not compared with the limits of the regulations, whose text is not free.

pub mod airline;
pub mod airport;
mod canonical;
pub mod case;
pub mod check_digit;
pub mod clock;
pub mod code;
pub mod content;
pub mod country;
pub mod customs_office;
pub mod dangerous_goods;
pub mod directory;
pub mod floor;
pub mod handling;
pub mod id;
pub mod lang;
pub mod limits;
pub mod lookup;
pub mod place_code;
pub mod quantity;
pub mod reason;
pub mod statement;
pub mod subdivision;
pub mod substance;
pub mod table;
pub mod tables;
pub mod tariff;
pub mod trade;
pub mod vague;
pub mod violation;
mod waybill;

pub use case::Case;
pub use content::Content;
pub use lang::Lang;
pub use reason::Reason;
pub use statement::Statement;
pub use violation::{Detail, Violation};

//! What an alert says: its vocabulary, its rules, and every reason for refusing it, in two languages.
//!
//! This crate reads no clock and does no input or output. The two ways in are [`Statement::decode`], for the signed
//! statement that stays in the log, and [`Content::decode`], for the body that may be deleted later. Both collect every
//! violation before they answer, because a sender who hears of one mistake at a time sends many times.

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
pub mod vague;
pub mod violation;

pub use case::Case;
pub use content::Content;
pub use lang::Lang;
pub use reason::Reason;
pub use statement::Statement;
pub use violation::{Detail, Violation};

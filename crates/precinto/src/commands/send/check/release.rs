//! To whom a draft's releases let it go, as far as the draft says it: agencies by their names, and the sender's own country.
//!
//! Which agencies stand behind a group, a topic or an officer the directory says, and of which country another side is a gateway's
//! settings: nothing is objected to for want of these.

use precinto_alert::code::MessageType;
use precinto_alert::floor::{is_released, of_parties};
use precinto_alert::id::{AgencyId, Side};
use precinto_alert::statement::Recipient;
use precinto_alert::violation::Violation;
use precinto_alert::{Content, Reason, Statement};

/// Recipients outside the release of the message.
pub(super) fn of_message(statement: &Statement) -> Vec<Violation> {
    let (sender, lives_in) = (statement.sender().agency(), lives_in(statement));
    let release = statement.handling().releasable_to();
    let named = agencies(statement);
    let outside = named.filter(|(_, agency)| !is_released(release, agency, sender, &lives_in));
    outside
        .map(|(place, agency)| Violation {
            field: format!("recipients[{place}]"),
            reason: Reason::RecipientNotReleasable,
            detail: (
                format!("{agency} is outside handling.releasable_to"),
                format!("{agency} está fuera de handling.releasable_to"),
            )
                .into(),
            proposals: Vec::new(),
        })
        .collect()
}

/// Parties that would get to somebody outside their own release.
pub(super) fn of_content(statement: &Statement, content: &Content) -> Vec<Violation> {
    let receivers: Vec<&AgencyId> = agencies(statement).map(|(_, agency)| agency).collect();
    let sender = statement.sender().agency();
    of_parties(content, sender, &receivers, lives_in(statement))
}

/// The agencies that the recipients name, an officer's too, each with the recipient's place.
fn agencies(statement: &Statement) -> impl Iterator<Item = (usize, &AgencyId)> {
    let recipients = statement.recipients().iter().enumerate();
    recipients.filter_map(|(place, recipient)| match recipient {
        Recipient::Agency(agency) => Some((place, agency)),
        Recipient::Officer(officer) => Some((place, officer.agency())),
        Recipient::Group(_) | Recipient::Topic(_) => None,
    })
}

/// Whether a side is of a country, for all that the draft says: its sender's side is of that of the alert's id, if the sender is
/// who writes or takes back the alert. Of any other it may be.
fn lives_in(statement: &Statement) -> impl Fn(&Side, &str) -> bool {
    use MessageType as T;
    let is_own = matches!(
        statement.message_type(),
        T::Alert | T::Amend | T::Cancel | T::Recall
    );
    let country = statement.alert_id().filter(|_| is_own);
    let country = country.map(|id| id.country().to_owned());
    let own = statement.sender().side().clone();
    move |side, asked| *side != own || country.as_ref().is_none_or(|country| country == asked)
}

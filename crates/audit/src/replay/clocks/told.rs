//! Whom a missed deadline is for, worked out again from the directory that its record names.

use std::collections::BTreeSet;

use crate::replay::directory::Directory;
use precinto_alert::case::{Audience, Missed};
use precinto_alert::code::OverdueStep;
use precinto_alert::id::{AgencyId, NodeId};
use precinto_proto::v1 as pb;

/// Whether the record names those, and nobody else.
///
/// The late agency and whoever waits for its answer, in any case. What is for named nodes only stays with them; of
/// anything else the second step is for the late agency's alternates too, and the third for those of its escalation group who
/// `may_know`; where that cannot be said, with or without them.
pub(super) fn fits(
    record: &pb::OverdueRecord,
    (missed, to, sender): (&Missed, &Audience, &NodeId),
    directory: &Directory,
    may_know: impl Fn(&AgencyId) -> Option<bool>,
) -> bool {
    let late = missed.agency.to_string();
    let (mut agencies, mut nodes) = (BTreeSet::new(), BTreeSet::new());
    if to.agencies().next().is_some() {
        agencies.insert(sender.agency().to_string());
    } else {
        nodes.insert(sender.to_string());
    }
    let mut contacts = BTreeSet::new();
    if to.agencies().any(|agency| *agency == missed.agency) {
        agencies.insert(late.clone());
        match missed.step {
            OverdueStep::AlternateContact => {
                for officer in directory.alternates(&late) {
                    contacts.insert(officer.clone());
                    nodes.extend(directory.nodes_of(officer).iter().cloned());
                }
            }
            OverdueStep::EscalationGroup => {
                let is_told = |member: &String| {
                    let known = member.parse().ok().and_then(|member| may_know(&member));
                    known.unwrap_or_else(|| record.contacts.contains(member))
                };
                contacts.extend(directory.escalation(&late).into_iter().filter(is_told));
                agencies.extend(contacts.iter().cloned());
            }
            _ => {}
        }
    } else {
        let own = to.nodes().filter(|node| *node.agency() == missed.agency);
        nodes.extend(own.map(ToString::to_string));
    }
    let nobody_listed = contacts.is_empty() && missed.step != OverdueStep::SecondRequest;
    if contacts.is_empty() {
        contacts.insert(late);
    }
    record.nobody_listed == nobody_listed
        && record.contacts.iter().eq(&contacts)
        && record.agencies.iter().eq(&agencies)
        && record.nodes.iter().eq(&nodes)
}

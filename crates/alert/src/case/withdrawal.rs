//! Whom a withdrawal is for beyond the directory of its day: whoever was told of the case, and has left or moved since.
//!
//! A CANCEL or RECALL must be able to name everybody whom the case has reached, and a directory forgets. What the case itself
//! remembers is no news to those whom it reached, and it is asked as the sender's node sees it: nobody learns from an answer,
//! or from the record, of what another desk has written in confidence.

use std::collections::BTreeSet;

use super::{Case, Step};
use crate::Statement;
use crate::code::MessageType;
use crate::id::{AgencyId, NodeId, OfficerId};
use crate::statement::Recipient;
use precinto_proto::v1 as pb;

impl Case {
    /// Completes what a directory has made of the recipients of a CANCEL or RECALL; of any other message it changes nothing.
    /// `resolved` has one place for each recipient, in the statement's order, empty for whom the directory does not know.
    ///
    /// * An agency that the directory does not know is meant itself, if an earlier message of the case reached it.
    /// * An officer is also meant on every node on which an earlier message for that officer arrived: whoever has left, or
    ///   moved to another desk, has left the copies behind.
    ///
    /// Gives the places, from 0, of those who still stand for nobody.
    pub fn widen(
        &self,
        statement: &Statement,
        resolved: &mut [pb::ResolvedRecipient],
    ) -> Vec<usize> {
        let (by, said) = (statement.sender(), statement.message_type());
        let mut nobody = Vec::new();
        let recipients = statement.recipients().iter().zip(resolved);
        for (place, (recipient, resolved)) in recipients.enumerate() {
            if recipient.withdrawn_from(said).is_none() {
                continue;
            }
            match recipient {
                Recipient::Agency(agency) if resolved.agencies.is_empty() => {
                    let told = self.has_told(agency, by, said);
                    resolved.agencies.extend(told.then(|| agency.to_string()));
                }
                Recipient::Officer(officer) => {
                    let told = self.nodes_told(officer, by).map(ToString::to_string);
                    let nodes: BTreeSet<String> = resolved.nodes.drain(..).chain(told).collect();
                    resolved.nodes.extend(nodes);
                }
                _ => {}
            }
            if resolved.agencies.is_empty() && resolved.nodes.is_empty() {
                nobody.push(place);
            }
        }
        nobody
    }

    /// Whether a message reached the agency of which the node that withdraws may know: one that it may read. The refusal of
    /// a RECALL that is too short names the agencies of other agencies' messages too, so it may be answered by these; but only
    /// to the originator, for nobody else may recall, and would learn by asking.
    fn has_told(&self, agency: &AgencyId, by: &NodeId, said: MessageType) -> bool {
        let named_by_refusal = said == MessageType::Recall
            && self.originator() == Some(by.agency())
            && self.is_known_to(by);
        let may_know =
            |step: &Step| step.is_open_to(by) || (named_by_refusal && step.from() != by.agency());
        let mut steps = self.steps.iter();
        steps.any(|step| step.to.reaches(agency) && may_know(step))
    }

    /// The nodes on which messages for the officer arrived that the node which withdraws may read.
    fn nodes_told<'a>(
        &'a self,
        officer: &'a OfficerId,
        by: &'a NodeId,
    ) -> impl Iterator<Item = &'a NodeId> {
        let open = self.steps.iter().filter(|step| step.is_open_to(by));
        open.flat_map(|step| step.to.nodes_of(officer))
    }
}

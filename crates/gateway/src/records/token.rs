//! Page tokens: where a list goes on, known again by the gateway that gave them out, and by nobody else.
//!
//! A token is the base64url (RFC 4648, section 5, without padding) of the position, 8 bytes big-endian, and its tag. The tag
//! covers what the list was asked for and by whom, so a token is good for one node and one list. The key lives as long as
//! the process: a token is not kept, and tells nothing that the answer beside it does not tell.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use precinto_alert::Reason;
use precinto_alert::id::{AlertId, NodeId};
use precinto_envelope::crypto::MacKey;

use crate::status::Refusal;

/// Gives out page tokens and knows them again.
#[derive(Debug)]
pub(crate) struct PageTokens {
    key: MacKey,
}

impl PageTokens {
    /// With a key of its own.
    pub(crate) fn new() -> Self {
        let key = MacKey::generate();
        Self { key }
    }

    /// The token with which this node goes on at `position` in the list of this case, or of everything.
    pub(crate) fn issue(&self, position: u64, node: &NodeId, case: Option<&AlertId>) -> String {
        let tag = self.key.tag(&covered(position, node, case));
        Base64UrlUnpadded::encode_string(&[position.to_be_bytes().as_slice(), &tag].concat())
    }

    /// Where the list goes on; `PAGE_TOKEN` for whatever was not issued here, to this node, for this list.
    pub(crate) fn position(
        &self,
        token: &str,
        node: &NodeId,
        case: Option<&AlertId>,
    ) -> Result<u64, Refusal> {
        let read = || {
            let mut bytes = [0; TOKEN_LEN];
            let bytes = Base64UrlUnpadded::decode(token, &mut bytes).ok()?;
            let (position, tag) = bytes.split_first_chunk()?;
            let position = u64::from_be_bytes(*position);
            let tag = tag.try_into().ok()?;
            let is_ours = self.key.verify(&covered(position, node, case), tag);
            is_ours.then_some(position)
        };
        read().ok_or_else(|| Refusal::new(Reason::PageToken))
    }
}

/// What a tag covers: neither name holds a NUL, so it can be read in one way only.
fn covered(position: u64, node: &NodeId, case: Option<&AlertId>) -> Vec<u8> {
    let mut bytes = b"precinto/page/v1\0".to_vec();
    bytes.extend(position.to_be_bytes());
    bytes.extend(node.to_string().into_bytes());
    bytes.push(0);
    bytes.extend(case.map_or("", AlertId::as_str).as_bytes());
    bytes
}

/// Position and tag.
const TOKEN_LEN: usize = 8 + MacKey::TAG_LEN;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> NodeId {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_is_good_for_one_node_and_one_list() {
        let (tokens, others) = (PageTokens::new(), PageTokens::new());
        let lax = node("spiffe://us.dev.invalid/agency/cbp/node/lax");
        let nlu = node("spiffe://mx.dev.invalid/agency/anam/node/nlu");
        let case = |number| AlertId::compose("US", "CBPLAX", 2026, number).unwrap();
        let (first, second) = (case(1), case(2));
        for asked in [None, Some(&first)] {
            let token = tokens.issue(7, &lax, asked);
            assert_eq!(tokens.position(&token, &lax, asked), Ok(7));
            let refused = Err(Refusal::new(Reason::PageToken));
            assert_eq!(tokens.position(&token, &nlu, asked), refused);
            assert_eq!(tokens.position(&token, &lax, Some(&second)), refused);
            assert_eq!(others.position(&token, &lax, asked), refused);
        }
        let everything = tokens.issue(7, &lax, None);
        assert!(tokens.position(&everything, &lax, Some(&first)).is_err());
    }

    #[test]
    fn no_character_of_a_token_may_change() {
        let tokens = PageTokens::new();
        let lax = node("spiffe://us.dev.invalid/agency/cbp/node/lax");
        let token = tokens.issue(u64::MAX, &lax, None);
        for at in 0..token.len() {
            let mut changed = token.clone();
            let other = if changed.remove(at) == 'A' { 'B' } else { 'A' };
            assert!(tokens.position(&changed, &lax, None).is_err(), "one short");
            changed.insert(at, other);
            assert!(tokens.position(&changed, &lax, None).is_err(), "at {at}");
        }
        for strange in ["7", "=", "ñ", &token.repeat(2), &format!("{token}=")] {
            assert!(tokens.position(strange, &lax, None).is_err(), "{strange}");
        }
    }
}

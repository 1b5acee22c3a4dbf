//! By what name a set of rules goes into the record of every message that it decides: one hash over all of their texts.

use std::collections::BTreeMap;

use precinto_alert::id::Side;
use precinto_envelope::crypto::sha256;

use crate::Floor;

/// SHA-256 over what the rules are: "precinto/rules/v1", 0, the floor's name, 0, its text behind its length (u32, big-endian), and
/// for each side that has a policy, in the order of their names, the side, 0, and the policy's text behind its length.
///
/// What each side's text is, the directory parts say that the same record names: an auditor computes it again from those.
pub(crate) fn digest(floor: Floor, sites: &BTreeMap<Side, &str>) -> [u8; 32] {
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let (name, text) = (floor.name(), floor.text());
    let mut all = b"precinto/rules/v1\0".to_vec();
    all.extend(name.as_bytes());
    all.push(0);
    all.extend(length(text));
    all.extend(text.as_bytes());
    for (side, text) in sites {
        all.extend(side.as_str().as_bytes());
        all.push(0);
        all.extend(length(text));
        all.extend(text.as_bytes());
    }
    sha256(&[&all])
}

//! A change of this side's part: the text made the next version, and the signed part brought to the gateway.

use super::{DirectoryClient, DirectoryError, Held, Seen};
use crate::author::Signer;
use crate::connection::unary;
use precinto_alert::directory::Change;
use precinto_envelope::directory::{self, PartRefused, SignedPart};
use precinto_envelope::hex;
use precinto_proto::v1 as pb;

/// What became of a part that was brought to the gateway.
#[derive(Debug)]
pub struct Applied {
    /// What changes, as the gateway says.
    pub changes: Vec<Change>,
    /// The part as the log holds it now, proven; none when it was only looked at.
    pub held: Option<Held>,
    /// Whether it was in force already.
    pub duplicate: bool,
}

impl DirectoryClient {
    /// Puts `part` in force, and proves that the log holds exactly that; with `validate_only` the gateway looks at it, and nothing
    /// changes.
    pub async fn apply(
        &self,
        part: &SignedPart,
        validate_only: bool,
        seen: &mut Seen,
    ) -> Result<Applied, DirectoryError> {
        let mut service = self.connection.directory_service();
        let request = pb::ApplyDirectoryPartRequest {
            part: part.bytes().to_vec(),
            validate_only,
        };
        let answer = service.apply_directory_part(unary(request)).await?;
        let pb::ApplyDirectoryPartResponse {
            changes,
            applied,
            duplicate,
        } = answer.into_inner();
        let held = match applied {
            Some(applied) if applied.signed == part.bytes() => {
                Some(self.held(applied, seen).await?)
            }
            None if validate_only => None,
            _ => {
                let side = part.part().side().to_string();
                return Err(DirectoryError::OtherEntry { side });
            }
        };
        Ok(Applied {
            changes,
            held,
            duplicate,
        })
    }
}

/// Signs a part's text as an officer. Whether that officer may is for those to ask who take it.
pub fn sign(text: &str, officer: &Signer) -> Result<SignedPart, PartRefused> {
    directory::sign(text, &[officer.of_part()])
}

/// The same part with one more officer's signature.
pub fn countersign(part: &SignedPart, officer: &Signer) -> Result<SignedPart, PartRefused> {
    part.countersigned(&[officer.of_part()])
}

/// The text as the version behind `before`: `version` and `previous` at its top say so, whatever they said, and all else stays as it
/// was written, comments included.
pub fn as_next(text: &str, before: &Held) -> String {
    let version = before.part().version().saturating_add(1);
    let head = [
        format!("version = {version}"),
        format!("previous = \"{}\"", hex(before.signed.digest())),
    ];
    let is_key = |line: &str, key: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let (mut lines, mut in_head, mut placed) = (Vec::new(), true, false);
    for line in text.lines() {
        in_head &= !line.trim_start().starts_with('[');
        if in_head && (is_key(line, "version") || is_key(line, "previous")) {
            continue;
        }
        lines.push(line.to_owned());
        if in_head && !placed && is_key(line, "side") {
            lines.extend(head.iter().cloned());
            placed = true;
        }
    }
    if !placed {
        lines.splice(..0, head);
    }
    lines.join("\n") + "\n"
}

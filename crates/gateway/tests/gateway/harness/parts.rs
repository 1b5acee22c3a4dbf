//! Parts of the directory as the sides' stewards sign them.

use std::path::Path;

use pb::directory_service_client::DirectoryServiceClient;
use precinto_alert::directory::Part;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::directory::{PartSigner, SignedPart, sign};
use precinto_proto::v1 as pb;
use tonic::Status;

use super::pki::{Issued, Pki};
use super::{Node, World, write};

pub(crate) const US: &str = "us.dev.invalid";
pub(crate) const MX: &str = "mx.dev.invalid";

impl Pki {
    /// The part of this text, signed by the first steward that it names.
    pub(crate) fn part(&self, text: &str) -> SignedPart {
        let part = Part::parse(text).unwrap();
        let steward = part.stewards().officers.first().unwrap().to_string();
        by(text, &[&self.signing(&steward)])
    }
}

/// Puts a part where the settings look for it.
pub(crate) fn write_part(folder: &Path, part: &SignedPart) {
    let name = format!("directory/{}.part", part.part().side());
    write(&folder.join(name), part.bytes());
}

/// The part of this text, signed by whomever.
pub(crate) fn by(text: &str, signers: &[&Issued]) -> SignedPart {
    let keys: Vec<_> = signers
        .iter()
        .map(|issued| (issued.key(), Certificate::parse(&issued.der).unwrap()))
        .collect();
    let signers: Vec<_> = keys
        .iter()
        .map(|(key, certificate)| PartSigner {
            key,
            certificate,
            issuers: &[],
        })
        .collect();
    sign(text, &signers).unwrap()
}

/// The text of the version after `before`, otherwise changed as told.
pub(crate) fn next(before: &SignedPart, change: impl FnOnce(&str) -> String) -> String {
    let digest = before.digest_text();
    let version = before.part().version();
    let mut lines: Vec<String> = before.text().lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with("previous = "));
    for line in &mut lines {
        if *line == format!("version = {version}") {
            *line = format!("version = {}\nprevious = \"{digest}\"", version + 1);
        }
    }
    change(&(lines.join("\n") + "\n"))
}

impl World {
    /// Puts a part where the settings look for it.
    pub(crate) fn offer(&self, part: &SignedPart) {
        write_part(self.folder.path(), part);
    }

    /// The part that stands in the settings' folder.
    pub(crate) fn offered(&self, side: &str) -> SignedPart {
        let bytes = std::fs::read(self.path(&format!("directory/{side}.part"))).unwrap();
        SignedPart::read(bytes).unwrap()
    }
}

impl Node {
    pub(crate) fn directory(&self) -> DirectoryServiceClient<tonic::transport::Channel> {
        DirectoryServiceClient::new(self.channel.clone())
    }

    /// The parts in force, in the order of the sides.
    pub(crate) async fn parts(&self) -> Result<Vec<pb::DirectoryPart>, Status> {
        let request = pb::GetDirectoryRequest::default();
        let answer = self.directory().get_directory(request).await?;
        Ok(answer.into_inner().parts)
    }

    pub(crate) async fn apply(
        &self,
        part: &SignedPart,
    ) -> Result<pb::ApplyDirectoryPartResponse, Status> {
        self.apply_bytes(part.bytes().to_vec(), false).await
    }

    pub(crate) async fn apply_bytes(
        &self,
        part: Vec<u8>,
        validate_only: bool,
    ) -> Result<pb::ApplyDirectoryPartResponse, Status> {
        let request = pb::ApplyDirectoryPartRequest {
            part,
            validate_only,
        };
        let answer = self.directory().apply_directory_part(request).await?;
        Ok(answer.into_inner())
    }
}

//! The directory service: it shows the parts that a test has put there, and takes any.

use super::serve::Services;
use super::{Issued, State, TestGateway};
use crate::author::Signer;
use precinto_envelope::crypto::sha256;
use precinto_envelope::directory::SignedPart;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use precinto_proto::v1::directory_service_server::DirectoryService;
use prost::Message;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl DirectoryService for Services {
    async fn get_directory(
        &self,
        _: Request<pb::GetDirectoryRequest>,
    ) -> Result<Response<pb::GetDirectoryResponse>, Status> {
        let parts = self.0.lock().unwrap().parts.clone();
        Ok(Response::new(pb::GetDirectoryResponse { parts }))
    }

    async fn apply_directory_part(
        &self,
        request: Request<pb::ApplyDirectoryPartRequest>,
    ) -> Result<Response<pb::ApplyDirectoryPartResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.0.lock().unwrap();
        let logged = (!request.validate_only).then(|| log_part(&mut state, request.part));
        Ok(Response::new(pb::ApplyDirectoryPartResponse {
            changes: Vec::new(),
            applied: logged,
            duplicate: false,
        }))
    }
}

impl TestGateway {
    /// Logs a part and shows it from now on, whatever it is.
    pub(crate) fn show_part(&self, part: &SignedPart) {
        let mut state = self.state();
        let shown = log_part(&mut state, part.bytes().to_vec());
        state.parts = vec![shown];
    }

    /// Somebody's signer.
    pub(crate) fn signer(&self, uri: &str, serial: u64) -> Signer {
        let issued: Issued = self.pki.signing(uri, serial);
        Signer::new(issued.key(), issued.certificate(), Vec::new()).unwrap()
    }
}

fn log_part(state: &mut State, signed: Vec<u8>) -> pb::DirectoryPart {
    let record = pb::TrustRecord {
        kind: pb::TrustKind::Directory.into(),
        digest: sha256(&[&signed]).to_vec(),
        side: super::pki::SIDE.to_owned(),
        trust: Vec::new(),
    };
    let request = pb::SubmitRequest::default();
    let index = state
        .log
        .append_bytes(request, record.encode_to_vec(), EntryType::Trust);
    state.signers.push(signed.clone());
    pb::DirectoryPart {
        signed,
        index,
        receipt: Some(state.log.receipt(index)),
    }
}

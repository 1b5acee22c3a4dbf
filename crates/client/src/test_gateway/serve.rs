//! The services over the project's own TLS settings.

use super::pki::{GATEWAY, Pki, SERVER_NAME};
use super::{State, Then};
use crate::author::Signed;
use precinto_envelope::crypto::sha256;
use precinto_envelope::tls::{ServerNames, server_config, time_provider};
use precinto_proto::v1 as pb;
use precinto_proto::v1::directory_service_server::DirectoryServiceServer;
use precinto_proto::v1::log_service_server::{LogService, LogServiceServer};
use precinto_proto::v1::record_service_server::RecordServiceServer;
use precinto_proto::v1::submission_service_server::{SubmissionService, SubmissionServiceServer};
use precinto_proto::v1::subscription_service_server::{
    SubscriptionService, SubscriptionServiceServer,
};
use std::sync::{Arc, Mutex};
use tokio::io::{DuplexStream, copy_bidirectional, duplex};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

/// Accepts for ever; TLS ends here, and plain HTTP/2 goes on to tonic in memory.
pub(super) fn serve(
    listener: TcpListener,
    pki: &Pki,
    state: Arc<Mutex<State>>,
    cuts: watch::Receiver<()>,
) {
    let acceptor = acceptor(pki);
    let (accepted, incoming) = mpsc::channel::<Result<DuplexStream, std::io::Error>>(4);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, accepted, mut cut) = (acceptor.clone(), accepted.clone(), cuts.clone());
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(tcp).await else {
                    return;
                };
                let (mut outer, inner) = duplex(64 * 1024);
                accepted.send(Ok(inner)).await.unwrap();
                cut.mark_unchanged();
                tokio::select! {
                    _ = copy_bidirectional(&mut tls, &mut outer) => {}
                    _ = cut.changed() => {}
                }
            });
        }
    });
    let services = Services(state);
    let server = Server::builder()
        .add_service(SubmissionServiceServer::new(services.clone()))
        .add_service(SubscriptionServiceServer::new(services.clone()))
        .add_service(RecordServiceServer::new(services.clone()))
        .add_service(DirectoryServiceServer::new(services.clone()))
        .add_service(LogServiceServer::new(services))
        .serve_with_incoming(ReceiverStream::new(incoming));
    tokio::spawn(server);
}

/// The gateway's end of TLS.
pub(crate) fn acceptor(pki: &Pki) -> TlsAcceptor {
    let credential = pki.tls(GATEWAY, Some(SERVER_NAME), 9);
    let names = ServerNames::new(vec![(SERVER_NAME.to_owned(), credential)]).unwrap();
    let time = time_provider(|| super::NOW_MS);
    TlsAcceptor::from(server_config(pki.trust(), Arc::new(names), time))
}

#[derive(Clone)]
pub(super) struct Services(pub(super) Arc<Mutex<State>>);

impl Services {
    fn submitted(&self, request: pb::SubmitRequest) -> Result<pb::SubmitResponse, Status> {
        let mut state = self.0.lock().unwrap();
        let State { log, answer, .. } = &mut *state;
        answer(log, Signed::from_request(request).unwrap())
    }
}

type Stream<T> = ReceiverStream<Result<T, Status>>;

#[tonic::async_trait]
impl SubmissionService for Services {
    type SubmitStreamStream = Stream<pb::SubmitStreamResponse>;

    async fn submit(
        &self,
        request: Request<pb::SubmitRequest>,
    ) -> Result<Response<pb::SubmitResponse>, Status> {
        self.submitted(request.into_inner()).map(Response::new)
    }

    async fn submit_stream(
        &self,
        request: Request<Streaming<pb::SubmitStreamRequest>>,
    ) -> Result<Response<Self::SubmitStreamStream>, Status> {
        let (mut requests, services) = (request.into_inner(), self.clone());
        let (responses, stream) = mpsc::channel(4);
        tokio::spawn(async move {
            while let Some(Ok(request)) = requests.next().await {
                let signed = Signed::from_request(request.submission.unwrap()).unwrap();
                let message_id = signed.message_id().as_bytes().to_vec();
                let response = match services.submitted(signed.into_request()) {
                    Ok(accepted) => pb::SubmitStreamResponse {
                        message_id,
                        accepted: Some(accepted),
                        refused: Vec::new(),
                    },
                    // A test's word for "no answer, and the line stays open".
                    Err(status) if status.code() == tonic::Code::OutOfRange => {
                        return responses.closed().await;
                    }
                    // A test's word for "the stream breaks here".
                    Err(status) if status.code() == tonic::Code::DataLoss => {
                        let broken = Err(Status::unavailable("the stream breaks"));
                        return responses.send(broken).await.unwrap_or_default();
                    }
                    Err(status) => pb::SubmitStreamResponse {
                        message_id,
                        accepted: None,
                        refused: status.details().to_vec(),
                    },
                };
                if responses.send(Ok(response)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

#[tonic::async_trait]
impl SubscriptionService for Services {
    type SubscribeStream = Stream<pb::SubscribeResponse>;

    async fn create_subscription(
        &self,
        request: Request<pb::CreateSubscriptionRequest>,
    ) -> Result<Response<pb::CreateSubscriptionResponse>, Status> {
        let name = request.into_inner().name;
        let moves = self.0.lock().unwrap().moves;
        let subscription = Some(pb::Subscription {
            name,
            moves,
            ..Default::default()
        });
        Ok(Response::new(pb::CreateSubscriptionResponse {
            subscription,
        }))
    }

    async fn subscribe(
        &self,
        request: Request<Streaming<pb::SubscribeRequest>>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let (mut requests, services) = (request.into_inner(), self.clone());
        let init = requests.message().await?;
        let (says, then) = {
            let mut state = self.0.lock().unwrap();
            let State {
                log,
                script,
                streams,
                heard,
                ..
            } = &mut *state;
            heard.extend(init);
            *streams += 1;
            script(log, *streams)
        };
        let (responses, stream) = mpsc::channel(4);
        let hearing = tokio::spawn(async move {
            while let Some(Ok(request)) = requests.next().await {
                services.0.lock().unwrap().heard.push(request);
            }
        });
        tokio::spawn(async move {
            for say in says {
                if responses.send(Ok(say)).await.is_err() {
                    return;
                }
            }
            match then {
                Then::Hold => responses.closed().await,
                Then::End => {}
                Then::HearOut => hearing.await.unwrap(),
                Then::Fail => {
                    hearing.await.unwrap();
                    let failed = Err(Status::internal("not written"));
                    responses.send(failed).await.unwrap_or_default();
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn get_subscription(
        &self,
        _: Request<pb::GetSubscriptionRequest>,
    ) -> Result<Response<pb::GetSubscriptionResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn list_subscriptions(
        &self,
        _: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<Response<pb::ListSubscriptionsResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn seek_subscription(
        &self,
        _: Request<pb::SeekSubscriptionRequest>,
    ) -> Result<Response<pb::SeekSubscriptionResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn list_parked(
        &self,
        _: Request<pb::ListParkedRequest>,
    ) -> Result<Response<pb::ListParkedResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn unpark_deliveries(
        &self,
        _: Request<pb::UnparkDeliveriesRequest>,
    ) -> Result<Response<pb::UnparkDeliveriesResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn delete_subscription(
        &self,
        _: Request<pb::DeleteSubscriptionRequest>,
    ) -> Result<Response<pb::DeleteSubscriptionResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }
}

#[tonic::async_trait]
impl LogService for Services {
    type ReadEntriesStream = Stream<pb::ReadEntriesResponse>;

    async fn get_checkpoint(
        &self,
        request: Request<pb::GetCheckpointRequest>,
    ) -> Result<Response<pb::GetCheckpointResponse>, Status> {
        let state = self.0.lock().unwrap();
        let checkpoint = if request.into_inner().witnessed {
            let cosigned = state.cosigned.clone();
            cosigned.ok_or_else(|| Status::not_found("nobody has"))?
        } else {
            state.log.note()
        };
        Ok(Response::new(pb::GetCheckpointResponse {
            checkpoint,
            verifier_key: String::new(),
        }))
    }

    async fn get_receipt(
        &self,
        request: Request<pb::GetReceiptRequest>,
    ) -> Result<Response<pb::GetReceiptResponse>, Status> {
        let receipt = self
            .0
            .lock()
            .unwrap()
            .log
            .receipt(request.into_inner().index);
        Ok(Response::new(pb::GetReceiptResponse {
            receipt: Some(receipt),
        }))
    }

    async fn get_inclusion_proof(
        &self,
        _: Request<pb::GetInclusionProofRequest>,
    ) -> Result<Response<pb::GetInclusionProofResponse>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn get_consistency_proof(
        &self,
        request: Request<pb::GetConsistencyProofRequest>,
    ) -> Result<Response<pb::GetConsistencyProofResponse>, Status> {
        let pb::GetConsistencyProofRequest { old_size, new_size } = request.into_inner();
        let state = self.0.lock().unwrap();
        if state.unproven.contains(&old_size) {
            return Err(Status::unavailable("not now"));
        }
        let proof = state.log.consistency(old_size, new_size);
        Ok(Response::new(pb::GetConsistencyProofResponse {
            new_size,
            proof,
            checkpoint: String::new(),
        }))
    }

    async fn read_entries(
        &self,
        _: Request<pb::ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        Err(Status::unimplemented("not needed"))
    }

    async fn get_certificates(
        &self,
        request: Request<pb::GetCertificatesRequest>,
    ) -> Result<Response<pb::GetCertificatesResponse>, Status> {
        let mut state = self.0.lock().unwrap();
        state.certificates_asked += 1;
        let item = |content: &Vec<u8>| pb::TrustItem {
            kind: 3,
            digest: sha256(&[content]).to_vec(),
            content: content.clone(),
            side: String::new(),
            index: state
                .part_index
                .or_else(|| state.log.index_of_part(content))
                .unwrap_or_default(),
        };
        let asked = request.into_inner().digests;
        let items = state.signers.iter().map(item);
        let items = items.filter(|item| asked.contains(&item.digest)).collect();
        Ok(Response::new(pb::GetCertificatesResponse { items }))
    }
}

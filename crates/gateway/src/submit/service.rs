//! The gRPC face of the write path: find the caller, hand over, map the error.

use std::sync::Arc;

use pb::submission_service_server::SubmissionService;
use precinto_alert::Reason;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use super::metered::Share;
use super::{Submissions, SubmitError, stream};
use crate::accept::Line;
use crate::answers::Answers;
use crate::limits::SUBMIT_STREAMS_PER_NODE_MAX;
use crate::open_streams::StreamCount;
use crate::status::Refusal;

/// Serves `precinto.v1.SubmissionService`.
#[derive(Debug)]
pub struct SubmissionHandler {
    submissions: Arc<Submissions>,
    streams: StreamCount,
}

impl SubmissionHandler {
    /// A handler over the one write path.
    pub fn new(submissions: Arc<Submissions>) -> Self {
        Self {
            submissions,
            streams: StreamCount::new(SUBMIT_STREAMS_PER_NODE_MAX),
        }
    }
}

#[tonic::async_trait]
impl SubmissionService for SubmissionHandler {
    async fn submit(
        &self,
        request: Request<pb::SubmitRequest>,
    ) -> Result<Response<pb::SubmitResponse>, Status> {
        let caller = Line::of(&request)?.caller().node()?.clone();
        let share = share(&request)?;
        let request = request.into_inner();
        let submissions = Arc::clone(&self.submissions);
        // On a task of its own: whoever called may go away while the log still holds what he sent, and the budget must
        // know of it until the log has answered.
        let submitted = tokio::spawn(async move {
            let held = share.take(request.encoded_len());
            let let_in = match &held {
                Some(held) => submissions.let_in(&caller, &request, held),
                None => Err(SubmitError::NoRoom),
            };
            let answer = match let_in {
                Ok(()) => submissions.submit(&caller, request).await,
                Err(error) => Err(error),
            };
            answer.map_err(|error| submissions.refuse(&caller, error))
        });
        let lost = |_| Err(Refusal::new(Reason::Internal).to_status());
        submitted.await.unwrap_or_else(lost).map(Response::new)
    }

    type SubmitStreamStream = Answers<pb::SubmitStreamResponse>;

    async fn submit_stream(
        &self,
        request: Request<Streaming<pb::SubmitStreamRequest>>,
    ) -> Result<Response<Self::SubmitStreamStream>, Status> {
        let line = Line::of(&request)?;
        let caller = line.caller().node()?.clone();
        let place = self.streams.enter(&caller)?;
        let submissions = Arc::clone(&self.submissions);
        Ok(Response::new(stream::start(
            submissions,
            line,
            caller,
            place,
            stream::Inbound {
                share: share(&request)?,
                requests: request.into_inner(),
            },
        )))
    }
}

/// What was taken of the budget for the bytes of this request. [`crate::layer`] lets no submission pass without one.
fn share<T>(request: &Request<T>) -> Result<Share, Refusal> {
    let share = request.extensions().get::<Share>().cloned();
    share.ok_or_else(|| Refusal::new(Reason::Internal))
}

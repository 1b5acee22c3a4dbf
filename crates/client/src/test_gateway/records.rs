//! The record service: two records a page, told truly unless a test forges them.

use super::State;
use super::serve::Services;
use precinto_proto::v1 as pb;
use precinto_proto::v1::record_service_server::RecordService;
use tonic::{Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

const PAGE: u64 = 2;

#[tonic::async_trait]
impl RecordService for Services {
    async fn get_record(
        &self,
        request: Request<pb::GetRecordRequest>,
    ) -> Result<Response<pb::GetRecordResponse>, Status> {
        let record = record(&mut self.0.lock().unwrap(), request.into_inner().index);
        Ok(Response::new(pb::GetRecordResponse {
            record: Some(record),
        }))
    }

    async fn list_records(
        &self,
        request: Request<pb::ListRecordsRequest>,
    ) -> Result<Response<pb::ListRecordsResponse>, Status> {
        let (request, mut state) = (request.into_inner(), self.0.lock().unwrap());
        state.asked.push(request.clone());
        let first = match request.page_token.as_str() {
            "" => request.first_index,
            token => token.parse().map_err(|_| stale())?,
        };
        let size = state.log.size();
        let end = size.min(first + PAGE);
        let mut page = pb::ListRecordsResponse {
            records: (first..end)
                .map(|index| record(&mut state, index))
                .collect(),
            next_page_token: if end < size {
                end.to_string()
            } else {
                String::new()
            },
            next_index: end,
            checkpoint: state.log.note(),
        };
        let State {
            log, forge_page, ..
        } = &mut *state;
        forge_page(log, &mut page);
        Ok(Response::new(page))
    }
}

fn record(state: &mut State, index: u64) -> pb::Record {
    let State {
        log, forge_record, ..
    } = state;
    let mut record = log.record(index);
    forge_record(log, &mut record);
    record
}

fn stale() -> Status {
    let details = ErrorDetails::with_error_info("PAGE_TOKEN", "precinto", []);
    Status::with_error_details(tonic::Code::InvalidArgument, "not a token", details)
}

//! Asking for statements that this node is a party to. Nothing here is verified yet: each record is judged like a delivery.

use crate::connection::{Connection, unary};
use crate::log::LogError;
use precinto_proto::v1 as pb;

/// Questions to the record service of one gateway.
#[derive(Debug, Clone)]
pub(crate) struct RecordClient {
    connection: Connection,
}

impl RecordClient {
    /// Asks over `connection`.
    pub(crate) fn new(connection: &Connection) -> Self {
        Self {
            connection: connection.clone(),
        }
    }

    /// A page of statements: the one that `page_token` names, or the first one from `first_index` on when it is empty.
    pub(crate) async fn page(
        &self,
        first_index: u64,
        page_token: &str,
    ) -> Result<pb::ListRecordsResponse, LogError> {
        let request = unary(pb::ListRecordsRequest {
            page_size: 0,
            page_token: page_token.to_owned(),
            first_index,
            alert_id: String::new(),
        });
        let mut service = self.connection.record_service();
        Ok(service.list_records(request).await?.into_inner())
    }

    /// The statement at `index`.
    pub(crate) async fn at(&self, index: u64) -> Result<pb::Record, LogError> {
        let request = unary(pb::GetRecordRequest {
            index,
            message_id: Vec::new(),
            sender: String::new(),
        });
        let mut service = self.connection.record_service();
        let answer = service.get_record(request).await?.into_inner();
        let record = answer.record.ok_or(LogError::Answer("no record"))?;
        if record.index != index {
            return Err(LogError::Answer("the record is of another entry"));
        }
        Ok(record)
    }
}

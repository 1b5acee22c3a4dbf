//! What was said, for its parties: one statement, or all of them a page at a time.
//!
//! Who may read what is in [`crate::rights`]; absent and forbidden read the same. There is no search: an agency looks in its
//! own copy, so that the gateway does not learn what is looked for. Each answer that holds anything is an act, in the log before
//! it leaves ([`crate::acts`]); one that holds nothing is none. A statement whose record was deleted by law is not
//! listed: nothing of it is left, not even to whom it was sent, and only an auditor who asks for it is told so (`PRUNED`).

use std::sync::Arc;

use pb::record_service_server::RecordService;
use precinto_alert::Reason;
use precinto_alert::id::{AlertId, MessageId, NodeId};
use precinto_ledger::{EntryKey, Ledger, ReadError, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use tonic::{Request, Response, Status};

use crate::acts::Acts;
use crate::cases::Cases;
use crate::limits::PAGE_RECORDS_MAX;
use crate::registry::InForce;
use crate::rights::{self, Reader};
use crate::status::Refusal;
use crate::submit::receipt;
use page::{Query, ScanLimits};
use token::PageTokens;
use turns::Turns;

mod page;
pub(crate) mod token;
mod turns;

/// Serves `precinto.v1.RecordService`.
pub struct RecordHandler {
    ledger: Ledger,
    directory: InForce,
    cases: Arc<Cases>,
    acts: Acts,
    tokens: PageTokens,
    turns: Turns,
}

impl RecordHandler {
    /// A handler over the log, which records what it gives. Page tokens of another handler, and so of another start, are not good
    /// here.
    pub fn new(ledger: Ledger, directory: InForce, cases: Arc<Cases>, acts: Acts) -> Self {
        Self {
            ledger,
            directory,
            cases,
            acts,
            tokens: PageTokens::new(),
            turns: Turns::default(),
        }
    }

    /// What a list is to hold, and where it goes on.
    fn query(
        &self,
        request: pb::ListRecordsRequest,
        node: &NodeId,
        reader: Reader,
        size: u64,
    ) -> Result<Query, Refusal> {
        let pb::ListRecordsRequest {
            page_size,
            page_token,
            first_index,
            alert_id,
        } = request;
        let records_max = match page_size {
            0 => PAGE_RECORDS_MAX,
            wanted => usize::try_from(wanted).map_or(PAGE_RECORDS_MAX, |w| w.min(PAGE_RECORDS_MAX)),
        };
        let case = (!alert_id.is_empty())
            .then(|| alert_id.parse::<AlertId>())
            .transpose()
            .map_err(|error| Refusal::new(error.reason()).with_fact("field", "alert_id"))?;
        let first = if page_token.is_empty() {
            first_index
        } else {
            self.tokens.position(&page_token, node, case.as_ref())?
        };
        if first > size {
            return Err(Refusal::new(Reason::RangeInvalid).with_fact("size", size));
        }
        Ok(Query {
            reader,
            case,
            range: first..size,
            records_max,
            limits: ScanLimits::default(),
        })
    }
}

#[tonic::async_trait]
impl RecordService for RecordHandler {
    async fn get_record(
        &self,
        request: Request<pb::GetRecordRequest>,
    ) -> Result<Response<pb::GetRecordResponse>, Status> {
        let (_, node, reader) = rights::reader(&request, &self.directory.now())?;
        let wanted = Wanted::try_from(request.into_inner())?;
        let ledger = self.ledger.clone();
        let read = move || get(&ledger, &reader, &wanted);
        let record = self.turns.read(&node, read).await?;
        let given = vec![record.index];
        self.acts.records_read(&node, None, given).await?;
        let record = Some(record);
        Ok(Response::new(pb::GetRecordResponse { record }))
    }

    async fn list_records(
        &self,
        request: Request<pb::ListRecordsRequest>,
    ) -> Result<Response<pb::ListRecordsResponse>, Status> {
        let (_, node, reader) = rights::reader(&request, &self.directory.now())?;
        let (size, checkpoint) = {
            let published = self.ledger.published();
            let newest = published.borrow();
            (newest.size, newest.checkpoint.note().to_owned())
        };
        let query = self.query(request.into_inner(), &node, reader, size)?;
        let case = query.case.clone();
        let (ledger, cases) = (self.ledger.clone(), Arc::clone(&self.cases));
        let read = move || query.page(&ledger, &cases);
        let page = self.turns.read(&node, read).await?;
        let given = page.records.iter().map(|record| record.index).collect();
        let read = self.acts.records_read(&node, case.as_ref(), given);
        read.await?;
        let next_page_token = if page.next_index < size {
            self.tokens.issue(page.next_index, &node, case.as_ref())
        } else {
            String::new()
        };
        Ok(Response::new(pb::ListRecordsResponse {
            records: page.records,
            next_page_token,
            next_index: page.next_index,
            checkpoint,
        }))
    }
}

/// Which statement is asked for.
#[derive(Debug)]
enum Wanted {
    Index(u64),
    Key(EntryKey),
}

impl TryFrom<pb::GetRecordRequest> for Wanted {
    type Error = Refusal;

    fn try_from(request: pb::GetRecordRequest) -> Result<Self, Refusal> {
        let pb::GetRecordRequest {
            index,
            message_id,
            sender,
        } = request;
        let wrong = |reason, field| Refusal::new(reason).with_fact("field", field);
        match (message_id.as_slice(), sender.as_str()) {
            ([], "") => Ok(Self::Index(index)),
            ([], _) => Err(wrong(Reason::FieldMissing, "message_id")),
            (_, "") => Err(wrong(Reason::FieldMissing, "sender")),
            _ if index != 0 => Err(wrong(Reason::FieldUnexpected, "index")),
            (id, sender) => {
                let id = MessageId::from_slice(id);
                let id = id.map_err(|error| wrong(error.reason(), "message_id"))?;
                let sender = sender.parse::<NodeId>();
                let sender = sender.map_err(|error| wrong(error.reason(), "sender"))?;
                Ok(Self::Key(EntryKey::statement(&sender, &id)))
            }
        }
    }
}

/// The statement, if there is one and the reader may read it.
fn get(ledger: &Ledger, reader: &Reader, wanted: &Wanted) -> Result<pb::Record, Refusal> {
    let absent = || Refusal::new(Reason::NotFound);
    let index = match wanted {
        Wanted::Index(index) => *index,
        Wanted::Key(key) => ledger.find(key)?.ok_or_else(absent)?.index,
    };
    let entry = ledger.read(index)?;
    if !is_for(&entry, reader) {
        return Err(absent());
    }
    Ok(record(ledger, &entry)?)
}

/// Whether the entry is a statement or a missed deadline, and for this reader.
fn is_for(entry: &StoredEntry, reader: &Reader) -> bool {
    matches!(
        entry.leaf().entry_type,
        EntryType::Statement | EntryType::Overdue
    ) && reader.may_read(entry)
}

/// The statement for the wire, with the receipt that its sender has. Reads the log and verifies a signature.
fn record(ledger: &Ledger, entry: &StoredEntry) -> Result<pb::Record, ReadError> {
    let proven = ledger.receipt(entry.index())?;
    Ok(pb::Record {
        index: entry.index(),
        envelope: entry.content().to_vec(),
        body: entry.body().to_vec(),
        receipt: Some(receipt(&proven)),
        body_pruned: entry.body_pruned(),
        kind: rights::kind_of(entry).into(),
    })
}

//! The fields of every message that has one encoding, by their numbers. Written by a test, from the contract.

use super::OneEncoding;
use super::shape::{Field, Scalar, Shape};
use precinto_proto::v1 as pb;

const BOOL: Field = Field::Scalar(Scalar::Bool);
const BITS32: Field = Field::Scalar(Scalar::Bits32);
const BITS64: Field = Field::Scalar(Scalar::Bits64);
const CODE: Field = Field::Scalar(Scalar::Code);

const ACCOUNT: Shape = Shape(&[Field::Bytes, Field::Bytes, BITS64, BITS32, Field::Bytes]);
const ACK_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Bytes, Field::Bytes, Field::Message(CONTACT)]);
const ACTION_ANSWER: Shape = Shape(&[CODE, CODE, CODE, Field::Message(TEXT)]);
const ADDRESS: Shape = Shape(&[Field::BytesList, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes]);
const ALERT_CONTENT: Shape = Shape(&[Field::MessageList(SHIPMENT), Field::MessageList(PARTY), Field::MessageList(SUBSTANCE), Field::MessageList(FIREARM), Field::MessageList(FUEL), Field::Message(SUSPICION), Field::MessageList(TEXT), Field::MessageList(REQUESTED_ACTION), Field::Message(TEXT), Field::Bytes, Field::Message(REASONABLE_SUSPICION), Field::MessageList(ATTACHMENT), Field::Message(TEXT), Field::Message(CONTACT)]);
const AMMUNITION: Shape = Shape(&[Field::Bytes, BITS32]);
const ANSWER: Shape = Shape(&[BITS32, Field::Message(TEXT), BOOL]);
const ASSESSMENT_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Message(EVALUATION), CODE, Field::MessageList(INDICATOR), Field::Bytes]);
const ATTACHMENT: Shape = Shape(&[Field::Bytes, BITS64, Field::Bytes, Field::Message(TEXT), BITS64, Field::Packed(Scalar::Bits32)]);
const BALLISTIC_REFERENCE: Shape = Shape(&[CODE, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes]);
const BODY_REF: Shape = Shape(&[Field::Bytes, BITS64, Field::Bytes]);
const CANCEL_CONTENT: Shape = Shape(&[Field::Message(TEXT)]);
const COMMENT_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::MessageList(ATTACHMENT)]);
const CONTACT: Shape = Shape(&[Field::Bytes, Field::Bytes, Field::Bytes]);
const COURIER_TRACKING: Shape = Shape(&[Field::Bytes, Field::Bytes]);
const CUSTOMS_OFFICE: Shape = Shape(&[Field::Bytes, Field::Bytes, Field::Bytes]);
const DANGEROUS_GOODS: Shape = Shape(&[Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Message(QUANTITY)]);
const DISSEMINATION_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Message(TEXT), Field::Message(TEXT), Field::Message(TEXT)]);
const EVALUATION: Shape = Shape(&[CODE, CODE, CODE]);
const FIREARM: Shape = Shape(&[CODE, Field::Packed(Scalar::Bits32), Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, CODE, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, BITS32, Field::MessageList(AMMUNITION), Field::MessageList(FIREARM_PART), Field::Bytes, Field::Bytes, Field::Bytes, Field::MessageList(BALLISTIC_REFERENCE), BOOL, Field::Bytes, Field::Bytes]);
const FIREARM_PART: Shape = Shape(&[CODE, Field::Bytes, BITS32]);
const FUEL: Shape = Shape(&[Field::Packed(Scalar::Bits32), CODE, CODE, Field::Bytes, Field::Bytes, Field::Message(QUANTITY), Field::Bytes, Field::Message(TEMPERATURE), CODE, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes]);
const HANDLING: Shape = Shape(&[CODE, Field::BytesList, Field::BytesList, CODE, CODE, CODE, BOOL, BITS64, BOOL, BOOL, BOOL]);
const HOLD_CONTENT: Shape = Shape(&[Field::Message(PLACE), Field::Message(LOCAL_TIME), Field::Bytes, BITS32, Field::Message(QUANTITY), Field::Message(TEXT)]);
const IDENTIFICATION: Shape = Shape(&[CODE, CODE, Field::Bytes]);
const INDICATOR: Shape = Shape(&[CODE, BITS32, Field::Bytes, Field::Message(EVALUATION)]);
const INDICATOR_FEEDBACK: Shape = Shape(&[CODE, BOOL]);
const LABEL_IDENTIFIER: Shape = Shape(&[CODE, Field::Bytes, Field::Bytes]);
const LEG: Shape = Shape(&[CODE, Field::Bytes, Field::Bytes, Field::Message(PLACE), Field::Message(PLACE), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME)]);
const LINK_CONTENT: Shape = Shape(&[Field::Message(TEXT)]);
const LOCAL_TIME: Shape = Shape(&[BITS64, BITS32]);
const MONEY: Shape = Shape(&[Field::Bytes, Field::Bytes]);
const OUTCOME_CONTENT: Shape = Shape(&[CODE, Field::MessageList(SUBSTANCE), Field::MessageList(FIREARM), Field::MessageList(FUEL), BITS32, Field::BytesList, Field::Bytes, BITS32, Field::MessageList(INDICATOR_FEEDBACK), Field::Bytes, Field::Message(TEXT), Field::Message(LOCAL_TIME), Field::Message(PLACE), Field::Bytes, Field::MessageList(ATTACHMENT)]);
const PARTY: Shape = Shape(&[CODE, Field::Packed(Scalar::Bits32), BOOL, Field::Bytes, Field::BytesList, Field::Message(ADDRESS), Field::BytesList, Field::BytesList, Field::MessageList(TAX_ID), Field::Message(ACCOUNT), Field::BytesList, BOOL, CODE, Field::BytesList, BITS64]);
const PLACE: Shape = Shape(&[Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes, Field::Bytes]);
const QUANTITY: Shape = Shape(&[Field::Bytes, Field::Bytes]);
const QUESTION: Shape = Shape(&[BITS32, Field::Message(TEXT), Field::Bytes]);
const REASONABLE_SUSPICION: Shape = Shape(&[Field::Message(TEXT), Field::Bytes]);
const RECALL_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Bytes, BITS32, Field::Message(LOCAL_TIME), Field::Bytes]);
const RECIPIENT_REF: Shape = Shape(&[CODE, Field::Bytes]);
const REJECTED_FIELD: Shape = Shape(&[Field::Bytes, Field::Message(TEXT)]);
const REJECT_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::MessageList(REJECTED_FIELD)]);
const REQUESTED_ACTION: Shape = Shape(&[CODE, CODE, Field::Message(TEXT)]);
const REQUEST_CONTENT: Shape = Shape(&[Field::MessageList(QUESTION), Field::MessageList(SCREENING_REQUEST), Field::MessageList(REQUESTED_ACTION), Field::Message(TEXT), Field::Message(TEXT), Field::MessageList(ATTACHMENT)]);
const RESPONSE_CONTENT: Shape = Shape(&[Field::MessageList(ANSWER), Field::MessageList(SCREENING_RESULT), Field::MessageList(ACTION_ANSWER), Field::Message(TEXT), Field::Bytes, Field::MessageList(ATTACHMENT)]);
const RISK_SCORE: Shape = Shape(&[Field::Bytes, Field::Bytes, Field::Bytes]);
const ROUTE: Shape = Shape(&[Field::MessageList(LEG), Field::Message(PLACE), Field::Message(PLACE), Field::MessageList(CUSTOMS_OFFICE), Field::Message(LOCAL_TIME)]);
const SCREENING_REQUEST: Shape = Shape(&[Field::Bytes, CODE, Field::Message(TEXT), BOOL]);
const SCREENING_RESULT: Shape = Shape(&[Field::Bytes, CODE, Field::Message(LOCAL_TIME), BOOL, Field::Message(TEXT), BOOL]);
const SEAL: Shape = Shape(&[Field::Bytes, CODE]);
const SHIPMENT: Shape = Shape(&[CODE, CODE, Field::Bytes, Field::Bytes, Field::BytesList, CODE, Field::Bytes, Field::Bytes, Field::Bytes, Field::MessageList(COURIER_TRACKING), Field::BytesList, Field::BytesList, Field::MessageList(LABEL_IDENTIFIER), Field::MessageList(SEAL), BITS32, Field::Message(QUANTITY), Field::Message(QUANTITY), Field::Message(TEMPERATURE), Field::Message(TEXT), Field::MessageList(TARIFF_CODE), Field::Message(MONEY), Field::Bytes, Field::Bytes, Field::MessageList(DANGEROUS_GOODS), Field::BytesList, CODE, Field::Packed(Scalar::Code), CODE, Field::Message(ROUTE), Field::BytesList]);
const SIGNER_REF: Shape = Shape(&[Field::Bytes, CODE, BITS32]);
const STATEMENT: Shape = Shape(&[Field::Bytes, CODE, Field::Bytes, Field::Bytes, Field::MessageList(SIGNER_REF), Field::MessageList(RECIPIENT_REF), BITS64, BITS64, BITS64, Field::Bytes, Field::BytesList, Field::Bytes, Field::Bytes, CODE, Field::Bytes, BITS32, CODE, Field::Packed(Scalar::Code), Field::Message(HANDLING), Field::Message(BODY_REF), Field::BytesList, CODE, CODE, BITS64, CODE, BITS64, Field::BytesList, CODE, CODE, Field::Packed(Scalar::Code), CODE, CODE, BITS64, CODE, CODE, BOOL, Field::Packed(Scalar::Code), CODE, CODE, CODE, Field::BytesList, CODE, CODE, Field::Bytes, CODE]);
const SUBSTANCE: Shape = Shape(&[CODE, Field::Packed(Scalar::Bits32), Field::Bytes, CODE, CODE, Field::Bytes, Field::Bytes, Field::Bytes, Field::MessageList(TEXT), Field::Bytes, Field::Bytes, CODE, Field::Message(QUANTITY), Field::Bytes, Field::MessageList(IDENTIFICATION), Field::Bytes, Field::Bytes]);
const SUSPICION: Shape = Shape(&[Field::MessageList(INDICATOR), Field::Bytes, Field::Bytes, Field::Message(EVALUATION), CODE, Field::Message(RISK_SCORE)]);
const SYSTEM_NOTICE_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Message(LOCAL_TIME), Field::Message(LOCAL_TIME), Field::Bytes, Field::Message(PLACE)]);
const TARIFF_CODE: Shape = Shape(&[Field::Bytes, CODE]);
const TAX_ID: Shape = Shape(&[CODE, Field::Bytes, BOOL]);
const TEMPERATURE: Shape = Shape(&[Field::Bytes, Field::Bytes]);
const TEXT: Shape = Shape(&[Field::Bytes, Field::Bytes]);
const TRANSFER_CONTENT: Shape = Shape(&[Field::Message(TEXT), Field::Message(CONTACT)]);

impl OneEncoding for pb::AckContent {
    const SHAPE: Shape = ACK_CONTENT;
}

impl OneEncoding for pb::AlertContent {
    const SHAPE: Shape = ALERT_CONTENT;
}

impl OneEncoding for pb::AssessmentContent {
    const SHAPE: Shape = ASSESSMENT_CONTENT;
}

impl OneEncoding for pb::CancelContent {
    const SHAPE: Shape = CANCEL_CONTENT;
}

impl OneEncoding for pb::CommentContent {
    const SHAPE: Shape = COMMENT_CONTENT;
}

impl OneEncoding for pb::DisseminationContent {
    const SHAPE: Shape = DISSEMINATION_CONTENT;
}

impl OneEncoding for pb::HoldContent {
    const SHAPE: Shape = HOLD_CONTENT;
}

impl OneEncoding for pb::LinkContent {
    const SHAPE: Shape = LINK_CONTENT;
}

impl OneEncoding for pb::OutcomeContent {
    const SHAPE: Shape = OUTCOME_CONTENT;
}

impl OneEncoding for pb::RecallContent {
    const SHAPE: Shape = RECALL_CONTENT;
}

impl OneEncoding for pb::RejectContent {
    const SHAPE: Shape = REJECT_CONTENT;
}

impl OneEncoding for pb::RequestContent {
    const SHAPE: Shape = REQUEST_CONTENT;
}

impl OneEncoding for pb::ResponseContent {
    const SHAPE: Shape = RESPONSE_CONTENT;
}

impl OneEncoding for pb::Statement {
    const SHAPE: Shape = STATEMENT;
}

impl OneEncoding for pb::SystemNoticeContent {
    const SHAPE: Shape = SYSTEM_NOTICE_CONTENT;
}

impl OneEncoding for pb::TransferContent {
    const SHAPE: Shape = TRANSFER_CONTENT;
}

//! Stories of the whole system, one a module: the unmodified binary, real files, real TLS; each ends with an audit.

#![expect(
    clippy::indexing_slicing,
    clippy::assigning_clones,
    reason = "a test that reaches beyond the end has failed"
)]

mod acts;
mod audit_delivery;
mod case;
mod demo;
mod directory;
mod doors;
mod drafts;
mod figures;
mod find;
mod foreign;
mod in_flight;
mod matching;
mod node;
mod operating;
mod overdue;
mod policy;
mod proofs;
mod readme;
mod refuse;
mod relay;
mod reports;
mod rotation;
mod shutdown;
mod subscriptions;
mod witness;
mod worked_example;

//! Stories of the whole system, one a module: the unmodified binary, real files, real TLS; each ends with an audit.

mod demo;
mod doors;
mod foreign;
mod proofs;
mod refuse;
mod relay;
mod shutdown;

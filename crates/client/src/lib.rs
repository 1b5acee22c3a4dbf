//! A node's side: submit, subscribe, verify before believing.

//! A certificate and its key as files: whether they fit together, and whether the chain holds today.

use crate::config::{MaterialError, Pair, load_credential, load_signer};
use crate::exit::Text;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::pem;
use precinto_envelope::trust::{Purpose, TrustError, TrustStore};
use std::sync::Arc;

/// What is wrong with a pair.
pub(crate) enum Unfit {
    /// There is no usable certificate in the file.
    Unusable(Text),
    /// Certificate and key were not made for each other, or the key is none.
    NotAPair(Text),
    /// Its own side does not vouch for it, or not any more.
    Refused(TrustError),
}

/// The certificate, if it serves this purpose at `now_ms` by that trust; without any, its chain is not judged.
pub(crate) fn examine(
    pair: &Pair,
    purpose: Purpose,
    trust: Option<&TrustStore>,
    now_ms: u64,
) -> Result<Arc<Certificate>, Unfit> {
    let certificates = leaf_and_issuers(pair).map_err(Unfit::Unusable)?;
    let none = || Unfit::Unusable(unusable(pair, &"it holds none"));
    let (leaf, issuers) = certificates.split_first().ok_or_else(none)?;
    load_signer_or_tls(pair, purpose).map_err(|error| Unfit::NotAPair(error.text()))?;
    if let Some(trust) = trust {
        let judged = trust.judge(leaf, issuers, purpose, now_ms);
        judged.map_err(Unfit::Refused)?;
    }
    Ok(Arc::clone(leaf))
}

fn leaf_and_issuers(pair: &Pair) -> Result<Vec<Arc<Certificate>>, Text> {
    let text = crate::config::read_text(&pair.certificate).map_err(|failure| failure.message)?;
    let chain = pem::certificates(text.as_bytes()).map_err(|error| unusable(pair, &error))?;
    let parsed = chain.iter().map(|der| {
        let parsed = Certificate::parse(der).map(Arc::new);
        parsed.map_err(|error| unusable(pair, &error))
    });
    parsed.collect()
}

fn unusable(pair: &Pair, error: &dyn std::fmt::Display) -> Text {
    let what = Text::cause(error, "no hay un certificado utilizable");
    what.about(pair.certificate.display())
}

fn load_signer_or_tls(pair: &Pair, purpose: Purpose) -> Result<(), MaterialError> {
    match purpose {
        Purpose::Signing => load_signer(pair).map(drop),
        Purpose::TlsClient | Purpose::TlsServer => load_credential(pair).map(drop),
    }
}

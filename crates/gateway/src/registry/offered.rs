//! What the folder of the settings offers: `<domain>.part` of each side, a signed part. It counts only where the log has none
//! of that side, or exactly the one before it: the gateway's truth about the directory is its log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use precinto_alert::directory::Stewards;
use precinto_alert::id::Side;
use precinto_envelope::directory::{PartRefused, SignedPart};

use super::SideCountry;
use crate::limits::SIGNED_PART_BYTES_MAX;

/// What one side's start needs to know.
#[derive(Debug)]
pub struct Offer {
    /// The side and its country.
    pub side: SideCountry,
    /// Who is expected to sign its first part.
    pub stewards: Stewards,
    /// Where its part is looked for.
    pub path: PathBuf,
    /// What stands there; its signatures are not verified yet.
    pub part: Option<Arc<SignedPart>>,
}

/// Why an offered file was refused; the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no signed part.
    #[error("{path}: {source}")]
    Part {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PartRefused,
    },
    /// It is another side's.
    #[error("{path}: is the part of {found}")]
    Side {
        /// The file.
        path: PathBuf,
        /// Whose part it is.
        found: Side,
    },
}

impl Offer {
    /// Looks for the side's part in `folder`; a file that is not there is no error here.
    pub fn load(folder: &Path, side: SideCountry, stewards: Stewards) -> Result<Self, OfferError> {
        let path = folder.join(format!("{}.part", side.side));
        let part = match read(&path) {
            Ok(bytes) => Some(SignedPart::read(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(OfferError::Read { path, source }),
        };
        let part = match part.transpose() {
            Ok(part) => part,
            Err(source) => return Err(OfferError::Part { path, source }),
        };
        if let Some(part) = &part
            && *part.part().side() != side.side
        {
            let found = part.part().side().clone();
            return Err(OfferError::Side { path, found });
        }
        Ok(Self {
            side,
            stewards,
            path,
            part: part.map(Arc::new),
        })
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let max = u64::try_from(SIGNED_PART_BYTES_MAX).unwrap_or(u64::MAX);
    if std::fs::metadata(path)?.len() > max {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    std::fs::read(path)
}

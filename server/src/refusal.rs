//! Every answer that is not the file: its status and what it tells people.

use crate::host::HostFault;
use crate::key_material::KeyMaterial;
use crate::request_path::PathFault;
use hyper::StatusCode;
use std::io::{self, ErrorKind};

/// Why a request does not get the file.
#[derive(Debug)]
pub(crate) enum Refusal {
    Malformed(&'static str),
    Foreign,
    Method,
    NotFound,
    Keys(KeyMaterial),
    Failed,
    ConditionFailed,
    Unsatisfiable,
}

impl Refusal {
    /// A file that cannot be opened is not there, whatever the reason, unless it is the machine that failed. A link
    /// that leads out of the folder is refused as lacking permission.
    pub(crate) fn not_opened(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Self::NotFound,
            _ if is_other_absence(error) => Self::NotFound,
            _ => {
                tracing::warn!(%error, "cannot read a file that is served");
                Self::Failed
            }
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Foreign => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Keys(_) => StatusCode::FORBIDDEN,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ConditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        }
    }

    /// The body.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Malformed(what) => format!("malformed request: {what}\n"),
            Self::Foreign => "this server answers to IP addresses and localhost alone\n".to_owned(),
            Self::Method => "only GET and HEAD are served\n".to_owned(),
            Self::NotFound => "not found\n".to_owned(),
            Self::Keys(found) => keys_text(*found),
            Self::Failed => "the file could not be read\n".to_owned(),
            Self::ConditionFailed => "the file is not the one the condition names\n".to_owned(),
            Self::Unsatisfiable => "the range begins at or after the end of the file\n".to_owned(),
        }
    }
}

fn keys_text(found: KeyMaterial) -> String {
    format!(
        "refused: this is {}. Whoever has it can decrypt the content, so a public server has no business with it.\n\
         Hand it over as a file or over https. In a lab where that is of no concern, start `waybill serve --lab`.\n",
        found.what()
    )
}

/// What has no name in the standard library: a ring of links, and a device or socket that cannot be opened.
fn is_other_absence(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        [Errno::LOOP, Errno::NXIO, Errno::NODEV, Errno::NAMETOOLONG]
            .iter()
            .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
    }
    #[cfg(windows)]
    {
        const INVALID_NAME: i32 = 123;
        error.raw_os_error() == Some(INVALID_NAME)
    }
}

impl From<PathFault> for Refusal {
    fn from(fault: PathFault) -> Self {
        match fault {
            PathFault::Malformed => Self::Malformed("the path cannot be decoded"),
            PathFault::NotServed => Self::NotFound,
        }
    }
}

impl From<HostFault> for Refusal {
    fn from(fault: HostFault) -> Self {
        match fault {
            HostFault::Malformed => Self::Malformed("one Host header is needed"),
            HostFault::Foreign => Self::Foreign,
        }
    }
}

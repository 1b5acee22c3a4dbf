//! What was called, how it ended and how long it took, under the names that dashboards for gRPC know.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tokio::time::Instant;
use tonic::Code;

use super::{Add, Labels, SECONDS};

/// Calls of every method that is served. Clones count together.
#[derive(Clone)]
pub struct Calls(Arc<Methods>);

struct Methods {
    families: Families,
    /// By path. What is in no contract of ours counts as one, so that nobody makes methods up.
    known: HashMap<String, Arc<Method>>,
    unknown: Arc<Method>,
}

#[derive(Clone)]
struct Families {
    started: Family<Labels<2>, Counter>,
    handled: Family<Labels<3>, Counter>,
    seconds: Family<Labels<2>, Histogram, fn() -> Histogram>,
}

/// One method. What it counts is made with its first call, so that what is never called is not shown.
struct Method {
    service: String,
    name: String,
    families: Families,
    started: OnceLock<Counter>,
    seconds: OnceLock<Histogram>,
    handled: [OnceLock<Counter>; CODES.len()],
}

/// A call that has begun; counted as handled when it is dropped.
pub(crate) struct Running {
    method: Arc<Method>,
    began: Instant,
    /// None for as long as nobody has said how it ends: then the caller has gone away.
    code: Option<Code>,
}

impl Default for Calls {
    fn default() -> Self {
        let families = Families {
            started: Family::default(),
            handled: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        };
        let of = |service: &str, name: &str| Arc::new(Method::new(service, name, &families));
        let mut known = HashMap::new();
        for (service, name) in contract() {
            known.insert(format!("/{service}/{name}"), of(&service, &name));
        }
        let unknown = of("unknown", "unknown");
        Self(Arc::new(Methods {
            families,
            known,
            unknown,
        }))
    }
}

impl Calls {
    /// A call to this path has come.
    pub(crate) fn begin(&self, path: &str) -> Running {
        let method = self.0.known.get(path).unwrap_or(&self.0.unknown);
        method.started().inc();
        Running {
            method: Arc::clone(method),
            began: Instant::now(),
            code: None,
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let Families {
            started,
            handled,
            seconds,
        } = self.0.families.clone();
        let mut add = Add(registry);
        add.one("grpc_server_started", "Calls that have begun", started);
        add.one("grpc_server_handled", "Calls that have ended", handled);
        add.one(
            "grpc_server_handling_seconds",
            "From the head of a call to its end, which for a stream may be an hour",
            seconds,
        );
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Calls")
    }
}

impl Running {
    /// The same, with the code that stands in this head, if the call ends with it.
    pub(crate) fn after(mut self, head: &HeaderMap) -> Self {
        self.see(head);
        self
    }

    /// Takes the code out of a head or trailers, if one stands there.
    pub(crate) fn see(&mut self, headers: &HeaderMap) {
        let Some(code) = headers.get("grpc-status") else {
            return;
        };
        self.code = Some(Code::from_bytes(code.as_bytes()));
    }

    /// It has ended, and nobody has said how.
    pub(crate) fn ends(&mut self) {
        self.code.get_or_insert(Code::Unknown);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(Code::Cancelled);
        self.method
            .seconds()
            .observe(self.began.elapsed().as_secs_f64());
        self.method.handled(code);
    }
}

impl Method {
    fn new(service: &str, name: &str, families: &Families) -> Self {
        Self {
            service: service.to_owned(),
            name: name.to_owned(),
            families: families.clone(),
            started: OnceLock::new(),
            seconds: OnceLock::new(),
            handled: [const { OnceLock::new() }; CODES.len()],
        }
    }

    fn labels(&self) -> Labels<2> {
        let [service, method] = [&self.service, &self.name].map(|text| text.clone().into());
        [("grpc_service", service), ("grpc_method", method)]
    }

    fn started(&self) -> &Counter {
        let family = &self.families.started;
        (self.started).get_or_init(|| family.get_or_create_owned(&self.labels()))
    }

    fn seconds(&self) -> &Histogram {
        let family = &self.families.seconds;
        (self.seconds).get_or_init(|| family.get_or_create_owned(&self.labels()))
    }

    fn handled(&self, code: Code) {
        // The codes of gRPC are numbered from 0, as the table is.
        let number = usize::try_from(code as i32).unwrap_or_default();
        let (Some(cell), Some(name)) = (self.handled.get(number), CODES.get(number)) else {
            return;
        };
        let counter = cell.get_or_init(|| {
            let [service, method] = self.labels();
            let labels = [service, method, ("grpc_code", (*name).into())];
            self.families.handled.get_or_create_owned(&labels)
        });
        counter.inc();
    }
}

/// Service and method of everything that may be served.
fn contract() -> impl Iterator<Item = (String, String)> {
    let sets = [
        precinto_proto::FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let files = sets.into_iter().flat_map(|set| {
        let set = FileDescriptorSet::decode(set);
        set.expect("our own descriptors are well-formed").file
    });
    files.flat_map(|file| {
        let package = file.package().to_owned();
        file.service.into_iter().flat_map(move |service| {
            let full = format!("{package}.{}", service.name());
            let methods = service.method.into_iter();
            methods.map(move |method| (full.clone(), method.name().to_owned()))
        })
    })
}

/// By number, as monitoring systems spell them.
const CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

//! The client: which certificates and proxy it uses, and its network thread, which sends requests, follows redirects
//! and pumps bodies. What an answer is worth is decided elsewhere.

use crate::answer::AnswerHead;
use crate::error::{ConnectionError, TransportError};
use crate::redirect::{self, Reach, RedirectFault, leads_to_private};
use crate::request::{Request, SecretUrl, is_credential};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, mpsc, oneshot};
use url::Url;

/// What happens to a request, in this order: its body is wanted if it has one, then one head, chunks and an end; or a
/// failure at any point.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The status and headers came.
    Head(Box<AnswerHead>),
    /// The server's side is ready for the request's body, from its first byte.
    BodyWanted(BodySender),
    /// This many bytes of the request's body were taken from those handed over.
    Sent(u64),
    /// The next bytes of the answer's body.
    Chunk(Bytes),
    /// The answer's body is complete by HTTP's framing.
    End,
    /// The request failed, or its answer broke off.
    Failed(ConnectionError),
}

/// The most bytes of answers that may wait for the caller to take them.
const IN_FLIGHT: usize = 4 << 20;

/// An HTTP client with a network thread of its own. Dropping it ends the thread and every transfer.
pub struct Client {
    client: reqwest::Client,
    unproxied: Arc<Unproxied>,
    reach: Mutex<Reach>,
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

impl Client {
    /// Starts the network thread.
    ///
    /// # Errors
    /// A certificate or proxy that cannot be used; a thread that cannot be started.
    pub fn start(options: &ClientOptions) -> Result<Self, TransportError> {
        Self::start_thread(options).map_err(TransportError::Start)
    }

    fn start_thread(options: &ClientOptions) -> io::Result<Self> {
        let client = build(options).map_err(io::Error::other)?;
        let unproxied = Arc::new(Unproxied::new(options));
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped); // sent or dropped
            runtime.shutdown_background(); // a name that is being looked up would keep it
        })?;
        Ok(Self { client, unproxied, reach: Mutex::new(Reach::Anywhere), handle, _stop: stop })
    }

    /// Sets how far redirects may lead from now on.
    pub fn set_reach(&self, reach: Reach) {
        *self.reach.lock().unwrap_or_else(PoisonError::into_inner) = reach;
    }

    /// How far redirects may lead now.
    pub fn reach(&self) -> Reach {
        *self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request whose events go to `events`, marked with `tag`. Dropping the returned value ends the request.
    pub fn send(
        &self,
        request: Request,
        tag: usize,
        budget: &Budget,
        events: Sender<(usize, Event)>,
    ) -> RunningRequest {
        let (cancel, cancelled) = oneshot::channel::<()>();
        let (client, reach, budget) = (self.client.clone(), self.reach(), Arc::clone(&budget.0));
        let unproxied = Arc::clone(&self.unproxied);
        self.handle.spawn(async move {
            let pump = async {
                if let Err(error) = pump((&client, &unproxied), request, reach, &budget, tag, &events).await {
                    let _ = events.send((tag, Event::Failed(error)));
                }
            };
            tokio::select! {
                () = pump => {}
                _ = cancelled => {}
            }
        });
        RunningRequest { _cancel: cancel }
    }
}

/// The client for what is secret and goes over plain http to this machine. Keys and credentials are allowed there because
/// nobody else sees them, so they do not go through a proxy either.
struct Unproxied {
    options: ClientOptions,
    built: OnceLock<reqwest::Client>,
}

impl Unproxied {
    fn new(options: &ClientOptions) -> Self {
        let options = ClientOptions { proxy: ProxyChoice::Direct, ..options.clone() };
        Self { options, built: OnceLock::new() }
    }

    /// Built when it is first needed, which is seldom: reading the system's certificates takes milliseconds.
    fn get(&self) -> reqwest::Result<reqwest::Client> {
        if let Some(client) = self.built.get() {
            return Ok(client.clone());
        }
        let client = build(&self.options)?;
        let _ = self.built.set(client.clone()); // another request may have been first
        Ok(client)
    }
}

/// A request that was sent. Dropping it ends it.
pub struct RunningRequest {
    _cancel: oneshot::Sender<()>,
}

/// Limits the bytes that came and were not taken yet.
pub struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(IN_FLIGHT)))
    }
}

impl Budget {
    /// Makes room for `bytes` more, because the caller took as many.
    pub fn taken(&self, bytes: usize) {
        self.0.add_permits(bytes);
    }
}

async fn pump(
    clients: (&reqwest::Client, &Unproxied),
    request: Request,
    reach: Reach,
    budget: &Semaphore,
    tag: usize,
    events: &Sender<(usize, Event)>,
) -> Result<(), ConnectionError> {
    let (mut answer, redirects) = follow(clients, request, reach, tag, events).await?;
    // A body that is chunked or ends with its connection has no declared length.
    let (status, length) = (answer.status().as_u16(), answer.content_length());
    let head = AnswerHead::new(status, answer.headers(), length, redirects);
    let _ = events.send((tag, Event::Head(Box::new(head))));
    while let Some(chunk) = answer.chunk().await? {
        // The channel to the caller has no bound, because sending into a full one would block the only thread
        // of the runtime. The budget bounds it instead. A chunk larger than the whole budget would wait for
        // ever, so it takes no more than all of it.
        let room = u32::try_from(chunk.len().min(IN_FLIGHT)).unwrap_or(u32::MAX);
        if let Ok(permit) = budget.acquire_many(room).await {
            permit.forget(); // given back by the caller that takes the chunk
        }
        if events.send((tag, Event::Chunk(chunk))).is_err() {
            return Ok(()); // nobody wants it any more
        }
    }
    let _ = events.send((tag, Event::End));
    Ok(())
}

/// Sends the request, and again after every redirect that may be followed.
async fn follow(
    (client, unproxied): (&reqwest::Client, &Unproxied),
    mut request: Request,
    reach: Reach,
    tag: usize,
    events: &Sender<(usize, Event)>,
) -> Result<(Response, usize), ConnectionError> {
    let mut url = request.url.expose().clone();
    redirect::check_secrets(&url, request.has_secrets()).map_err(|_| ConnectionError::InTheClear)?;
    let mut followed = 0;
    loop {
        let stays_here = url.scheme() == "http" && redirect::is_loopback(&url);
        let client = if stays_here && request.has_secrets() { unproxied.get()? } else { client.clone() };
        let answer = outgoing(&client, &request, &url, tag, events).send().await?;
        let status = answer.status().as_u16();
        if !request.follows_redirects || !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return Ok((answer, followed));
        }
        redirect::check_method(&request.method, status)?;
        let location = answer.headers().get(LOCATION).map(HeaderValue::as_bytes);
        let next = redirect::next(&url, location, followed)?;
        // Another port or scheme is another server, too.
        if next.origin() != url.origin() {
            drop_credentials(&mut request.headers);
        }
        redirect::check_secrets(&next, request.has_secrets())?;
        // Checked before each hop, because a public server may redirect to a private address only at the second.
        if reach == Reach::Public && leads_to_private(&next).await {
            return Err(RedirectFault::Private.into());
        }
        url = next;
        followed += 1;
    }
}

/// The request as HTTP sends it; its body is asked of the caller, from the first byte.
fn outgoing(
    client: &reqwest::Client,
    request: &Request,
    url: &Url,
    tag: usize,
    events: &Sender<(usize, Event)>,
) -> RequestBuilder {
    let builder = client.request(request.method.clone(), url.clone()).headers(request.headers.clone());
    match request.body.as_ref().map_or(0, |body| body.size) {
        // A server may answer 411 to a PUT that declares no length, not even an empty one.
        0 if request.body.is_some() || !request.method.is_safe() => builder.header(CONTENT_LENGTH, 0),
        0 => builder,
        size => {
            let (sender, pieces) = mpsc::channel(AHEAD);
            // A caller that has gone drops its end, and the request ends with it.
            let _ = events.send((tag, Event::BodyWanted(BodySender(sender))));
            let body = PumpedBody { pieces, left: size, tag, events: events.clone() };
            builder.body(reqwest::Body::wrap(body))
        }
    }
}

/// Removes credentials: they were meant for the host that the caller named, and go to no other one by a redirect.
fn drop_credentials(headers: &mut HeaderMap) {
    let names: Vec<_> = headers
        .iter()
        .filter(|(name, value)| is_credential(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// How many pieces may wait for the network thread: enough that it never waits for a read.
const AHEAD: usize = 8;

/// The network thread's end of a body. It reports every piece that HTTP takes, so that the caller sees the upload
/// progress.
struct PumpedBody {
    pieces: mpsc::Receiver<Bytes>,
    left: u64,
    tag: usize,
    events: Sender<(usize, Event)>,
}

/// Takes the pieces of a body that is sent from its first byte, on the caller's thread.
#[derive(Debug)]
pub struct BodySender(pub(crate) mpsc::Sender<Bytes>);

impl Body for PumpedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.pieces.poll_recv(context).map(|piece| {
            let piece = piece?;
            self.left = self.left.saturating_sub(piece.len() as u64);
            let _ = self.events.send((self.tag, Event::Sent(piece.len() as u64)));
            Some(Ok(Frame::data(piece)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    /// Exact, so that the request declares its length and is not chunked, which storage services refuse.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Which certificates a client trusts besides the system's, and which proxy it uses.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Certificates that are trusted besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// The proxy that requests go through.
    pub proxy: ProxyChoice,
}

/// A client that alters nothing: no decompression, no redirect of its own, HTTP/1.1 (one bulk transfer a connection
/// gains nothing from HTTP/2 and pays for its flow control).
///
/// It has no timeouts of its own: an [`Exchange`](crate::Exchange) watches for stalls by the clock of its context.
pub(crate) fn build(options: &ClientOptions) -> reqwest::Result<reqwest::Client> {
    // The process has one default provider; where it was set before, that one serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // Redirects are followed by `follow`, which knows rules that reqwest does not. A Referer would tell the
    // next host the URL of this one, and with it the signature.
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("waybill/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .pool_idle_timeout(Duration::from_secs(30));
    if !options.extra_roots.is_empty() {
        let roots: Result<Vec<_>, _> =
            options.extra_roots.iter().map(|root| Certificate::from_der(root.as_ref())).collect();
        // They are added to the system's roots, and do not replace them.
        builder = builder.tls_certs_merge(roots?);
    }
    builder = match &options.proxy {
        ProxyChoice::System => builder,
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Named(url) => builder.no_proxy().proxy(Proxy::all(url.expose().as_str())?),
    };
    builder.build()
}

/// The proxy that requests go through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// As HTTPS_PROXY, HTTP_PROXY, NO_PROXY and the system's settings say.
    #[default]
    System,
    /// No proxy, whatever the system's settings say.
    Direct,
    /// This proxy, for every request.
    Named(SecretUrl),
}

/// Reads the certificates in `pem`, for [`ClientOptions::extra_roots`].
///
/// # Errors
/// There is no certificate in it, or one cannot be parsed.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(CertificateError("there is none".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(CertificateError(error.to_string())),
    }
}

/// A PEM file that holds no certificate, or one that cannot be parsed.
#[derive(Debug, thiserror::Error)]
#[error("no certificate can be read: {0}")]
pub struct CertificateError(String);

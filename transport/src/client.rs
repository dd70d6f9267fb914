//! The network thread: sends requests, follows redirects, pumps bodies. It decides nothing about what comes.

use crate::address::{Reach, leads_to_private};
use crate::answer_head::AnswerHead;
use crate::error::{ConnectionError, TransportError};
use crate::redirect::{self, RedirectFault};
use crate::trust::{self, Trust};
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION, RANGE};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, oneshot};
use url::Url;

/// What to ask for.
#[derive(Clone)]
pub struct Request {
    /// From where; its query goes into the request alone.
    pub url: Url,
    /// First byte, and last byte where only a part is wanted; `None` asks for the whole without a Range.
    pub range: Option<(u64, Option<u64>)>,
    /// A strong ETag that must still hold.
    pub if_match: Option<String>,
    /// What it holds are keys.
    pub secret: bool,
}

/// What a transfer brings, in this order: one head, chunks, an end; or a failure at any point.
#[derive(Debug)]
pub enum Event {
    /// Status and headers.
    Head(Box<AnswerHead>),
    /// Bytes of the body.
    Chunk(Bytes),
    /// The body ended as HTTP says it must.
    End,
    /// It did not.
    Failed(ConnectionError),
}

/// Bytes of bodies that may wait for whoever takes them.
const IN_FLIGHT: usize = 4 << 20;

/// A client on a thread of its own. Dropped, it ends the thread and every transfer.
pub struct Client {
    client: reqwest::Client,
    reach: Mutex<Reach>,
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

impl Client {
    /// Starts the thread.
    ///
    /// # Errors
    /// A certificate or proxy that cannot be used; no thread.
    pub fn start(trust: &Trust) -> Result<Self, TransportError> {
        Self::start_thread(trust).map_err(TransportError::Start)
    }

    fn start_thread(trust: &Trust) -> io::Result<Self> {
        let client = trust::build(trust).map_err(io::Error::other)?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped); // whether told or dropped
            runtime.shutdown_background(); // a name that is being looked up would keep it
        })?;
        Ok(Self { client, reach: Mutex::new(Reach::Anywhere), handle, _stop: stop })
    }

    /// From now on redirects lead so far.
    pub fn set_reach(&self, reach: Reach) {
        *self.reach.lock().unwrap_or_else(PoisonError::into_inner) = reach;
    }

    /// How far redirects lead now.
    pub fn reach(&self) -> Reach {
        *self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request.
    pub fn transfer(&self, ask: Request) -> Transfer {
        let (sender, events) = channel();
        let budget = Budget::default();
        let running = self.send(ask, 0, &budget, sender);
        Transfer { events, budget, _running: running }
    }

    /// Sends a request whose events go to `events`, marked with `tag`. Dropping what it returns ends it.
    pub fn send(&self, ask: Request, tag: usize, budget: &Budget, events: Sender<(usize, Event)>) -> Running {
        let (cancel, cancelled) = oneshot::channel::<()>();
        let (client, reach, budget) = (self.client.clone(), self.reach(), Arc::clone(&budget.0));
        self.handle.spawn(async move {
            let pump = async {
                if let Err(error) = pump(&client, ask, reach, &budget, tag, &events).await {
                    let _ = events.send((tag, Event::Failed(error)));
                }
            };
            tokio::select! {
                () = pump => {}
                _ = cancelled => {}
            }
        });
        Running { _cancel: cancel }
    }
}

/// A request on its way; dropped, it is ended.
pub struct Running {
    _cancel: oneshot::Sender<()>,
}

/// Room for bytes that came and are not taken yet.
pub struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(IN_FLIGHT)))
    }
}

impl Budget {
    /// Bytes that were taken make room for others.
    pub fn taken(&self, bytes: usize) {
        self.0.add_permits(bytes);
    }
}

/// One request on its way. Dropped, it is ended.
pub struct Transfer {
    events: Receiver<(usize, Event)>,
    budget: Budget,
    _running: Running,
}

impl Transfer {
    /// The next event; `None` where nothing came for `patience`.
    pub fn next(&self, patience: Duration) -> Option<Event> {
        match self.events.recv_timeout(patience) {
            Ok((_, event)) => {
                if let Event::Chunk(chunk) = &event {
                    self.budget.taken(chunk.len());
                }
                Some(event)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                Some(Event::Failed(ConnectionError::Broken("the network thread ended".to_owned())))
            }
        }
    }
}

async fn pump(
    client: &reqwest::Client,
    ask: Request,
    reach: Reach,
    budget: &Semaphore,
    tag: usize,
    events: &Sender<(usize, Event)>,
) -> Result<(), ConnectionError> {
    let (mut answer, redirects) = follow(client, ask, reach).await?;
    let head =
        AnswerHead::new(answer.status().as_u16(), answer.headers(), declared_length(&answer), redirects);
    let _ = events.send((tag, Event::Head(Box::new(head))));
    while let Some(chunk) = answer.chunk().await? {
        let room = u32::try_from(chunk.len().min(IN_FLIGHT)).unwrap_or(u32::MAX);
        if let Ok(permit) = budget.acquire_many(room).await {
            permit.forget(); // given back by whoever takes the chunk
        }
        if events.send((tag, Event::Chunk(chunk))).is_err() {
            return Ok(()); // nobody wants it any more
        }
    }
    let _ = events.send((tag, Event::End));
    Ok(())
}

/// What the headers declare; a body that ends with its connection or is chunked declares none.
fn declared_length(answer: &Response) -> Option<u64> {
    answer.content_length()
}

async fn follow(
    client: &reqwest::Client,
    mut ask: Request,
    reach: Reach,
) -> Result<(Response, usize), ConnectionError> {
    let mut followed = 0;
    loop {
        let answer = client.get(ask.url.clone()).headers(headers(&ask)).send().await?;
        if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok((answer, followed));
        }
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        ask.url = redirect::next(&ask.url, location, followed, ask.secret)?;
        if reach == Reach::Public && leads_to_private(&ask.url).await {
            return Err(RedirectFault::Private.into());
        }
        followed += 1;
    }
}

fn headers(ask: &Request) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    match ask.range {
        Some((first, Some(last))) => set(RANGE, format!("bytes={first}-{last}")),
        Some((first, None)) => set(RANGE, format!("bytes={first}-")),
        None => {}
    }
    if let Some(etag) = &ask.if_match {
        set(IF_MATCH, etag.clone());
    }
    headers
}

//! Answers a request: finds the file, evaluates conditions and range, and writes status, headers and body.

use crate::access_log::{AccessLog, PendingRecord};
use crate::conditions::{self, Precondition, Ranged, Validators};
use crate::files::{AnswerBody, ServedFile, ServedFolder};
use crate::request::{self, Refusal};
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::task::spawn_blocking;

/// The folder that is served, and who may fetch what from it.
pub(crate) struct Site {
    pub(crate) folder: ServedFolder,
    /// Whether files that publishing did not write are served, too.
    pub(crate) serve_everything: bool,
    /// Whether only this machine can ask.
    pub(crate) local: bool,
    pub(crate) log: Arc<dyn AccessLog>,
}

/// What follows the head of an answer.
enum Content {
    Nothing,
    Text(String),
    File(ServedFile, Range<u64>),
}

/// Answers one request. Every failure is an answer, too.
pub(crate) async fn answer<B>(
    site: Arc<Site>,
    peer: SocketAddr,
    request: Request<B>,
) -> Response<AnswerBody> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let mut record = PendingRecord::new(Arc::clone(&site.log), peer, method, path);
    let is_head = request.method() == Method::HEAD;
    let answer = match find(site, &request).await {
        Ok(file) => answer_with(&request, file).unwrap_or_else(|refusal| refused(&refusal)),
        Err(refusal) => refused(&refusal),
    };
    let (head, content) = answer.into_parts();
    // HEAD goes all the way that GET goes and loses its body only here, so that its headers cannot differ.
    let content = if is_head { Content::Nothing } else { content };
    record.answered(head.status.as_u16(), matches!(content, Content::Nothing));
    let body = match content {
        Content::Nothing => AnswerBody::empty(record),
        Content::Text(text) => AnswerBody::text(text, record),
        Content::File(found, part) => AnswerBody::file(found.file, &part, record),
    };
    Response::from_parts(head, body)
}

/// The file that a request asks for.
async fn find<B>(site: Arc<Site>, request: &Request<B>) -> Result<ServedFile, Refusal> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::Method);
    }
    request::check_host(request.uri(), request.version(), request.headers(), site.local)?;
    let name = request::name_in_path(request.uri().path())?;
    // Opening may wait for a disk or a network share, and the one thread of the network serves everybody else
    // meanwhile.
    spawn_blocking(move || ServedFile::open(&site.folder, &name, site.serve_everything))
        .await
        .unwrap_or(Err(Refusal::Failed))
}

/// The answer for a file that was found. Conditions and range are evaluated in the order of RFC 9110, 13.2.2.
fn answer_with<B>(request: &Request<B>, found: ServedFile) -> Result<Response<Content>, Refusal> {
    let mut headers = file_headers(request.uri().path(), &found.validators);
    match conditions::evaluate(request.headers(), &found.validators) {
        Precondition::Proceed => {}
        Precondition::Failed => return Err(Refusal::ConditionFailed),
        Precondition::NotModified => {
            headers.remove(CONTENT_TYPE);
            return Ok(response(StatusCode::NOT_MODIFIED, headers, Content::Nothing));
        }
    }
    let length = found.length;
    let (status, part) = match ranged(request, &found) {
        Ranged::Whole => (StatusCode::OK, 0..length),
        Ranged::Part(part) => {
            let range = format!("bytes {}-{}/{length}", part.start, part.end.saturating_sub(1));
            headers.insert(CONTENT_RANGE, value(&range));
            (StatusCode::PARTIAL_CONTENT, part)
        }
        Ranged::Unsatisfiable => {
            let mut answer = refused(&Refusal::Unsatisfiable);
            answer.headers_mut().insert(CONTENT_RANGE, value(&format!("bytes */{length}")));
            answer.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            return Ok(answer);
        }
    };
    headers.insert(CONTENT_LENGTH, HeaderValue::from(part.end.saturating_sub(part.start)));
    Ok(response(status, headers, Content::File(found, part)))
}

/// The part of the file to send. Ranges are defined for GET alone.
fn ranged<B>(request: &Request<B>, found: &ServedFile) -> Ranged {
    if request.method() != Method::GET {
        return Ranged::Whole;
    }
    conditions::range(request.headers(), &found.validators, SystemTime::now())
        .map_or(Ranged::Whole, |range| conditions::part_of_file(range, found.length))
}

fn file_headers(path: &str, validators: &Validators) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let is_json = path.len() >= 5 && path.as_bytes()[path.len() - 5..].eq_ignore_ascii_case(b".json");
    let kind = if is_json { "application/json" } else { "application/octet-stream" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(ETAG, value(validators.tag.as_str()));
    if let Some(modified) = validators.modified {
        headers.insert(LAST_MODIFIED, value(&httpdate::fmt_http_date(modified)));
    }
    headers
}

fn refused(refusal: &Refusal) -> Response<Content> {
    let text = refusal.text();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    if matches!(refusal, Refusal::Method) {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response(refusal.status(), headers, Content::Text(text))
}

fn response(status: StatusCode, headers: HeaderMap, content: Content) -> Response<Content> {
    let mut response = Response::new(content);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

/// A header value. What we write ourselves is ASCII; anything else would be left empty.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

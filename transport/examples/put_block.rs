//! Sends a part of a file with PUT, as storage services take the blocks of an upload:
//! `put_block URL FILE OFFSET SIZE`. The URL may be signed; a token in the variable TOKEN goes into a secret header.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use waybill_transport::waybill_context::Context;
use waybill_transport::{Client, ClientOptions, FileSlice, Method, Observations, Request, SecretUrl};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, file, offset, size] = arguments.as_slice() else {
        return Err("usage: put_block URL FILE OFFSET SIZE".into());
    };
    let block = FileSlice::new(file, offset.parse()?, size.parse()?);
    // A storage service that redirects an upload is not the one that the URL was signed for.
    let mut request =
        Request::new(Method::PUT, SecretUrl::parse(url)?).source(Arc::new(block)).without_redirects();
    if let Ok(token) = std::env::var("TOKEN") {
        request = request.secret_header("Authorization", &format!("Bearer {token}"))?;
    }
    let observations = Observations::default();
    let answer =
        Client::start(&ClientOptions::default())?.call(&request, &Context::silent(), &observations)?;
    println!("status {}, {} observations on the way", answer.success()?.status(), observations.take().len());
    Ok(())
}

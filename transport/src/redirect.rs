//! Which redirects are followed: at most 10, never from https to http, none to a private address when the document
//! came from the internet (`docs/delivery.md`, rule 8). No request carries an Authorization header, so none leaks.

use crate::address::is_loopback;
use url::Url;

/// Redirects that are followed.
pub(crate) const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// More than 10, or a loop.
    #[error("it redirects more than {MOST} times, or in a loop")]
    TooMany,
    /// From https to http.
    #[error("it redirects from https to http")]
    Downgrade,
    /// Into a private network.
    #[error("it redirects to a private address, and the document came from the internet")]
    Private,
    /// Not a web address.
    #[error("it redirects to what is no http(s) URL")]
    NoUrl,
    /// Secrets would go over plain http.
    #[error("it redirects to plain http on another machine, and what it holds are keys")]
    InTheClear,
}

/// Where `location` leads from `from`, after `followed` redirects. What holds keys (`secret`) goes over https or comes
/// from this machine.
pub(crate) fn next(
    from: &Url,
    location: Option<&str>,
    followed: usize,
    secret: bool,
) -> Result<Url, RedirectFault> {
    if followed >= MOST {
        return Err(RedirectFault::TooMany);
    }
    let mut url = location.and_then(|location| from.join(location).ok()).ok_or(RedirectFault::NoUrl)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(RedirectFault::NoUrl);
    }
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(RedirectFault::Downgrade);
    }
    if secret && url.scheme() == "http" && !is_loopback(&url) {
        return Err(RedirectFault::InTheClear);
    }
    // A user name would become an Authorization header.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(RedirectFault::NoUrl);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(from: &str, location: &str, secret: bool) -> Result<String, RedirectFault> {
        next(&Url::parse(from).unwrap(), Some(location), 0, secret).map(String::from)
    }

    #[test]
    fn ordinary_redirects_are_followed() {
        let from = "https://a.example/x/y?z";
        assert_eq!(follow(from, "../q", true).unwrap(), "https://a.example/q");
        assert_eq!(follow(from, "//b.example/q", true).unwrap(), "https://b.example/q");
        assert_eq!(follow("http://a.example/", "https://b.example/", true).unwrap(), "https://b.example/");
        assert_eq!(follow("http://a.example/", "http://b.example/", false).unwrap(), "http://b.example/");
        assert_eq!(follow("http://[::1]/", "http://127.0.0.1/", true).unwrap(), "http://127.0.0.1/");
        assert_eq!(follow(from, "https://u:p@b.example/", true).unwrap(), "https://b.example/");
    }

    #[test]
    fn the_others_are_not() {
        let from = "https://a.example/";
        assert_eq!(follow(from, "http://a.example/", false), Err(RedirectFault::Downgrade));
        assert_eq!(follow(from, "ftp://a.example/", false), Err(RedirectFault::NoUrl));
        assert_eq!(follow("http://localhost/", "http://a.example/", true), Err(RedirectFault::InTheClear));
        let url = Url::parse(from).unwrap();
        assert_eq!(next(&url, Some("/"), MOST, false), Err(RedirectFault::TooMany));
        assert_eq!(next(&url, None, 0, false), Err(RedirectFault::NoUrl));
    }
}

//! The public tree's layout: stable, because servers and devices rely on it (`docs/publishing.md`).

use super::error::PublishError;
use std::path::{Component, Path};
use waybill_schemas::{ContentUrl, Mac};

/// The encrypted content in its folder.
pub(super) const CONTENT: &str = "content.bin";

/// The digests of its pieces, beside it.
pub(super) const PIECES: &str = "pieces.json";

/// What a document's name ends in.
pub(super) const DOCUMENT_SUFFIX: &str = ".content.json";

/// The URL of a content below `base`, whose query (a SAS token) is kept.
pub(super) fn url_below(base: &str, mac: &Mac) -> Result<ContentUrl, PublishError> {
    let (path, query) = match base.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (base, String::new()),
    };
    let url = format!("{}/{mac}/{CONTENT}{query}", path.trim_end_matches('/'));
    let url = ContentUrl::new(url).map_err(PublishError::Url)?;
    if url.is_absolute() { Ok(url) } else { Err(PublishError::BaseUrlRelative) }
}

/// The URL of a content in the folder that `way` leads down to from its document.
pub(super) fn url_down(way: &Path, mac: &Mac) -> Result<ContentUrl, PublishError> {
    let mut url = String::new();
    for component in way.components() {
        if let Component::Normal(name) = component {
            encode(name.as_encoded_bytes(), &mut url);
            url.push('/');
        }
    }
    ContentUrl::new(format!("{url}{mac}/{CONTENT}")).map_err(PublishError::Url)
}

/// Percent-encodes everything but the unreserved characters (RFC 3986, 2.3).
fn encode(name: &[u8], out: &mut String) {
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::ContentUrlFault;

    const MAC: Mac = Mac::new([0xAB; 32]);

    #[test]
    fn the_query_of_a_base_url_is_kept_at_the_end() {
        let rest = format!("{}/content.bin", "ab".repeat(32));
        for (base, url) in [
            ("https://cdn.example", format!("https://cdn.example/{rest}")),
            ("https://cdn.example/apps/", format!("https://cdn.example/apps/{rest}")),
            ("http://[::1]:80/a?sv=1&sig=x%2Fy", format!("http://[::1]:80/a/{rest}?sv=1&sig=x%2Fy")),
        ] {
            assert_eq!(url_below(base, &MAC).unwrap().as_str(), url);
        }
    }

    #[test]
    fn a_base_url_is_absolute_and_http() {
        for base in ["", "apps", "cdn.example/apps", "/srv/www"] {
            let error = url_below(base, &MAC).unwrap_err();
            assert!(matches!(error, PublishError::BaseUrlRelative | PublishError::Url(_)), "{base}: {error}");
        }
        let fault = |base: &str| match url_below(base, &MAC).unwrap_err() {
            PublishError::Url(fault) => fault,
            other => panic!("{base}: {other}"),
        };
        assert_eq!(fault("ftp://cdn.example"), ContentUrlFault::Scheme);
        assert_eq!(fault("https://"), ContentUrlFault::Scheme);
        assert_eq!(fault("https://u:p@cdn.example"), ContentUrlFault::Host);
        assert_eq!(fault("https://cdn.example/a b"), ContentUrlFault::Character);
        assert_eq!(fault("https://cdn.example/a#b"), ContentUrlFault::Character);
    }

    #[test]
    fn names_on_the_way_down_are_percent_encoded() {
        let url = |way: &Path| url_down(way, &MAC).map(|url| url.as_str().to_owned()).unwrap();
        let rest = format!("{}/content.bin", "ab".repeat(32));
        assert_eq!(url(Path::new("")), rest);
        let way = Path::new("my apps").join("50 % (ü)?#");
        assert_eq!(url(&way), format!("my%20apps/50%20%25%20%28%C3%BC%29%3F%23/{rest}"));
    }
}

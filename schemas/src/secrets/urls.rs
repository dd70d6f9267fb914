//! Secrets in URLs: what stands before the host, and the parameters of the query that somebody signs in with.

use super::{names, steps};

/// How far the end of a password is searched that holds a `/`.
const LONGEST_PASSWORD: usize = 512;

/// In the order of the array: what stands before the host, what ends it, `@` and `:`, as they are, as JSON may escape
/// them, and in a URL that is a parameter of another one.
const SPELLINGS: [[&str; 4]; 3] =
    [["://", "/", "@", ":"], [r":\/\/", r"\/", "@", ":"], ["%3A%2F%2F", "%2F", "%40", "%3A"]];

/// The passwords of `scheme://user:password@host`, and tokens that stand in the user's place.
pub(super) fn passwords(line: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for [sign, slash, at_sign, colon] in SPELLINGS {
        for (at, _) in line.match_indices(sign) {
            let start = at + sign.len();
            let near = &line[start..line.floor_char_boundary(start + LONGEST_PASSWORD)];
            let word = &near[..near.find(is_end).unwrap_or(near.len())];
            let authority = &word[..word.find(slash).or_else(|| word.find('?')).unwrap_or(word.len())];
            let user = authority.rfind(at_sign).map(|end| &authority[..end]);
            // `user:pass/word@host`: not right, and typed all the same. A port has digits only.
            let broken = || {
                let behind = authority.split_once(colon)?.1;
                let is_port = behind.bytes().all(|byte| byte.is_ascii_digit());
                word.rfind(at_sign).filter(|_| !is_port).map(|end| &word[..end])
            };
            let Some(user) = user.or_else(broken) else { continue };
            let is_web = is_web(&line[..at]);
            match user.find(colon) {
                // A long name before the password is a token: `https://TOKEN:x-oauth-basic@host`.
                Some(length) if length >= 20 => found.push((start, start + user.len())),
                Some(length) => found.push((start + length + colon.len(), start + user.len())),
                None if is_web => found.push((start, start + user.len())),
                None => {}
            }
        }
    }
    found
}

/// Whether the scheme that the text ends with is that of the web, where a user without a password is a token.
fn is_web(before: &str) -> bool {
    let tail = &before[before.ceil_char_boundary(before.len().saturating_sub(5))..];
    tail.to_ascii_lowercase().trim_end_matches('s').ends_with("http")
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

/// `?code=x`, `&ticket=x`, `%3Fcode%3Dx`, `#access_token=x`.
pub(super) fn queries(line: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    for word in line.split(is_end) {
        let start = from;
        from += word.len() + line[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        let query = [("?", 1), ("%3F", 3), ("%3f", 3), ("#", 1)]
            .iter()
            .filter_map(|(sign, length)| Some(word.find(sign)? + length));
        let Some(query) = query.min() else { continue };
        parameters(line, start + query, start + word.len(), &mut found);
    }
    found
}

/// The values of the parameters that stand between `start` and `end` and sign in.
fn parameters(line: &str, start: usize, end: usize, found: &mut Vec<(usize, usize)>) {
    let signs = line[start..end].match_indices(['&', ';', '#', '%']).filter_map(|(at, sign)| {
        let at = start + at;
        steps::count(1);
        match sign {
            "%" => matches!(line[at..end].get(..3), Some("%26" | "%23")).then_some((at, 3)),
            _ => Some((at, 1)),
        }
    });
    let mut from = start;
    for (at, length) in signs.chain([(end, 0)]) {
        steps::count(at - from);
        found.extend(value_of_parameter(line, from, at));
        from = at + length;
    }
}

/// The value of the one parameter between `start` and `end`, if that signs in.
fn value_of_parameter(line: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let part = &line[start..end];
    let signs = ["=", "%3D", "%3d"].iter().filter_map(|sign| Some((part.find(sign)?, sign.len())));
    let (at, length) = signs.min()?;
    let (name, value) = (&part[..at], &part[at + length..]);
    // The `26` and `3F` of escaped signs, and the rest of `&amp;`.
    let name = name.rsplit(['%', '?']).next().unwrap_or(name);
    // A code of few digits says how something ended.
    let is_number = name.eq_ignore_ascii_case("code") && value.len() <= 5;
    let signs_in = names::signs_in(name) || names::signs_in(name.trim_start_matches("26"));
    (!value.is_empty() && !is_number && signs_in).then_some((start + at + length, end))
}

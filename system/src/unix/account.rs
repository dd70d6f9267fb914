//! Whose program this is: `/etc/passwd`, as far as it knows.

use crate::SignedInUser;
use std::fs;

/// Somebody with an account.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) home: String,
}

/// Whoever runs this program. Accounts of a directory service are not in the file: their name and home are what the
/// login has put into USER and HOME.
pub(super) fn own() -> Person {
    let id = own_id();
    let known = fs::read_to_string("/etc/passwd").ok().and_then(|accounts| find(&accounts, id));
    known.unwrap_or_else(|| Person {
        name: std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()),
        home: std::env::var("HOME").ok().filter(|home| home.starts_with('/')).unwrap_or_else(|| "/".into()),
    })
}

pub(super) fn own_user() -> SignedInUser {
    SignedInUser { name: own().name, id: own_id().to_string() }
}

pub(super) fn own_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Lines of `name:password:uid:gid:comment:home:shell` (passwd(5)).
fn find(accounts: &str, id: u32) -> Option<Person> {
    accounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_own = fields.get(2)?.parse() == Ok(id);
        let (name, home) = (fields.first()?, fields.get(5)?);
        (is_own && home.starts_with('/'))
            .then(|| Person { name: (*name).to_owned(), home: (*home).to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_number() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\n# junk\nalex:x:1000:1000:Alex,,,:/home/alex:/bin/sh\nold:x:7\n";
        let alex = find(accounts, 1000).unwrap();
        assert_eq!((alex.name.as_str(), alex.home.as_str()), ("alex", "/home/alex"));
        assert!(find(accounts, 7).is_none() && find(accounts, 2).is_none());
    }

    #[test]
    fn whoever_runs_this_has_a_name_and_a_home() {
        let own = own();
        assert!(!own.name.is_empty() && own.home.starts_with('/'));
        assert_eq!(own_user().id, own_id().to_string());
    }
}

//! Publishing into a store that is no folder: nothing but the trait is asked of it.

use super::{MIB, content_of, info, opened, package};
use crate::{
    CONTENT, ContentOptions, Damage, Key, PIECES, Publication, PublishError, PublishedContent, Put, Store,
    StoreError, Upload, publish_content,
};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::sync::Mutex;
use waybill_context::Context;

/// Objects by their keys, as an object store has them.
#[derive(Default)]
struct MemoryStore(Mutex<BTreeMap<Key, Vec<u8>>>);

struct MemoryUpload<'a> {
    store: &'a MemoryStore,
    group: Key,
    objects: Vec<(String, Vec<u8>)>,
}

impl Store for MemoryStore {
    fn upload(&self, group: &Key, _: &Context<'_>) -> Result<Box<dyn Upload + '_>, StoreError> {
        Ok(Box::new(MemoryUpload { store: self, group: group.clone(), objects: Vec::new() }))
    }

    fn get(&self, key: &Key) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        let bytes = self.0.lock().unwrap().get(key).cloned();
        Ok(bytes.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
    }

    fn head(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        Ok(self.0.lock().unwrap().get(key).map(|bytes| bytes.len() as u64))
    }

    fn list(&self, group: &Key) -> Result<Option<Vec<Key>>, StoreError> {
        let prefix = format!("{group}/");
        let keys: Vec<Key> =
            self.0.lock().unwrap().keys().filter(|key| key.as_str().starts_with(&prefix)).cloned().collect();
        Ok((!keys.is_empty()).then_some(keys))
    }

    fn location(&self, key: &Key) -> String {
        format!("memory:{key}")
    }
}

impl Upload for MemoryUpload<'_> {
    fn object(&mut self, name: &str, length: u64) -> Result<&mut dyn Write, StoreError> {
        self.objects.push((name.to_owned(), Vec::with_capacity(length as usize)));
        Ok(&mut self.objects.last_mut().unwrap().1)
    }

    fn put_if_absent(&mut self, _: &Context<'_>) -> Result<Put, StoreError> {
        if self.store.list(&self.group)?.is_some() {
            return Ok(Put::AlreadyThere);
        }
        let named = self.objects.drain(..).map(|(name, bytes)| (self.group.join(&name).unwrap(), bytes));
        self.store.0.lock().unwrap().extend(named);
        Ok(Put::Written)
    }

    fn replace(&mut self, name: &str, _: &Context<'_>) -> Result<(), StoreError> {
        let (_, bytes) = self.objects.iter().find(|(object, _)| object == name).unwrap();
        self.store.0.lock().unwrap().insert(self.group.join(name).unwrap(), bytes.clone());
        Ok(())
    }
}

fn put(store: &MemoryStore, package: &[u8], repair: bool) -> Result<PublishedContent, PublishError> {
    let options = ContentOptions { repair, ..ContentOptions::default() };
    publish_content(opened(package.to_vec()), store, &options, &Context::silent())
}

#[test]
fn any_store_holds_a_content_once_and_is_repaired() {
    let (store, package) = (MemoryStore::default(), package(2 * MIB, 70));
    let written = put(&store, &package, false).unwrap();
    assert_eq!(written.publication, Publication::Written);
    assert_eq!(written.group.as_str(), info(&package).mac.to_hex());
    let keys = [CONTENT, PIECES].map(|name| written.group.join(name).unwrap());
    assert_eq!(store.list(&written.group).unwrap(), Some(keys.to_vec()));
    assert!(store.0.lock().unwrap()[&keys[0]] == content_of(&package));
    assert_eq!(put(&store, &package, false).unwrap().publication, Publication::AlreadyThere);

    store.0.lock().unwrap().get_mut(&keys[0]).unwrap()[MIB] ^= 1;
    let error = put(&store, &package, false).unwrap_err();
    assert!(
        matches!(error, PublishError::Damaged { damage: Damage::Pieces { wrong: 1, .. }, .. }),
        "{error}"
    );
    assert!(error.to_string().starts_with(&format!("memory:{}: ", written.group)), "{error}");
    assert_eq!(put(&store, &package, true).unwrap().publication, Publication::Repaired);
    assert!(store.0.lock().unwrap()[&keys[0]] == content_of(&package));
}

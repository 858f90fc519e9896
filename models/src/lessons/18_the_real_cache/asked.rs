use selvedge::check::require;

/// The document's cache, for one key.
#[derive(Debug)]
pub struct Cache {
    clock: Clock,
    item: RwLock<Option<Item>>,
}

/// The document's item.
#[derive(Clone, Debug)]
pub struct Item {
    value: &'static str,
    expires: Instant,
}

impl Cache {
    /// A cache with an item that has expired.
    fn with_expired_item() -> Self {
        let clock = Clock::manual();
        let item = Item { value: "Alice", expires: clock.now() + Duration::from_secs(1) };
        clock.advance(Duration::from_secs(2));
        Cache { clock, item: RwLock::new(Some(item)) }
    }

    /// The document's Set.
    fn set(&self, value: &'static str, ttl: Duration) {
        let mut item = self.item.write();
        *item = Some(Item { value, expires: self.clock.now() + ttl });
    }
}

/// What is left in the cache when one gets an item that has expired, as in the document, and another sets it anew.
pub fn program() -> Option<&'static str> {
    let cache = Cache::with_expired_item();
    let get = || {
        let item = cache.item.read().clone();
        if item.is_some_and(|item| cache.clock.now() > item.expires) {
            *cache.item.write() = None;
        }
    };
    thread::scope(|scope| {
        scope.spawn(get);
        cache.set("Alice", Duration::from_secs(60));
    });
    let item = cache.item.read();
    item.as_ref().map(|item| item.value)
}

/// What has expired is taken out, and what is fresh is kept.
pub fn check() {
    let cache = Cache::with_expired_item();
    thread::scope(|scope| {
        scope.spawn(|| get(&cache));
        cache.set("Alice", Duration::from_secs(60));
    });
    require(get(&cache) == Some("Alice"), || "a value that was set a moment ago is gone".to_owned());

    let cache = Cache::with_expired_item();
    require(get(&cache).is_none(), || "a value is given out that has expired".to_owned());
    require(cache.item.read().is_none(), || "a value that has expired is kept".to_owned());
}

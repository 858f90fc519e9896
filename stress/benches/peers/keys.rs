//! What has keys, and which of them a thread asks for, drawn beforehand: what is measured is the structure and not the
//! drawing.

use rand::distr::{Distribution, Uniform};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Zipf;

/// The exponent of the YCSB benchmark (Cooper et al. 2010): half of the requests are for some per cent of the keys.
const ZIPF_EXPONENT: f64 = 0.99;

/// How the keys are spread.
#[derive(Clone, Copy, Debug)]
pub enum Skew {
    Uniform,
    Zipf,
}

impl Skew {
    pub fn name(self) -> &'static str {
        match self {
            Skew::Uniform => "uniform",
            Skew::Zipf => "Zipf",
        }
    }
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub key: u64,
    pub is_read: bool,
}

/// The first `count` that the `thread`th thread asks for: `reads` of 100 are reads, of keys below `keys`.
pub fn drawn(count: usize, keys: u64, skew: Skew, reads: u32, thread: usize) -> Vec<Request> {
    let mut random = SmallRng::seed_from_u64(thread as u64);
    let uniform = Uniform::new(0, keys).expect("there are keys");
    let zipf = Zipf::new(keys as f64, ZIPF_EXPONENT).expect("a valid exponent");
    (0..count)
        .map(|_| {
            let key = match skew {
                Skew::Uniform => uniform.sample(&mut random),
                // From 1 to `keys`.
                Skew::Zipf => zipf.sample(&mut random) as u64 - 1,
            };
            Request { key, is_read: random.random_ratio(reads, 100) }
        })
        .collect()
}

/// A map or a cache.
pub trait Map: Sync {
    fn get(&self, key: u64) -> Option<u64>;
    fn set(&self, key: u64, value: u64);
    fn remove(&self, key: u64);
}

/// A map, by what its operations are called there. The key to remove is borrowed, as by most of them.
macro_rules! map {
    ($map:ty, $get:expr, $set:expr, $remove:expr) => {
        impl Map for $map {
            fn get(&self, key: u64) -> Option<u64> {
                $get(self, key)
            }

            fn set(&self, key: u64, value: u64) {
                $set(self, key, value);
            }

            fn remove(&self, key: u64) {
                $remove(self, &key);
            }
        }
    };
}
pub(crate) use map;

//! The [broken twins](crate#twins), one file and one mistake each.

mod compare_exchange_with_aba;

pub use compare_exchange_with_aba::CompareExchangeWithAba;

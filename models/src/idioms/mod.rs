//! Idioms that the patterns are made of, each as a minimal pair: the correct form stands here, beside
//! the check that it passes, and the broken one in [`defects`](crate::defects).

pub mod buffer;
pub mod gate;
pub mod handover;
pub mod locks;
pub mod memory;
pub mod recycling;

use crate::catalogue::Check;

pub(crate) const ALL: [fn() -> Vec<Check>; 6] =
    [buffer::checks, gate::checks, locks::checks, handover::checks, recycling::checks, memory::checks];

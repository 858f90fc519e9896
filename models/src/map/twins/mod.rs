//! The [broken twins](crate#twins), one file and one mistake each.

mod anagrams_in_one_shard;
mod get_then_set;
mod len_beside_the_map;
mod load_outside_the_lock;
mod mask_of_any_number;
mod second_look_forgotten;

pub use anagrams_in_one_shard::AnagramsInOneShard;
pub use get_then_set::GetThenSet;
pub use len_beside_the_map::LenBesideTheMap;
pub use load_outside_the_lock::LoadOutsideTheLock;
pub use mask_of_any_number::MaskOfAnyNumber;
pub use second_look_forgotten::SecondLookForgotten;

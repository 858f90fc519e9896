//! The checker against the definition: every order of small histories, enumerated.

mod brute_force;
mod by_hand;
mod exhaustive;
mod objects;

//! Lock order. The solution: everybody locks the lower number first, whichever way the money goes.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot: whether the transfer there could
/// lock both, and whether the one back could.
pub const PREDICTED: &[(bool, bool)] = &[(false, false), (false, true), (true, false), (true, true)];

/// The two accounts, in the order in which a transfer locks them.
pub fn in_order<'a>(from: &'a Account, to: &'a Account) -> [&'a Account; 2] {
    if from.number < to.number { [from, to] } else { [to, from] }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");

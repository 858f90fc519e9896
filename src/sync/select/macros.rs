//! The macros: `select!` and `select_biased!`.

/// Waits until one of several operations on channels can go ahead, and runs its body.
///
/// - `recv(source) -> message => body`: any [`Source`](crate::sync::select::Source); `message` is a
///   `Result`, an error where the channel is empty and closed.
/// - `send(sender, message) -> result => body`: the message is only made if this arm is taken; `result` is a `Result`,
///   an error if no receiver is left.
/// - `default => body`: if no other arm is ready now.
/// - `default(duration) => body`: if no other arm gets ready in that time of the system's clock; under an engine it may
///   pass at any moment.
/// - `timeout(clock, duration) => body`: if no other arm gets ready in that time of a clock.
///
/// If several are ready, any of them may be taken; an engine tries each.
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::{channel, select, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let (sender, numbers) = channel::unbounded();
/// let (_open, words) = channel::unbounded::<&str>();
/// sender.send(7).unwrap();
/// let got = select! {
///     recv(numbers) -> number => format!("number {}", number.unwrap()),
///     recv(words) -> word => format!("word {}", word.unwrap()),
///     timeout(Clock::system(), Duration::from_secs(60)) => "nothing".to_owned(),
/// };
/// assert_eq!(got, "number 7");
/// let (full, _there) = channel::bounded(0);
/// let sent = select! {
///     default => false,
///     send(full, got) -> result => result.is_ok(),
/// };
/// assert!(!sent, "nobody waits for it");
/// # });
/// ```
#[macro_export]
macro_rules! select {
    // Everything is registered: wait, and dispatch.
    (@list $select:ident [$($arm:tt)*] {}) => {{
        let operation = $select.select();
        $crate::select!(@run operation [$($arm)*])
    }};
    (@list $select:ident [$($arm:tt)*] {(now) $default:expr}) => {
        match $select.try_select() {
            Ok(operation) => $crate::select!(@run operation [$($arm)*]),
            Err(_) => $default,
        }
    };
    (@list $select:ident [$($arm:tt)*] {(after $duration:expr) $default:expr}) => {
        match $select.select_timeout($duration) {
            Ok(operation) => $crate::select!(@run operation [$($arm)*]),
            Err(_) => $default,
        }
    };
    (@list $select:ident $arms:tt $default:tt , $($rest:tt)*) => {
        $crate::select!(@list $select $arms $default $($rest)*)
    };
    // An arm: its head, and then its body.
    (@list $select:ident $arms:tt $default:tt recv($source:expr $(,)?) -> $message:pat => $($rest:tt)+) => {
        $crate::select!(@body $select $arms $default (recv ($source) $message) $($rest)+)
    };
    (@list $select:ident $arms:tt $default:tt send($sender:expr, $message:expr $(,)?) -> $result:pat => $($rest:tt)+) => {
        $crate::select!(@body $select $arms $default (send ($sender) ($message) $result) $($rest)+)
    };
    (@list $select:ident $arms:tt {} default $(())? => $($rest:tt)+) => {
        $crate::select!(@body $select $arms {} (default now) $($rest)+)
    };
    (@list $select:ident $arms:tt {} default($duration:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@body $select $arms {} (default after $duration) $($rest)+)
    };
    (@list $select:ident $arms:tt $default:tt timeout($clock:expr, $duration:expr $(,)?) => $($rest:tt)+) => {{
        let timer = $clock.after($duration);
        $crate::select!(@body $select $arms $default (recv (timer) _) $($rest)+)
    }};
    (@body $select:ident $arms:tt $default:tt $head:tt $body:block $($rest:tt)*) => {
        $crate::select!(@add $select $arms $default $head ($body) $($rest)*)
    };
    (@body $select:ident $arms:tt $default:tt $head:tt $body:expr, $($rest:tt)*) => {
        $crate::select!(@add $select $arms $default $head ($body) $($rest)*)
    };
    (@body $select:ident $arms:tt $default:tt $head:tt $body:expr) => {
        $crate::select!(@add $select $arms $default $head ($body))
    };
    // A match, so that temporaries live as long as it.
    (@add $select:ident [$($arm:tt)*] $default:tt (recv ($source:expr) $message:pat) ($body:expr) $($rest:tt)*) => {
        match $source {
            ref source => {
                let place = $select.recv(source);
                $crate::select!(@list $select [$($arm)* (place (recv source $message) $body)] $default $($rest)*)
            }
        }
    };
    (@add $select:ident [$($arm:tt)*] $default:tt (send ($sender:expr) ($message:expr) $result:pat) ($body:expr)
        $($rest:tt)*) => {
        match $sender {
            ref sender => {
                let sender: &$crate::sync::channel::Sender<_> = sender;
                let place = $select.send(sender);
                $crate::select!(@list $select [$($arm)* (place (send sender ($message) $result) $body)] $default $($rest)*)
            }
        }
    };
    (@add $select:ident $arms:tt {} (default $($when:tt)+) ($body:expr) $($rest:tt)*) => {
        $crate::select!(@list $select $arms {($($when)+) $body} $($rest)*)
    };
    (@run $operation:ident []) => {
        unreachable!("{:?} is none of the arms", $operation)
    };
    (@run $operation:ident [($place:ident $head:tt $body:expr)]) => {{
        debug_assert_eq!($operation.index(), $place);
        $crate::select!(@complete $operation $head $body)
    }};
    (@run $operation:ident [($place:ident $head:tt $body:expr) $($arm:tt)+]) => {
        if $operation.index() == $place {
            $crate::select!(@complete $operation $head $body)
        } else {
            $crate::select!(@run $operation [$($arm)+])
        }
    };
    (@complete $operation:ident (recv $source:ident $message:pat) $body:expr) => {{
        let $message = $operation.recv($source);
        $body
    }};
    (@complete $operation:ident (send $sender:ident ($message:expr) $result:pat) $body:expr) => {{
        let $result = $operation.send($sender, $message);
        $body
    }};
    ($($arms:tt)+) => {{
        let mut select = $crate::sync::select::Select::new();
        $crate::select!(@list select [] {} $($arms)+)
    }};
}

/// [`select!`](crate::select!), but where several operations are ready the first of them is taken, in the order in which they
/// are written.
///
/// It looks at one after the other, as crossbeam-channel's does: what gets ready when it was looked at already is passed
/// over for another that is ready when its turn comes, and an engine tries that too. A deadline's turn is the last.
///
/// ```
/// use selvedge::sync::{channel, select_biased};
///
/// # selvedge::check::verify(|| {
/// let (urgent, first) = channel::unbounded();
/// let (other, second) = channel::unbounded();
/// other.send(2).unwrap();
/// urgent.send(1).unwrap();
/// let got = select_biased! {
///     recv(first) -> message => message,
///     recv(second) -> message => message,
/// };
/// assert_eq!(got, Ok(1));
/// # });
/// ```
#[macro_export]
macro_rules! select_biased {
    ($($arms:tt)+) => {{
        let mut select = $crate::sync::select::Select::new_biased();
        $crate::select!(@list select [] {} $($arms)+)
    }};
}

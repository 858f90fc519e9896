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
/// If several are ready, any of them may be taken; an engine tries each. There are at most 32 arms, as in crossbeam-channel.
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
    // Every arm is known.
    (@list $new:ident $arms:tt $default:tt) => {
        $crate::__select_arms!($new $arms $default)
    };
    (@list $new:ident $arms:tt $default:tt , $($rest:tt)*) => {
        $crate::select!(@list $new $arms $default $($rest)*)
    };
    // An arm: its head, and then its body.
    (@list $new:ident $arms:tt $default:tt recv($source:expr $(,)?) -> $message:pat => $($rest:tt)+) => {
        $crate::select!(@body $new $arms $default (recv ($source) $message) $($rest)+)
    };
    (@list $new:ident $arms:tt $default:tt send($sender:expr, $message:expr $(,)?) -> $result:pat => $($rest:tt)+) => {
        $crate::select!(@body $new $arms $default (send ($sender) ($message) $result) $($rest)+)
    };
    (@list $new:ident $arms:tt {} default $(())? => $($rest:tt)+) => {
        $crate::select!(@body $new $arms {} (default ()) $($rest)+)
    };
    (@list $new:ident $arms:tt {} default($duration:expr $(,)?) => $($rest:tt)+) => {
        $crate::select!(@body $new $arms {} (default ($duration)) $($rest)+)
    };
    (@list $new:ident $arms:tt $default:tt timeout($clock:expr, $duration:expr $(,)?) => $($rest:tt)+) => {{
        let timer = $clock.after($duration);
        $crate::select!(@body $new $arms $default (recv (timer) _) $($rest)+)
    }};
    (@body $new:ident $arms:tt $default:tt $head:tt $body:block $($rest:tt)*) => {
        $crate::select!(@add $new $arms $default $head ($body) $($rest)*)
    };
    (@body $new:ident $arms:tt $default:tt $head:tt $body:expr, $($rest:tt)*) => {
        $crate::select!(@add $new $arms $default $head ($body) $($rest)*)
    };
    (@body $new:ident $arms:tt $default:tt $head:tt $body:expr) => {
        $crate::select!(@add $new $arms $default $head ($body))
    };
    // A match, so that temporaries live as long as it.
    (@add $new:ident [$($arm:tt)*] $default:tt (recv ($source:expr) $message:pat) ($body:expr) $($rest:tt)*) => {
        match $source {
            ref source => {
                let source = $crate::sync::select::AsSource::as_source(source);
                $crate::select!(@list $new [$($arm)* (recv source () $message, $body)] $default $($rest)*)
            }
        }
    };
    (@add $new:ident [$($arm:tt)*] $default:tt (send ($sender:expr) ($message:expr) $result:pat) ($body:expr)
        $($rest:tt)*) => {
        match $sender {
            ref sender => {
                let sender: &$crate::sync::channel::Sender<_> = sender;
                $crate::select!(@list $new [$($arm)* (send sender ($message) $result, $body)] $default $($rest)*)
            }
        }
    };
    (@add $new:ident $arms:tt {} (default $when:tt) ($body:expr) $($rest:tt)*) => {
        $crate::select!(@list $new $arms {$when $body} $($rest)*)
    };
    // By a `Select`: whichever arm is taken, its operation is completed, and its body runs.
    (@by_hand $new:ident $arms:tt {}) => {{
        let operation = $crate::select!(@registered $new $arms).select();
        $crate::select!(@complete operation 0, $arms)
    }};
    (@by_hand $new:ident $arms:tt {() $default:expr}) => {{
        let selected = $crate::select!(@registered $new $arms).try_select();
        $crate::select!(@complete_or selected $arms $default)
    }};
    (@by_hand $new:ident $arms:tt {($duration:expr) $default:expr}) => {{
        let selected = $crate::select!(@registered $new $arms).select_timeout($duration);
        $crate::select!(@complete_or selected $arms $default)
    }};
    // The select is gone by now, as a temporary of a match would not be.
    (@complete_or $selected:ident $arms:tt $default:expr) => {
        match $selected {
            Ok(operation) => $crate::select!(@complete operation 0, $arms),
            Err(_) => $default,
        }
    };
    (@registered $new:ident [$(($verb:ident $channel:ident $($arm:tt)*))*]) => {{
        let mut select = $crate::sync::select::Select::$new();
        $(select.$verb($channel);)*
        select
    }};
    (@complete $operation:ident $number:expr, []) => {
        unreachable!("{:?} is none of the arms", $operation)
    };
    (@complete $operation:ident $number:expr,
        [($verb:ident $channel:ident ($($message:expr)?) $answer:pat, $body:expr) $($rest:tt)*]
    ) => {
        if $operation.index() == $number {
            let $answer = $operation.$verb($channel $(, $message)?);
            $body
        } else {
            $crate::select!(@complete $operation $number + 1, [$($rest)*])
        }
    };
    ($($arms:tt)+) => {
        $crate::select!(@list new [] {} $($arms)+)
    };
}

/// A select whose arms are known.
#[cfg(any(loom, shuttle, jitter))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select_arms {
    ($($select:tt)*) => {
        $crate::select!(@by_hand $($select)*)
    };
}

/// A select whose arms are known. Where all of them receive from plain channels, it is crossbeam's `select!`, which keeps its
/// arms on the stack. Which they are is known by their types, where bodies cannot differ: so each arm has a number, and a place
/// for what it receives, and the bodies come behind. What is sent may be moved, and has to be made where the body is.
#[cfg(not(any(loom, shuttle, jitter)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select_arms {
    ($new:ident [$((recv $source:ident () $message:pat, $body:expr))+] $default:tt) => {
        $crate::__select_arms!(@number $new 0, [] [$((recv $source () $message, $body))+] $default)
    };
    ($new:ident [$($arm:tt)*] $default:tt) => {
        $crate::select!(@by_hand $new [$($arm)*] $default)
    };
    (@number $new:ident $number:expr, [$($arm:tt)*] [(recv $($next:tt)*) $($rest:tt)*] $default:tt) => {{
        #[allow(unused_assignments, reason = "a single arm always has one")]
        let mut received = None;
        $crate::__select_arms!(@number $new $number + 1, [$($arm)* ($number, received, $($next)*)] [$($rest)*] $default)
    }};
    (@number $new:ident $count:expr,
        [$(($number:expr, $received:ident, $source:ident () $message:pat, $body:expr))+] []
        {$(($($duration:expr)?) $default:expr)?}
    ) => {{
        let taken = if $($crate::sync::select::Source::deadline($source).is_some())||+ {
            $crate::select!(@by_hand $new
                [$((recv $source () message, { $received = Some(message); $number }))+] {$(($($duration)?) $crate::__select_arms!(@instead $count, $default))?})
        } else {
            $crate::sync::select::bare::$new! {
                $(recv($crate::sync::select::Source::channel($source)) -> message => { $received = Some(message); $number })+
                $(default($($duration)?) => $count,)?
            }
        };
        $(if taken == $number {
            let $message = $received.expect("the arm that was taken has received something");
            $body
        } else)+ {
            $crate::__select_arms!(@default taken $($default)?)
        }
    }};
    (@instead $count:expr, $default:expr) => {
        $count
    };
    (@default $taken:ident $default:expr) => {
        $default
    };
    (@default $taken:ident) => {
        unreachable!("{} is none of the arms", $taken)
    };
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
    ($($arms:tt)+) => {
        $crate::select!(@list new_biased [] {} $($arms)+)
    };
}

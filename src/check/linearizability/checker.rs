//! The front door: which criterion, what budget, which parts.

use std::hash::Hash;

use super::answer::{Answer, Counterexample};
use super::history::{Event, History};
use super::object::{Object, Specified};
use super::parts::{Points, parts, without_time_between_rests};
use super::plan::Plan;
use super::program_order::ProgramOrder;
use super::real_time::RealTime;
use super::search::{Found, Order, Search};
use super::specification::{Next, Specification};

/// How many steps the first turn of a part has, in addition to one for each of its operations.
const FIRST_TURN: u64 = 1 << 12;

/// What an order has to respect to explain a history.
///
/// ```
/// use selvedge::check::linearizability::{Checker, Criterion, History, Sequential};
///
/// struct Register;
///
/// impl Sequential for Register {
///     type State = u32;
///     type Op = Option<u32>;
///     type Ret = u32;
///
///     fn initial(&self) -> u32 {
///         0
///     }
///
///     /// Writes, or reads if there is nothing to write; answers what is there then.
///     fn apply(&self, value: &mut u32, op: &Option<u32>) -> u32 {
///         *value = op.unwrap_or(*value);
///         *value
///     }
/// }
///
/// // A read that comes too late for linearizability: it misses a write that had returned.
/// let mut history = History::new();
/// history.invoke(0, Some(1))?;
/// history.respond(0, 1)?;
/// history.invoke(1, None)?;
/// history.respond(1, 0)?;
/// let under = |criterion| Checker::new().criterion(criterion).check(&Register, &history).is_linearizable();
/// assert!(!under(Criterion::Linearizable));
/// assert!(!under(Criterion::QuiescentlyConsistent));
/// assert!(under(Criterion::SequentiallyConsistent));
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Criterion {
    /// An operation that returned before another was invoked comes before it (Herlihy and Wing 1990).
    #[default]
    Linearizable,
    /// The operations of each process keep their order; time between processes does not count (Lamport 1979).
    SequentiallyConsistent,
    /// Operations that are separated by a moment at which no operation is under way keep their order; nothing else
    /// counts (Aspnes, Herlihy and Shavit, "Counting networks", JACM 1994). After the invocation of an operation that
    /// never returns there is no such moment.
    QuiescentlyConsistent,
}

/// Looks for an order that explains a history.
///
/// ```
/// use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
///
/// struct Stack;
///
/// impl Sequential for Stack {
///     type State = Vec<u32>;
///     type Op = Option<u32>;
///     type Ret = Option<u32>;
///
///     fn initial(&self) -> Vec<u32> {
///         Vec::new()
///     }
///
///     /// Pushes, or pops if there is nothing to push.
///     fn apply(&self, stack: &mut Vec<u32>, op: &Option<u32>) -> Option<u32> {
///         match op {
///             Some(value) => {
///                 stack.push(*value);
///                 None
///             }
///             None => stack.pop(),
///         }
///     }
/// }
///
/// let mut history = History::new();
/// history.invoke(0, Some(7))?;
/// history.invoke(1, None)?;
/// history.respond(1, Some(7))?;
/// let checker = Checker::new().budget(1_000_000);
/// assert_eq!(checker.check(&Stack, &history), Answer::Linearizable(vec![0, 1]));
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checker {
    criterion: Criterion,
    steps: u64,
    memory: usize,
    unpruned: bool,
}

impl Default for Checker {
    fn default() -> Self {
        Checker::new()
    }
}

impl Checker {
    /// Checks for linearizability, with no bound on the steps and 256 MiB for the memo.
    pub fn new() -> Self {
        Checker { criterion: Criterion::Linearizable, steps: u64::MAX, memory: 256 << 20, unpruned: false }
    }

    /// Checks for another criterion.
    pub fn criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// After how many steps to give up, with [`Answer::Undecided`]. A step is the choice of one operation for the order
    /// among those that could be next; a core takes some millions of steps a second.
    pub fn budget(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// How many bytes the memo may take; twice that for a moment while it forgets. With less memory it forgets sooner,
    /// and the search may take longer.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Leaves nothing out, and remembers nothing: what the pruning is checked against.
    pub fn unpruned(mut self) -> Self {
        self.unpruned = true;
        self
    }

    /// Whether `history` has an explanation by `specification`.
    ///
    /// # Panics
    ///
    /// If [`is_read`](Specification::is_read) is wrong about an operation, and that is noticed.
    pub fn check<S: Specification>(&self, specification: &S, history: &History<S::Op, S::Ret>) -> Answer {
        let order = self.order_of_returns(specification, history);
        order.map_or_else(|| self.search(specification, history), Answer::Linearizable)
    }

    /// The same, without a look at the order of the returns.
    pub(super) fn search<S: Specification>(&self, specification: &S, history: &History<S::Op, S::Ret>) -> Answer {
        let events = self.events(history);
        self.judge(specification, history, &events, vec![events.clone()])
    }

    /// The order in which the operations returned, if it explains them: it does most often, and every criterion allows it.
    /// Where a state may become several, one of them is taken. What is not found here is searched for.
    fn order_of_returns<S: Specification>(
        &self,
        specification: &S,
        history: &History<S::Op, S::Ret>,
    ) -> Option<Vec<usize>> {
        let operations = history.operations();
        if self.unpruned || operations.len() as u64 > self.steps {
            return None;
        }
        let (mut state, mut order) = (specification.initial(), Vec::with_capacity(operations.len()));
        for event in history.events() {
            let &Event::Returned(id) = event else { continue };
            let (operation, mut next) = (&operations[id as usize], Next::new());
            let (op, ret) = (&operation.op, operation.outcome.ret());
            specification.step(&state, op, ret, &mut next);
            match next.states.pop() {
                // The search says what is wrong.
                Some(after) if after != state && specification.is_read(op, ret) => return None,
                Some(after) => state = after,
                None if next.stays => (),
                None => return None,
            }
            order.push(id as usize);
        }
        (order.len() == operations.len()).then_some(order)
    }

    /// The same for an object whose operations on different keys are independent, such as a map: each key has a state
    /// of its own, and is checked by itself.
    ///
    /// A history is linearizable if and only if its part for each key is (Herlihy and Wing's locality; Horn and
    /// Kroening 2015). The same holds for quiescent consistency, if a moment of rest is one at which no operation is
    /// under way for any key. The orders of the parts are merged into one.
    ///
    /// # Panics
    ///
    /// Under sequential consistency, for which this does not hold. And as [`check`](Checker::check).
    ///
    /// ```
    /// use selvedge::check::linearizability::{Checker, History, Sequential};
    ///
    /// /// The counter of one key.
    /// struct Counter;
    ///
    /// impl Sequential for Counter {
    ///     type State = u32;
    ///     type Op = &'static str;
    ///     type Ret = u32;
    ///
    ///     fn initial(&self) -> u32 {
    ///         0
    ///     }
    ///
    ///     fn apply(&self, count: &mut u32, _: &&'static str) -> u32 {
    ///         *count += 1;
    ///         *count
    ///     }
    /// }
    ///
    /// let mut history = History::new();
    /// for (key, count) in [("a", 1), ("b", 1), ("a", 2)] {
    ///     history.invoke(0, key)?;
    ///     history.respond(0, count)?;
    /// }
    /// assert!(Checker::new().check_by_key(&Counter, &history, |key| *key).is_linearizable());
    /// # Ok::<(), selvedge::check::linearizability::Malformed>(())
    /// ```
    pub fn check_by_key<S: Specification, K: Eq + Hash>(
        &self,
        specification: &S,
        history: &History<S::Op, S::Ret>,
        key: impl Fn(&S::Op) -> K,
    ) -> Answer {
        assert!(
            self.criterion != Criterion::SequentiallyConsistent,
            "what is sequentially consistent for each key need not be so as a whole"
        );
        let events = self.events(history);
        let parts = parts(history, &events, key);
        self.judge(specification, history, &events, parts)
    }

    fn judge<S: Specification>(
        &self,
        specification: &S,
        history: &History<S::Op, S::Ret>,
        events: &[Event],
        parts: Vec<Vec<Event>>,
    ) -> Answer {
        let object = |_: &Vec<Event>| Box::new(Specified::new(specification, history)) as Box<dyn Object>;
        let objects = parts.iter().map(object).collect();
        self.decide(objects, history.operations().len(), events, &parts)
    }

    /// Decides all parts: `objects` has one object for each, on which the operations of the part were performed.
    fn decide(
        &self,
        mut objects: Vec<Box<dyn Object + '_>>,
        operations: usize,
        events: &[Event],
        parts: &[Vec<Event>],
    ) -> Answer {
        let mut index_of = vec![0; operations];
        let both = objects.iter_mut().zip(parts);
        let plans: Vec<Plan> = both.map(|(object, events)| Plan::new(&mut **object, events, &mut index_of)).collect();
        if self.criterion == Criterion::SequentiallyConsistent {
            let search = |object, plan| {
                let order = ProgramOrder::new(plan);
                let masks = order.masks();
                Search::new(object, plan, order, masks, self.unpruned)
            };
            // Time does not count, and there is only one part.
            self.take_turns(&plans, objects, search, Points::new(operations, &[]))
        } else {
            let search = |object, plan| {
                let order = RealTime::new(plan);
                let masks = order.masks();
                Search::new(object, plan, order, masks, self.unpruned)
            };
            self.take_turns(&plans, objects, search, Points::new(operations, events))
        }
    }

    /// Searches all parts in turn, for longer and longer, so that a part without an explanation, which decides the
    /// answer, does not wait for parts that take long to explain.
    fn take_turns<'a, O: Order>(
        &self,
        plans: &'a [Plan],
        objects: Vec<Box<dyn Object + 'a>>,
        search: impl Fn(Box<dyn Object + 'a>, &'a Plan) -> Search<'a, O>,
        mut points: Points,
    ) -> Answer {
        let mut left = self.steps;
        let mut undecided: Vec<_> = plans.iter().zip(objects.into_iter().map(Turn::First)).collect();
        let mut length = FIRST_TURN;
        while !undecided.is_empty() {
            let memory = self.memory / undecided.len();
            for (plan, turn) in std::mem::take(&mut undecided) {
                let mut running = match turn {
                    Turn::First(object) => Box::new(search(object, plan)),
                    Turn::Next(paused) => paused,
                };
                let length = length.saturating_add(plan.operations.len() as u64).min(left);
                let mut steps = length;
                let found = running.run(&mut steps, memory);
                left -= length - steps;
                let number = |index: u32| plan.operations[index as usize].id;
                match found {
                    Some(Found::Order(order)) => points.add(order.into_iter().map(number)),
                    Some(Found::Nothing(order, misfit)) => {
                        let explained = order.into_iter().map(|index| number(index) as usize).collect();
                        return Answer::NotLinearizable(Counterexample { explained, misfit: misfit as usize });
                    }
                    None if left == 0 => return Answer::Undecided { steps: self.steps },
                    None => undecided.push((plan, Turn::Next(running))),
                }
            }
            length = length.saturating_mul(2);
        }
        Answer::Linearizable(points.order())
    }

    fn events<Op, Ret>(&self, history: &History<Op, Ret>) -> Vec<Event> {
        match self.criterion {
            Criterion::QuiescentlyConsistent => without_time_between_rests(history.events()),
            Criterion::Linearizable | Criterion::SequentiallyConsistent => history.events().to_vec(),
        }
    }
}

/// How a part goes on: its search is made only at its first turn, since it takes memory.
enum Turn<'a, O> {
    First(Box<dyn Object + 'a>),
    Next(Box<Search<'a, O>>),
}

/// Whether `history` is linearizable: [`Checker::check`] without a bound.
///
/// ```
/// use selvedge::check::linearizability::{History, Sequential, check};
///
/// struct Ticket;
///
/// impl Sequential for Ticket {
///     type State = u32;
///     type Op = ();
///     type Ret = u32;
///
///     fn initial(&self) -> u32 {
///         0
///     }
///
///     fn apply(&self, next: &mut u32, _: &()) -> u32 {
///         *next += 1;
///         *next
///     }
/// }
///
/// let history = History::from_intervals([(0, (), 1, Some((4, 2))), (1, (), 2, Some((3, 1)))])?;
/// assert!(check(&Ticket, &history).is_linearizable());
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
pub fn check<S: Specification>(specification: &S, history: &History<S::Op, S::Ret>) -> Answer {
    Checker::new().check(specification, history)
}

/// Whether `history` is linearizable, each key by itself: [`Checker::check_by_key`] without a bound.
///
/// # Panics
///
/// As [`Checker::check`].
///
/// ```
/// use selvedge::check::linearizability::{History, Sequential, check_by_key};
///
/// /// The value of one key.
/// struct Register;
///
/// impl Sequential for Register {
///     type State = u32;
///     type Op = (char, u32);
///     type Ret = u32;
///
///     fn initial(&self) -> u32 {
///         0
///     }
///
///     fn apply(&self, value: &mut u32, &(_, new): &(char, u32)) -> u32 {
///         std::mem::replace(value, new)
///     }
/// }
///
/// let mut history = History::new();
/// for (key, value, was) in [('a', 5, 0), ('b', 6, 0), ('a', 7, 5)] {
///     history.invoke(0, (key, value))?;
///     history.respond(0, was)?;
/// }
/// assert!(check_by_key(&Register, &history, |op| op.0).is_linearizable());
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
pub fn check_by_key<S: Specification, K: Eq + Hash>(
    specification: &S,
    history: &History<S::Op, S::Ret>,
    key: impl Fn(&S::Op) -> K,
) -> Answer {
    Checker::new().check_by_key(specification, history, key)
}

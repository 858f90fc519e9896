//! How a pattern compares with its alternatives.
//!
//! Rates differ more from round to round than patterns differ from peers, since the machine changes. The rates of one
//! round were taken one after another, so the ratio of a round is worth more than the ratio of two medians: the median
//! of the ratios is reported, with their middle half.

use models::contest::{Contender, Contest, Role};

/// Goals are about at most so many threads: the cores of the machine for which they were set.
const CORES: usize = 2;

/// Whether the goal of the contest is asked for.
pub fn has_goal(contest: &Contest) -> bool {
    contest.threads <= CORES
}

/// Values by their median and their middle half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// A quarter of the values is below.
    pub low: f64,
    pub median: f64,
    /// A quarter of the values is above.
    pub high: f64,
}

impl Spread {
    /// The spread of the finite values; `None` if there is none. Quantiles are interpolated linearly (Hyndman and Fan
    /// 1996, definition 7).
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let quantile = |part: f64| {
            let place = part * last as f64;
            let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Some(Spread { low: quantile(0.25), median: quantile(0.5), high: quantile(0.75) })
    }

    /// How wide the middle half is, as a share of the median.
    pub fn width(&self) -> f64 {
        (self.high - self.low) / self.median
    }
}

/// A pattern compared with its best peer.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub ours: &'a Contender,
    /// The peer with the highest median.
    pub best: &'a Contender,
    /// The ratio of the pattern to the best of the same round.
    pub ratio: Spread,
}

impl<'a> Standing<'a> {
    /// The standing in a contest; `None` if there is no peer, or nothing was measured.
    pub fn of(contest: &'a Contest) -> Option<Self> {
        let (ours, others): (Vec<_>, Vec<_>) = contest.contenders.iter().partition(|one| one.role == Role::Ours);
        let ours = *ours.first()?;
        let best = others.into_iter().max_by(|one, other| rate(one).total_cmp(&rate(other)))?;
        let ratio = Spread::of(ours.rates.iter().zip(&best.rates).map(|(ours, best)| ours / best))?;
        Some(Standing { ours, best, ratio })
    }
}

/// The median of a contender's rates; 0 if there are none.
pub fn rate(contender: &Contender) -> f64 {
    Spread::of(contender.rates.iter().copied()).map_or(0.0, |rates| rates.median)
}

/// How a ratio compares with its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Three quarters of the rounds reach it.
    Met,
    /// It is within the middle half of the rounds: they do not decide, and another run may see it on the other side.
    Level,
    /// Three quarters of the rounds miss it.
    Missed,
}

impl Mark {
    /// The mark of a contest; `None` if no goal is asked for, or nothing can be compared.
    pub fn of(contest: &Contest) -> Option<Self> {
        let ratio = Standing::of(contest).filter(|_| has_goal(contest))?.ratio;
        Some(match contest.goal {
            goal if ratio.low >= goal => Mark::Met,
            goal if ratio.high >= goal => Mark::Level,
            _ => Mark::Missed,
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A contest on one thread whose first contender is ours, with 100 instructions for each.
    pub fn contest(case: &str, rates: &[(&str, &[f64])]) -> Contest {
        let contender = |(at, (name, rates)): (usize, &(&str, &[f64]))| Contender {
            name: (*name).to_owned(),
            role: if at == 0 { Role::Ours } else { Role::Peer },
            rates: rates.to_vec(),
            hit_ratio: None,
            bytes: None,
            countable: true,
            instructions: Some(100.0),
        };
        let contenders = rates.iter().enumerate().map(contender).collect();
        Contest {
            pattern: "Pattern".to_owned(),
            case: case.to_owned(),
            threads: 1,
            goal: 1.0,
            limit: String::new(),
            contenders,
        }
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!(Spread::of([4.0, 1.0, 3.0, 2.0]), Some(Spread { low: 1.75, median: 2.5, high: 3.25 }));
        assert_eq!(Spread::of([7.0]), Some(Spread { low: 7.0, median: 7.0, high: 7.0 }));
        assert_eq!(Spread::of([f64::INFINITY, f64::NAN]), None);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_slow_round_slows_both_and_leaves_the_ratio() {
        // The machine halves its speed for a round: the ratio of the medians would be 3 to 1.
        let contest = contest("", &[("ours", &[100.0, 300.0, 600.0]), ("a", &[50.0, 150.0, 300.0]), ("b", &[1.0; 3])]);
        let standing = Standing::of(&contest).unwrap();
        assert_eq!((standing.ours.name.as_str(), standing.best.name.as_str()), ("ours", "a"));
        assert_eq!(standing.ratio, Spread { low: 2.0, median: 2.0, high: 2.0 });
        assert_eq!(rate(standing.best), 150.0);
    }

    #[test]
    fn nobody_to_compare_with_and_a_round_without_anything_done() {
        assert!(Standing::of(&contest("", &[("ours", &[1.0])])).is_none());
        assert!(Standing::of(&contest("", &[("ours", &[1.0]), ("a", &[0.0])])).is_none());
        let contest = contest("", &[("ours", &[1.0, 3.0]), ("a", &[0.0, 1.0])]);
        assert_eq!(Standing::of(&contest).unwrap().ratio.median, 3.0);
    }

    #[test]
    fn a_goal_is_met_or_not_and_asked_of_two_threads_at_most() {
        let better = contest("a", &[("ours", &[2.0]), ("a", &[1.0])]);
        let equal = contest("b", &[("ours", &[1.0]), ("a", &[1.0])]);
        let worse = contest("c", &[("ours", &[1.0]), ("a", &[2.0])]);
        let close = contest("d", &[("ours", &[0.7, 0.9, 1.0, 0.8, 1.1]), ("a", &[1.0; 5])]);
        let open = contest("e", &[("ours", &[0.8, 0.9, 1.0, 1.1, 1.2]), ("a", &[1.0; 5])]);
        let more = Contest { goal: 3.0, ..better.clone() };
        let many = Contest { threads: 4, ..worse.clone() };
        let marks = [better, equal, worse, close, open, more, many].map(|contest| Mark::of(&contest));
        let [met, level, missed] = [Mark::Met, Mark::Level, Mark::Missed].map(Some);
        assert_eq!(marks, [met, met, missed, level, level, missed, None]);
    }
}

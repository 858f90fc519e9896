//! How many programs are drawn: what `cargo verify --draw` asks for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Two minutes.
    Quick,
    /// Twenty minutes.
    Full,
    /// Two hours.
    Nightly,
}

impl Effort {
    /// All of them.
    pub const ALL: [Effort; 3] = [Effort::Quick, Effort::Full, Effort::Nightly];

    /// How long all structures together may take.
    pub fn time(self) -> Duration {
        Duration::from_secs(match self {
            Effort::Quick => 2 * 60,
            Effort::Full => 20 * 60,
            Effort::Nightly => 2 * 60 * 60,
        })
    }

    /// How many programs of a structure are drawn, if there is time.
    pub fn programs(self) -> u32 {
        match self {
            Effort::Quick => 1_000,
            Effort::Full => 10_000,
            Effort::Nightly => 100_000,
        }
    }

    /// After how many executions of one program an exhaustive engine gives up.
    pub fn limit(self) -> u64 {
        match self {
            Effort::Quick => 1_000,
            Effort::Full => 10_000,
            Effort::Nightly => 100_000,
        }
    }

    /// How many executions of one program are sampled, where it cannot be exhausted.
    pub fn samples(self) -> u64 {
        self.limit() / 10
    }

    fn name(self) -> &'static str {
        match self {
            Effort::Quick => "quick",
            Effort::Full => "full",
            Effort::Nightly => "nightly",
        }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Effort {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || Effort::ALL.map(Effort::name).join(", ");
        let found = Effort::ALL.into_iter().find(|effort| effort.name() == name);
        found.ok_or_else(|| format!("there is no effort `{name}`; there are {}", names()))
    }
}

//! Timers and tickers, which are received from, stopped and reset.

use std::time::Duration;

use selvedge::sync::channel::TryRecvError;
use selvedge::sync::time::Clock;

use super::everywhere;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_timer_fires_once() {
    everywhere(|| {
        let clock = Clock::manual();
        let timer = clock.after(SECOND);
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
        clock.advance(SECOND);
        assert_eq!(timer.recv(), Ok(clock.now()));
        assert!(timer.recv().is_err() && timer.try_recv() == Err(TryRecvError::Disconnected));
    });
}

#[test]
fn a_timer_of_the_system_fires_once() {
    if cfg!(not(any(loom, shuttle))) {
        everywhere(|| {
            let mut timer = Clock::system().after(Duration::from_micros(1));
            assert!(timer.recv().is_ok() && timer.recv().is_err());
            assert!(!timer.reset(60 * SECOND) && timer.stop() && !timer.stop());
            assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
        });
    }
}

#[test]
fn a_timer_is_stopped_and_reset() {
    everywhere(|| {
        let clock = Clock::manual();
        let mut timer = clock.after(SECOND);
        assert!(timer.stop() && !timer.stop());
        clock.advance(SECOND);
        assert_eq!((timer.try_recv(), clock.timers()), (Err(TryRecvError::Empty), 0));
        assert!(!timer.reset(SECOND) && timer.reset(2 * SECOND));
        clock.advance(SECOND);
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
        clock.advance(SECOND);
        // What it has fired is gone.
        assert!(!timer.stop());
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
    });
}

#[test]
fn a_ticker_is_received_from() {
    everywhere(|| {
        let clock = Clock::manual();
        let ticker = clock.ticker(SECOND);
        for _ in 0..2 {
            assert_eq!(ticker.try_recv(), Err(TryRecvError::Empty));
            clock.advance(SECOND);
            assert_eq!(ticker.recv(), Ok(clock.now()));
        }
    });
}

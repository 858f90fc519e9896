//! Counters, configurations and the pool: any sequence of operations adds up.

use proptest::collection::vec;
use proptest::prelude::*;
use proptests::config;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::patterns::worker_pool::WorkerPool;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn counters_count(additions in vec(0..1_000_u64, 0..50), stripes in 1..9_usize) {
        let (atomic, mutex) = (AtomicCounter::new(), MutexCounter::new());
        let striped = StripedCounter::new(stripes).expect("there is a stripe");
        let mut total = 0;
        for n in additions {
            prop_assert_eq!(atomic.fetch_add(n), total);
            prop_assert_eq!(mutex.fetch_add(n), total);
            striped.handle().add(n);
            total += n;
            prop_assert_eq!([atomic.get(), mutex.get(), striped.sum()], [total; 3]);
        }
    }

    #[test]
    fn a_version_is_what_the_last_update_made(updates in vec(any::<u32>(), 0..50)) {
        let config = CopyOnWrite::new(Vec::new());
        let mut model = Vec::new();
        let mut kept = vec![(config.load(), model.clone())];
        for update in updates {
            config.update(|old| old.iter().copied().chain([update]).collect());
            model.push(update);
            kept.push((config.load(), model.clone()));
        }
        // Every version that a reader kept is what it was.
        for (version, then) in kept {
            prop_assert_eq!(&*version, &then);
        }
    }

    #[test]
    fn a_pool_answers_every_task_once(
        tasks in vec(0..100_u64, 0..30),
        workers in 1..4_usize,
        queue in 0..4_usize,
    ) {
        let square = |task: u64| if task % 10 == 7 { panic!("sevens are bad") } else { task * task };
        let pool = WorkerPool::new(workers, queue, square).expect("the machine has threads to spare");
        for &task in &tasks {
            prop_assert!(pool.submit(task).is_ok());
        }
        pool.close();
        prop_assert_eq!(pool.submit(1).map_err(|error| error.into_task()), Err(1));
        let (mut good, mut bad) = (Vec::new(), 0);
        for result in pool.results().iter() {
            match result {
                Ok(square) => good.push(square),
                Err(_) => bad += 1,
            }
        }
        let mut expected: Vec<u64> = tasks.iter().filter(|&task| task % 10 != 7).map(|task| task * task).collect();
        expected.sort_unstable();
        good.sort_unstable();
        prop_assert_eq!(good.len() + bad, tasks.len());
        prop_assert_eq!(good, expected);
    }
}

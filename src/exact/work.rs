//! A limit on the work of one task, so that every question ends.
//!
//! Work is counted in operations on numbers and polynomials, never in seconds: a task runs into its limit at the
//! same place on every machine. There it is broken off by unwinding, without a value: what is not finished has no
//! result, in particular no theorem.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use num_traits::ToPrimitive;

use super::Rational;

/// The work that one statement may take: a minute or less on the machines of today, and fifty times what the hardest
/// statement of the corpus needs.
const LIMIT: u64 = 1 << 27;

/// The limit for all tasks that begin from now on.
static ALLOWED: AtomicU64 = AtomicU64::new(LIMIT);

thread_local! {
    /// What is left of the limit of the task of this thread.
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// That a task was broken off at the limit of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted;

/// Allows a multiple of the usual work, or a part of it, for one statement.
pub fn allow(times: &Rational) {
    let allowed = (times.numerator() * LIMIT / times.denominator()).to_u64();
    ALLOWED.store(allowed.unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// What a task comes to within the limit of one statement, whatever is left of another task around it.
///
/// # Errors
/// [`Exhausted`] if it takes more.
pub fn bounded<T>(task: impl FnOnce() -> T) -> Result<T, Exhausted> {
    apart(1, task)
}

/// What a task comes to within one of so many equal shares of the limit of one statement, whatever is left of another
/// task around it.
///
/// # Errors
/// [`Exhausted`] if it takes more.
pub fn apart<T>(shares: u64, task: impl FnOnce() -> T) -> Result<T, Exhausted> {
    let around = LEFT.replace(u64::MAX);
    let found = shared(shares, task);
    LEFT.set(around);
    found
}

/// What a part of a task comes to within one of so many equal shares of the limit of one statement, and what is left for the whole.
///
/// # Errors
/// [`Exhausted`] if it takes more.
pub fn shared<T>(shares: u64, task: impl FnOnce() -> T) -> Result<T, Exhausted> {
    within(ALLOWED.load(Ordering::Relaxed) / shares.max(1), task)
}

fn within<T>(limit: u64, task: impl FnOnce() -> T) -> Result<T, Exhausted> {
    let around = LEFT.get();
    let limit = limit.min(around);
    LEFT.set(limit);
    // What a task leaves behind in memories that outlive it is finished: they are written to at once.
    let found = catch_unwind(AssertUnwindSafe(task));
    let left = if found.is_ok() { LEFT.get() } else { 0 };
    LEFT.set(around - (limit - left));
    found.map_err(|cause| match cause.downcast::<Exhausted>() {
        Ok(exhausted) => *exhausted,
        Err(cause) => resume_unwind(cause),
    })
}

/// Counts work before it is done; breaks the task off where that is more than what is left.
#[inline]
pub fn spend(work: usize) {
    let left = LEFT.get();
    match left.checked_sub(work as u64) {
        Some(rest) => LEFT.set(rest),
        None => break_off(),
    }
}

#[cold]
fn break_off() -> ! {
    // Without the message of a panic: this is none.
    resume_unwind(Box::new(Exhausted))
}

#[cfg(test)]
mod tests {
    use super::{Exhausted, LEFT, LIMIT, bounded, shared, spend};

    #[test]
    fn what_does_not_end_is_broken_off() {
        let endless = || -> u32 {
            loop {
                spend(1 << 20);
            }
        };
        assert_eq!(bounded(endless), Err(Exhausted));
        assert_eq!(LEFT.get(), u64::MAX);
        assert_eq!(bounded(|| 1), Ok(1));
    }

    #[test]
    fn a_share_is_a_part_of_the_whole() {
        let left = |task: &dyn Fn()| {
            let run = || {
                task();
                LEFT.get()
            };
            bounded(run)
        };
        assert_eq!(left(&|| assert!(shared(4, || spend(1000)).is_ok())), Ok(LIMIT - 1000));
        let too_much = || spend(LIMIT as usize);
        assert_eq!(left(&|| assert_eq!(shared(4, too_much), Err(Exhausted))), Ok(LIMIT - LIMIT / 4));
        // A share is no more than what is left.
        let nothing_left = || {
            spend(LIMIT as usize - 10);
            assert_eq!(shared(4, || spend(11)), Err(Exhausted));
            spend(1);
        };
        assert_eq!(left(&nothing_left), Err(Exhausted));
    }

    #[test]
    fn a_task_of_its_own_is_not_charged() {
        let around = || {
            assert_eq!(bounded(|| spend(LIMIT as usize)), Ok(()));
            LEFT.get()
        };
        assert_eq!(bounded(around), Ok(LIMIT));
    }

    #[test]
    fn other_ends_are_passed_on() {
        let caught = std::panic::catch_unwind(|| bounded(|| std::panic::resume_unwind(Box::new("other"))));
        let message = caught.err().and_then(|cause| cause.downcast_ref::<&str>().copied());
        assert_eq!(message, Some("other"));
    }
}

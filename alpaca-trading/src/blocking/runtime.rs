//! The runtime behind the client without async, and how a thread waits for it.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::{Builder, Handle};

use crate::error::{Error, ErrorKind, Result};

/// How many units of a task's budget are tried before a thread passes for one without a budget.
/// `tokio` gives its tasks 128.
const LARGEST_BUDGET: usize = 4096;

/// A runtime with one thread, shared by clones.
#[derive(Clone)]
pub(crate) struct Runtime(Arc<Shared>);

/// The runtime; empty once it is being shut down.
struct Shared(Option<tokio::runtime::Runtime>);

impl Drop for Shared {
    /// Does not wait for what is still running, so that it can happen in async code as well.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Runtime {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("alpaca-trading")
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => Ok(Self(Arc::new(Shared(Some(runtime))))),
            Err(error) => {
                let message =
                    format!("the thread of the blocking client cannot be started: {error}");
                Err(Error::new(ErrorKind::Configuration, message))
            }
        }
    }

    /// Waits for a call. Within a task of a `tokio` runtime it fails and is not begun.
    ///
    /// Its timers and connections are served by the thread in the background; it is polled on this
    /// one, so neither it nor what it borrows has to be `Send`.
    pub(super) fn run<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        if is_in_a_task() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a call of the blocking client inside of a task of an async runtime would keep other \
                 tasks from running: use `alpaca_trading::Client` there, or `spawn_blocking`",
            ));
        }
        let _entered = self.0.0.as_ref().map(|runtime| runtime.enter());
        wait(call)
    }

    /// Waits for the next item of something that ends, or that fails as above and has then ended.
    pub(super) fn next<T>(
        &self,
        ended: &mut bool,
        next: impl Future<Output = Option<Result<T>>>,
    ) -> Option<Result<T>> {
        if *ended {
            return None;
        }
        let item = self.run(async { Ok(next.await) });
        *ended = !matches!(item, Ok(Some(_)));
        item.unwrap_or_else(|error| Some(Err(error)))
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}

/// Whether this thread is running a task.
///
/// That there is a runtime says too little: there is one in `spawn_blocking` and `block_in_place` as
/// well, which are made for waiting. What only tasks have is a budget, after which they are to give way.
/// Spending it is harmless: a task that ends up here has been written by mistake, and only gives way
/// sooner.
fn is_in_a_task() -> bool {
    if Handle::try_current().is_err() {
        return false;
    }
    let mut context = Context::from_waker(Waker::noop());
    (0..LARGEST_BUDGET).any(|_| {
        pin!(tokio::task::consume_budget())
            .poll(&mut context)
            .is_pending()
    })
}

/// Polls a future on this thread, which sleeps in between.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let sleeper = Arc::new(Sleeper {
        thread: thread::current(),
        woken: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&sleeper));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
        // A thread may wake up without being woken.
        while !sleeper.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// A thread that waits.
struct Sleeper {
    thread: Thread,
    /// What is polled may itself park the thread and take the token of `unpark`; this stays.
    woken: AtomicBool,
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_waited_for_has_timers_tasks_and_this_thread() {
        let runtime = Runtime::start().unwrap();
        let here = Rc::new(thread::current().id());
        let result = runtime.run(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let there = tokio::spawn(async { thread::current().id() })
                .await
                .unwrap();
            assert_ne!(*here, there);
            Ok(thread::current().id())
        });
        assert_eq!(result.unwrap(), *here);
        let error = runtime.run(async { Err::<(), _>(Error::new(ErrorKind::Hook, "x")) });
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Hook);
    }

    #[test]
    fn a_call_within_a_task_is_refused_and_not_begun() {
        let runtime = Runtime::start().unwrap();
        let refused = |runtime: &Runtime| {
            let error = runtime
                .run(async { panic!("begun") as Result<()> })
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("spawn_blocking"), "{error}");
        };
        let one = Builder::new_current_thread().build().unwrap();
        one.block_on(async { refused(&runtime) });
        one.block_on(async { tokio::join!(async { refused(&runtime) }) });
        let many = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        many.block_on(async { refused(&runtime) });
        let other = runtime.clone();
        many.block_on(many.spawn(async move { refused(&other) }))
            .unwrap();
    }

    #[test]
    fn a_call_may_be_made_where_a_runtime_lets_threads_wait() {
        let runtime = Runtime::start().unwrap();
        let many = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        {
            let _entered = many.enter();
            assert_eq!(runtime.run(async { Ok(1) }).unwrap(), 1);
        }
        let other = runtime.clone();
        let waited = many.spawn_blocking(move || other.run(async { Ok(2) }));
        assert_eq!(many.block_on(waited).unwrap().unwrap(), 2);
        let other = runtime.clone();
        let waited =
            many.spawn(async move { tokio::task::block_in_place(|| other.run(async { Ok(3) })) });
        assert_eq!(many.block_on(waited).unwrap().unwrap(), 3);
    }

    #[test]
    fn a_wake_up_that_another_took_is_not_lost() {
        let mut polls = 0;
        let result = wait(std::future::poll_fn(|context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready("done");
            }
            context.waker().wake_by_ref();
            // As any lock would that is waited for in here.
            thread::park_timeout(Duration::ZERO);
            Poll::Pending
        }));
        assert_eq!((result, polls), ("done", 2));
    }

    #[test]
    fn the_thread_ends_with_the_last_clone_also_in_a_task() {
        struct Dropped(mpsc::Sender<()>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
            }
        }
        let (sender, receiver) = mpsc::channel();
        let runtime = Runtime::start().unwrap();
        runtime
            .run(async move {
                let dropped = Dropped(sender);
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(dropped);
                });
                Ok(())
            })
            .unwrap();
        let last = runtime.clone();
        drop(runtime);
        assert!(receiver.try_recv().is_err());
        let one = Builder::new_current_thread().build().unwrap();
        one.block_on(async move { drop(last) });
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn what_was_refused_or_has_ended_gives_nothing_more() {
        let runtime = Runtime::start().unwrap();
        let mut ended = false;
        let some = runtime.next(&mut ended, async { Some(Ok(1)) });
        assert!(matches!(some, Some(Ok(1))) && !ended);
        assert!(runtime.next::<u8>(&mut ended, async { None }).is_none() && ended);
        let mut ended = false;
        let one = Builder::new_current_thread().build().unwrap();
        one.block_on(async {
            let refused = runtime.next(&mut ended, async { Some(Ok(1)) });
            assert!(refused.unwrap().is_err());
            assert!(runtime.next(&mut ended, async { Some(Ok(1)) }).is_none());
        });
    }
}

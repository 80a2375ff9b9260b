//! Functions that are stopped after each call to the outside, so that others can
//! run in between, or so that they end there as a killed function does.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use store::testing::Pause;

thread_local! {
    /// Where the function that is being polled stops.
    static CURRENT: RefCell<Option<Arc<Place>>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Place {
    is_stopped: AtomicBool,
    may_go_on: AtomicBool,
    /// Of what is stopped: among others side by side it is polled only when it is woken.
    waker: Mutex<Option<Waker>>,
}

/// The pause that all parts of the outside have.
pub(super) fn pause() -> Pause {
    Pause::new(|| stop(CURRENT.with_borrow(Clone::clone)))
}

/// Outside of a function nothing stops.
async fn stop(place: Option<Arc<Place>>) {
    let Some(place) = place else { return };
    poll_fn(|context| {
        if place.may_go_on.swap(false, SeqCst) {
            return Poll::Ready(());
        }
        place.is_stopped.store(true, SeqCst);
        *place.waker.lock().unwrap() = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// A function's invocation. Dropping it kills it.
pub(super) struct Invocation {
    place: Arc<Place>,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

impl Invocation {
    pub(super) fn new(future: impl Future<Output = ()> + 'static) -> Self {
        Self {
            place: Arc::default(),
            future: Box::pin(future),
        }
    }

    /// Runs until the next call has taken effect; tells whether it has ended.
    pub(super) async fn step(&mut self) -> bool {
        let was_stopped = self.place.is_stopped.swap(false, SeqCst);
        self.place.may_go_on.store(was_stopped, SeqCst);
        if let Some(waker) = self.place.waker.lock().unwrap().take() {
            waker.wake();
        }
        poll_fn(|context| {
            CURRENT.set(Some(self.place.clone()));
            let polled = self.future.as_mut().poll(context);
            CURRENT.set(None);
            match polled {
                Poll::Ready(()) => Poll::Ready(true),
                Poll::Pending if self.place.is_stopped.load(SeqCst) => Poll::Ready(false),
                // It waits for a timer or a file; the runtime wakes it.
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

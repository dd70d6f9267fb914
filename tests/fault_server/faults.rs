use super::{Answer, Ending, Request, Resource};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Makes the answer to one request. It may change the resource, and so the correct answers from then on.
pub type Fault = Box<dyn FnMut(&Request, &mut Resource) -> Answer + Send>;

/// A fault that calls `answer`.
pub fn fault(answer: impl FnMut(&Request, &mut Resource) -> Answer + Send + 'static) -> Fault {
    Box::new(answer)
}

/// The correct answer, for use in the middle of a script.
pub fn always_right() -> Fault {
    fault(|request, resource| resource.right(request))
}

/// The correct answer, cut by a FIN at the byte `at` of the resource.
pub fn cut_at(at: usize) -> Fault {
    fault(move |request, resource| {
        let first = request.range().map_or(0, |(first, _)| first);
        resource.right(request).only(at.saturating_sub(first)).ending(Ending::Fin)
    })
}

/// Sets the cancel flag when the request arrives, and sends no answer.
pub fn interrupted_by(cancel: &Arc<AtomicBool>) -> Fault {
    let cancel = Arc::clone(cancel);
    fault(move |_, _| {
        cancel.store(true, Ordering::Relaxed);
        Answer::raw(Vec::new())
    })
}

/// An answer with this status and nothing else.
pub fn status(status: u16) -> Fault {
    fault(move |_, _| Answer::plain(status))
}

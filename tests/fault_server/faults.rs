use super::{Answer, Ending, Request, Resource};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is answered to one request. It may change the resource, and so what is right from then on.
pub type Fault = Box<dyn FnMut(&Request, &mut Resource) -> Answer + Send>;

/// A fault of one's own.
pub fn fault(answer: impl FnMut(&Request, &mut Resource) -> Answer + Send + 'static) -> Fault {
    Box::new(answer)
}

/// No fault, where a script needs a right answer in its middle.
pub fn always_right() -> Fault {
    fault(|request, resource| resource.right(request))
}

/// The right answer, cut by a FIN after the byte `at` of the resource.
pub fn cut_at(at: usize) -> Fault {
    fault(move |request, resource| {
        let first = request.range().map_or(0, |(first, _)| first);
        resource.right(request).only(at.saturating_sub(first)).ending(Ending::Fin)
    })
}

/// Somebody presses Ctrl-C just as the request arrives; no answer comes.
pub fn interrupted_by(cancel: &Arc<AtomicBool>) -> Fault {
    let cancel = Arc::clone(cancel);
    fault(move |_, _| {
        cancel.store(true, Ordering::Relaxed);
        Answer::raw(Vec::new())
    })
}

/// A status without more.
pub fn status(status: u16) -> Fault {
    fault(move |_, _| Answer::plain(status))
}

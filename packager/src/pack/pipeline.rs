//! The threads of packing, their memory budget and their order.
//!
//! All threads do the same: each takes the next job in order, and the thread that finds the next finished job in order
//! writes it. So one thread is enough, two use two processors, and none waits for a writer.
//!
//! A job takes its memory before it reads and gives it back when it is written. Jobs are handed out in order, and one
//! is always handed out when no memory is taken. So the first job that is not yet written always has its memory: it
//! ends, is written, and frees what the next one needs. Whatever the budget, nothing waits for ever.

use super::assemble::Assembler;
use super::buffers::Buffers;
use super::deflate::Encoder;
use super::error::PackError;
use super::jobs::{FinishedJob, JobRunner, Plan, PlanStep, listed};
use super::request::{Level, PackOptions};
use super::source_file::LargeFile;
use crate::walk::SourceList;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use waybill_context::Context;
use waybill_schemas::report::pack::PackEntries;

/// Packs the list into the assembler's archive, at the level and within the threads and memory of the options.
pub(super) fn run<W: Write + Send>(
    list: &SourceList,
    options: &PackOptions,
    assembler: Assembler<'_, W>,
    context: &Context<'_>,
) -> Result<(W, PackEntries), PackError> {
    // The most bytes that blocks and finished jobs take together.
    let memory = options.memory_for_blocks(list.len());
    let state = PipelineState {
        plan: Plan::new(list, options.level),
        written: 0,
        finished: BTreeMap::new(),
        writing: false,
        budget: MemoryBudget { limit: memory, taken: 0 },
        waiting: 0,
        failure: None,
    };
    let pipeline = Pipeline {
        list,
        level: options.level,
        context,
        buffers: Buffers::new(memory),
        state: Mutex::new(state),
        turn: Condvar::new(),
        assembler: Mutex::new(assembler),
    };
    std::thread::scope(|scope| {
        // This thread works as well, so one less has to be started.
        for at in 1..options.threads().get() {
            let thread = std::thread::Builder::new().name(format!("waybill-pack-{at}"));
            if thread.spawn_scoped(scope, || pipeline.work()).is_err() {
                break; // the system gives no more threads, and those that started do the work
            }
        }
        pipeline.work();
    });
    let state = pipeline.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A failure of any thread is that of the whole, and the archive is not finished.
    state.failure.map_or(Ok(()), Err)?;
    pipeline.assembler.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
}

struct Pipeline<'a, W> {
    list: &'a SourceList,
    level: Level,
    context: &'a Context<'a>,
    buffers: Arc<Buffers>,
    state: Mutex<PipelineState<'a>>,
    turn: Condvar,
    /// Locked by the one thread for which [`PipelineState::writing`] is set.
    assembler: Mutex<Assembler<'a, W>>,
}

struct PipelineState<'a> {
    plan: Plan<'a>,
    /// Position of the next finished job to be written.
    written: u64,
    finished: BTreeMap<u64, FinishedJob>,
    writing: bool,
    budget: MemoryBudget,
    waiting: usize,
    failure: Option<PackError>,
}

/// The memory that jobs take and give back.
struct MemoryBudget {
    limit: u64,
    taken: u64,
}

impl MemoryBudget {
    /// Whether a job of this cost may start. One job always may, however large.
    const fn admits(&self, cost: u64) -> bool {
        self.taken == 0 || self.taken.saturating_add(cost) <= self.limit
    }
}

/// What a thread does next.
enum ThreadTurn {
    Write(FinishedJob),
    Step(PlanStep),
}

impl PipelineState<'_> {
    /// The next turn of a thread. Writing comes first, because it frees memory. A thread stops when no jobs are left;
    /// the one that finishes the last of them writes it.
    fn turn(&mut self) -> Option<ThreadTurn> {
        if self.failure.is_some() {
            return None;
        }
        // Only the next in order, because the archive is written from front to back.
        if !self.writing
            && let Some(outcome) = self.finished.remove(&self.written)
        {
            self.writing = true;
            return Some(ThreadTurn::Write(outcome));
        }
        let step = self.plan.step(|cost| self.budget.admits(cost))?;
        if let PlanStep::Run { cost, .. } = step {
            self.budget.taken += cost;
        }
        Some(ThreadTurn::Step(step))
    }
}

/// Makes the packing fail if a thread panics, so that the others do not wait for its job for ever.
struct PanicGuard<'p, 'a, W: Write>(&'p Pipeline<'a, W>);

impl<W: Write> Drop for PanicGuard<'_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(PackError::ThreadLost);
        }
    }
}

impl<'a, W: Write> Pipeline<'a, W> {
    /// What every thread does until nothing is left.
    fn work(&self) {
        let _guard = PanicGuard(self);
        let mut runner = JobRunner {
            list: self.list,
            level: self.level,
            encoder: Encoder::new(self.level),
            buffers: Arc::clone(&self.buffers),
        };
        while let Err(error) = self.work_at(&mut runner) {
            self.fail(error);
        }
    }

    /// Takes turns until nothing is left to do, or something fails.
    fn work_at(&self, runner: &mut JobRunner<'_>) -> Result<(), PackError> {
        while let Some(turn) = self.next() {
            self.context.check()?;
            match turn {
                ThreadTurn::Write(outcome) => self.write(outcome)?,
                ThreadTurn::Step(PlanStep::Run { position, job, cost }) => {
                    let outcome = runner.run(job)?;
                    self.finish(position, outcome, cost);
                }
                ThreadTurn::Step(PlanStep::Examine(index)) => {
                    let file = LargeFile::open(index, &listed(self.list, index)?, self.level)?;
                    let mut state = self.lock();
                    state.plan.examined(file);
                    self.wake(&state);
                }
                ThreadTurn::Step(PlanStep::Wait) => {}
            }
        }
        Ok(())
    }

    /// Waits for the next turn that is not waiting; `None` once nothing is left to do.
    fn next(&self) -> Option<ThreadTurn> {
        let mut state = self.lock();
        loop {
            match state.turn() {
                Some(ThreadTurn::Step(PlanStep::Wait)) => {
                    state.waiting += 1;
                    state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.waiting -= 1;
                }
                turn => return turn,
            }
        }
    }

    fn finish(&self, position: u64, outcome: FinishedJob, cost: u64) {
        let mut state = self.lock();
        // The memory for reading and deflating is free again, that of the finished data is not.
        state.budget.taken = state.budget.taken.saturating_sub(cost) + outcome.held();
        state.finished.insert(position, outcome);
        self.wake(&state);
    }

    fn write(&self, outcome: FinishedJob) -> Result<(), PackError> {
        let held = outcome.held();
        // The state is not locked meanwhile, so other threads take and finish jobs while this one writes.
        self.assembler.lock().unwrap_or_else(PoisonError::into_inner).take(outcome)?;
        let mut state = self.lock();
        state.writing = false;
        state.written += 1;
        state.budget.taken = state.budget.taken.saturating_sub(held);
        self.wake(&state);
        Ok(())
    }

    /// Records the first failure, which stops all threads.
    fn fail(&self, error: PackError) {
        let mut state = self.lock();
        state.failure.get_or_insert(error);
        self.wake(&state);
    }

    fn wake(&self, state: &PipelineState<'_>) {
        // Most runs never wait, and a wake-up costs a system call.
        if state.waiting > 0 {
            self.turn.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, PipelineState<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

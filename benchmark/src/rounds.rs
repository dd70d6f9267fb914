//! The rounds of a benchmark: each runs every limit and every stage once, one after the other.

use crate::child::{self, Running, Used};
use crate::folder::Ground;
use crate::limit::Limit;
use crate::options::{BenchError, BenchOptions, failed};
use crate::stage::{Facts, Stage};
use crate::task::{Origin, Task};
use waybill_context::Context;

/// Receives the progress of a benchmark.
pub trait Watcher: Sync {
    /// Called when a step begins; `what` names it, e.g. `making 64 MiB`, `round 3 of 7`.
    fn begins(&self, _what: &str) {}
}

/// Ignores the progress.
impl Watcher for () {}

/// Runs the rounds of a benchmark. The fields are the same for all rounds.
pub(crate) struct RoundRunner<'a> {
    pub(crate) options: &'a BenchOptions,
    pub(crate) ground: &'a Ground,
    pub(crate) facts: Facts,
    /// The server of the content; `None` for the lab server, which is started for each download.
    pub(crate) from: Option<Origin>,
    pub(crate) context: &'a Context<'a>,
}

/// The measurements of one round.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) limits: Vec<(Limit, Used)>,
    pub(crate) stages: Vec<(Stage, Used)>,
}

impl Round {
    /// The rate of a limit in this round, in bytes a second; `None` if it was not measured.
    pub(crate) fn rate(&self, limit: Limit) -> Option<f64> {
        let (_, used) = self.limits.iter().find(|(known, _)| *known == limit)?;
        Some(used.answer.bytes as f64 / used.answer.seconds).filter(|rate| rate.is_finite() && *rate > 0.0)
    }
}

impl RoundRunner<'_> {
    /// Runs every limit and then every stage once.
    pub(crate) fn round(&self, limits: &[Limit], stages: &[Stage]) -> Result<Round, BenchError> {
        let mut round = Round::default();
        // The limits are measured again in every round, so that a machine that slows down slows limits and stages alike
        // and the shares stay the same.
        for limit in limits {
            self.context.check()?;
            if let Some(used) = self.limit(*limit)? {
                round.limits.push((*limit, used));
            }
        }
        // The server is measured together with the download and is not run as a stage of its own.
        for stage in stages.iter().filter(|stage| **stage != Stage::Serve) {
            self.context.check()?;
            let (used, server) = self.stage(*stage)?;
            if let Some(server) =
                server.filter(|_| *stage == Stage::Download && stages.contains(&Stage::Serve))
            {
                round.stages.push((Stage::Serve, of_server(server, &used)));
            }
            round.stages.push((*stage, used));
        }
        Ok(round)
    }

    /// Measures a limit. `None` if the payload has nothing to measure it with, such as blocks that deflate.
    fn limit(&self, limit: Limit) -> Result<Option<Used>, BenchError> {
        let (server, from) = if limit == Limit::Http { self.origin()? } else { (None, None) };
        let bytes = sample(limit, self.facts.content);
        let task = Task::Limit { limit, bytes, ground: self.ground.clone(), from };
        let used = self.run(limit.name(), &task)?;
        drop(server);
        Ok(Some(used).filter(|used| used.answer.bytes > 0))
    }

    /// Runs a stage. Returns what its process used and, for a download, what the server's process used.
    fn stage(&self, stage: Stage) -> Result<(Used, Option<Used>), BenchError> {
        let (server, from) = if stage.downloads() { self.origin()? } else { (None, None) };
        let task = Task::Stage { stage, ground: self.ground.clone(), from, threads: self.options.threads };
        let used = self.run(stage.name(), &task)?;
        Ok((used, server.map(Running::end).transpose()?))
    }

    fn run(&self, what: &str, task: &Task) -> Result<Used, BenchError> {
        let used = child::run(&self.options.program, what, task, self.context);
        // Cleared after an error, too, because files that a stage leaves would be in the way of the next one.
        let cleared = self.ground.clear();
        let used = used?;
        cleared.map_err(failed("remove", &self.ground.output()))?;
        Ok(used)
    }

    fn origin(&self) -> Result<(Option<Running>, Option<Origin>), BenchError> {
        if let Some(from) = &self.from {
            return Ok((None, Some(from.clone())));
        }
        // Each download gets its own server process, because processor time and peak memory are only known for whole
        // processes.
        let task = Task::Serve { ground: self.ground.clone() };
        let server = Running::start(&self.options.program, "serve", &task, self.context)?;
        let address = server.answer().url.clone().unwrap_or_default();
        Ok((Some(server), Some(Origin::Lab(address))))
    }
}

/// Gives the server's measurement the bytes and the time of its client.
fn of_server(mut server: Used, client: &Used) -> Used {
    (server.answer.bytes, server.answer.seconds) = (client.answer.bytes, client.answer.seconds);
    server
}

/// How many bytes to measure a limit with: enough for a stable rate, in about the time of a stage.
fn sample(limit: Limit, content: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    let times =
        |factor: u64, least: u64, most: u64| content.saturating_mul(factor).clamp(least * MIB, most * MIB);
    match limit {
        Limit::MemoryCopy => times(16, 128, 1024),
        Limit::Sha256 | Limit::AesEncrypt => times(4, 32, 256),
        Limit::AesDecrypt | Limit::Blake3 => times(8, 64, 512),
        Limit::Deflate => times(1, 4, 16),
        Limit::Inflate => times(4, 16, 64),
        Limit::FileWrite | Limit::FileSync => times(1, 64, 1024),
        Limit::FileRead | Limit::Http => times(1, 64, 1024), // a small content is got several times
    }
}

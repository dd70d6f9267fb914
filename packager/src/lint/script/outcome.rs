//! Whether a detection script can say yes and no.
//!
//! Detected means: exit code 0, something on stdout, nothing on stderr. Every way through the script is followed;
//! as soon as something is met that cannot be judged, nothing is said: a wrong finding is worse than none.

use super::effects::{Effect, End, Likely, effect_of, may_fail};
use super::statements::{Statement, parse};
use super::tokens::{Token, tokens};

/// More ways than this through one script are not followed.
const MOST_WAYS: usize = 256;

/// What a detection script can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint) enum Verdict {
    /// It can say both, or it cannot be judged.
    Fine,
    /// Every way prints and exits 0: always detected.
    AlwaysDetected,
    /// Every way that exits 0 prints nothing: never detected.
    NeverPrints,
    /// Every way that prints and exits 0 also writes to stderr: never detected.
    WritesToStderr,
    /// No way exits 0: never detected.
    NeverExitsZero,
}

/// One way through the script, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    prints: Likely,
    stderr: Likely,
    end: End,
}

/// Judges a detection script.
pub(in crate::lint) fn verdict(text: &str) -> Verdict {
    let statements = parse(tokens(text));
    let mut follower =
        Follower { functions: functions(&statements), stops: stops_on_errors(text), lost: false };
    let start = Way { prints: Likely::No, stderr: Likely::No, end: End::Open };
    let mut ways = follower.block(&statements, vec![start]);
    if follower.lost {
        return Verdict::Fine;
    }
    for way in &mut ways {
        if matches!(way.end, End::Open | End::Body) {
            way.end = End::Zero;
        }
    }
    judge(&ways)
}

fn judge(ways: &[Way]) -> Verdict {
    let can_detect =
        |way: &Way| way.end != End::NonZero && way.prints != Likely::No && way.stderr != Likely::Yes;
    let must_detect =
        |way: &Way| way.end == End::Zero && way.prints == Likely::Yes && way.stderr == Likely::No;
    if !ways.is_empty() && ways.iter().all(must_detect) {
        return Verdict::AlwaysDetected;
    }
    if ways.iter().any(can_detect) {
        return Verdict::Fine;
    }
    let mut zero = ways.iter().filter(|way| way.end != End::NonZero).peekable();
    if zero.peek().is_none() {
        return Verdict::NeverExitsZero;
    }
    if zero.any(|way| way.prints != Likely::No) { Verdict::WritesToStderr } else { Verdict::NeverPrints }
}

/// The functions that the script defines, wherever it does.
fn functions(statements: &[Statement]) -> Vec<String> {
    let names = statements.iter().flat_map(|statement| match statement {
        Statement::Function(name) => vec![name.clone()],
        Statement::If(_, blocks, _) => blocks.iter().flat_map(|block| functions(block)).collect(),
        Statement::Loop(_, body) => functions(body),
        Statement::Try(body, catches, last) => {
            let blocks = [body, last].into_iter().chain(catches);
            blocks.flat_map(|block| functions(block)).collect()
        }
        Statement::Simple(_) | Statement::Unknown => Vec::new(),
    });
    names.collect()
}

/// With `$ErrorActionPreference = 'Stop'` an error ends the script with exit code 1.
fn stops_on_errors(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("$erroractionpreference") && lower.contains("stop")
}

struct Follower {
    functions: Vec<String>,
    stops: bool,
    lost: bool,
}

impl Follower {
    fn block(&mut self, statements: &[Statement], mut ways: Vec<Way>) -> Vec<Way> {
        for statement in statements {
            let (open, mut ended): (Vec<_>, Vec<_>) = ways.into_iter().partition(|way| way.end == End::Open);
            if open.is_empty() || self.lost {
                return ended;
            }
            ended.extend(self.statement(statement, open));
            ways = merged(ended);
            self.lost |= ways.len() > MOST_WAYS;
        }
        ways
    }

    fn statement(&mut self, statement: &Statement, ways: Vec<Way>) -> Vec<Way> {
        match statement {
            Statement::Unknown => {
                self.lost = true;
                ways
            }
            Statement::Function(_) => ways,
            Statement::Simple(tokens) => self.simple(tokens, ways),
            Statement::If(conditions, blocks, has_else) => {
                let ways = after_words(conditions, ways);
                let mut after: Vec<Way> =
                    blocks.iter().flat_map(|block| self.block(block, ways.clone())).collect();
                after.extend((!has_else).then_some(ways).into_iter().flatten());
                after
            }
            Statement::Loop(condition, body) => {
                let ways = after_words(condition, ways);
                let mut after = self.block(body, ways.clone());
                for way in after.iter_mut().filter(|way| way.end == End::Body) {
                    way.end = End::Open;
                }
                after.extend(ways);
                after
            }
            Statement::Try(body, catches, last) => self.attempt(body, catches, last, ways),
        }
    }

    /// A `catch` begins anywhere in the body: what the body prints may have been printed.
    fn attempt(
        &mut self,
        body: &[Statement],
        catches: &[Vec<Statement>],
        last: &[Statement],
        ways: Vec<Way>,
    ) -> Vec<Way> {
        let mut after = self.block(body, ways.clone());
        let body_prints = after.iter().any(|way| way.prints != Likely::No);
        let thrown: Vec<Way> = ways
            .into_iter()
            .map(|way| Way {
                prints: if body_prints { way.prints.max(Likely::Maybe) } else { way.prints },
                ..way
            })
            .collect();
        for catch in catches {
            // An error that is caught is not written to stderr.
            after.extend(self.block(catch, thrown.clone()));
        }
        match last {
            [] => after,
            last => self.block(last, after),
        }
    }

    fn simple(&mut self, tokens: &[Token], ways: Vec<Way>) -> Vec<Way> {
        let mut ways = after_words(tokens, ways);
        match effect_of(tokens, &self.functions) {
            Effect::Nothing => {}
            Effect::Prints(likely) => ways.iter_mut().for_each(|way| way.prints = way.prints.max(likely)),
            Effect::Stderr => {
                for way in &mut ways {
                    way.stderr = Likely::Yes;
                    way.end = if self.stops { End::NonZero } else { way.end };
                }
            }
            Effect::Ends(end, prints) => {
                for way in &mut ways {
                    way.prints = way.prints.max(prints);
                    way.end = end;
                }
            }
            Effect::Lost => self.lost = true,
        }
        ways
    }
}

/// A command that fails writes to stderr and the script goes on: then nothing is detected, which may be meant.
fn after_words(tokens: &[Token], mut ways: Vec<Way>) -> Vec<Way> {
    if may_fail(tokens) {
        ways.iter_mut().for_each(|way| way.stderr = way.stderr.max(Likely::Maybe));
    }
    ways
}

/// Ways that look alike from here on are one way.
fn merged(mut ways: Vec<Way>) -> Vec<Way> {
    let mut kept: Vec<Way> = Vec::with_capacity(ways.len());
    for way in ways.drain(..) {
        if !kept.contains(&way) {
            kept.push(way);
        }
    }
    kept
}

#[cfg(test)]
mod tests;

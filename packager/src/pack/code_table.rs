//! Deflate's prefix codes (RFC 1951, 3.2) as tables that are indexed by the next bits.

/// The longest code that the format allows, in bits.
const LONGEST: usize = 15;

/// A code: its length, and as much of its meaning as the length of a stream depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Code {
    /// Length of the code in bits; 0 where no code begins with these bits.
    pub(super) bits: u8,
    /// Number of extra bits that follow the code.
    pub(super) extra: u8,
    /// The base of a length (from 3 on), [`LITERAL`], [`END`], or for a distance [`DISTANCE`]. In the code of code
    /// lengths, the symbol.
    pub(super) base: u16,
}

/// The [`Code::base`] of a literal.
pub(super) const LITERAL: u16 = 1;
/// The [`Code::base`] of the end of a block.
pub(super) const END: u16 = 0;
/// The [`Code::base`] of a distance.
pub(super) const DISTANCE: u16 = 2;

/// The code for each combination of as many bits as the longest code has.
pub(super) struct CodeTable {
    codes: Vec<Code>,
    mask: u64,
}

impl CodeTable {
    /// The code that the next bits begin with; `None` where there is none.
    pub(super) fn look_up(&self, ahead: u64) -> Option<Code> {
        #[allow(clippy::cast_possible_truncation)] // 15 bits at most
        let code = self.codes.get((ahead & self.mask) as usize)?;
        (code.bits > 0).then_some(*code)
    }

    /// The table of literals and lengths, from the lengths of their codes.
    pub(super) fn literals(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, literal)
    }

    /// The table of distances, from the lengths of their codes. It may be empty.
    pub(super) fn distances(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, distance)
    }

    /// The table of the code in which code lengths are written.
    pub(super) fn lengths(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, |symbol| Some((symbol, 0)))
    }

    /// The table of literals and lengths in a block with fixed codes.
    pub(super) fn fixed_literals() -> Option<Self> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        Self::literals(&lengths)
    }

    /// The table of distances in a block with fixed codes.
    pub(super) fn fixed_distances() -> Option<Self> {
        Self::distances(&[5; 32])
    }

    /// Builds a table: codes of one length are consecutive, and shorter ones come first. `meaning` returns a symbol's
    /// base and extra bits. `None` where there are more codes than fit.
    fn build(lengths: &[u8], meaning: fn(u16) -> Option<(u16, u8)>) -> Option<Self> {
        let mut counts = [0_u32; LONGEST + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        counts[0] = 0;
        let width = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let mut next = first_codes(&counts)?;
        let mut codes = vec![Code::default(); 1 << width];
        for (symbol, bits) in (0..).zip(lengths.iter().copied()).filter(|(_, bits)| *bits > 0) {
            let code = next.get_mut(usize::from(bits))?;
            // A code is written with its highest bit first, everything else with the lowest first.
            let first = usize::try_from(code.reverse_bits() >> (32 - u32::from(bits))).ok()?;
            *code += 1;
            if let Some((base, extra)) = meaning(symbol) {
                let code = Code { bits, extra, base };
                // Whatever bits follow the code, it is this symbol.
                codes.iter_mut().skip(first).step_by(1 << bits).for_each(|place| *place = code);
            }
        }
        Some(Self { codes, mask: (1 << width) - 1 })
    }
}

/// The first code of each length; `None` where there are more codes than fit.
fn first_codes(counts: &[u32; LONGEST + 1]) -> Option<[u32; LONGEST + 1]> {
    let (mut codes, mut code) = ([0; LONGEST + 1], 0);
    for length in 1..=LONGEST {
        code = (code + counts[length - 1]) << 1;
        codes[length] = code;
        // Fewer codes than fit are valid: a block of literals has one distance code or none.
        (code + counts[length] <= 1 << length).then_some(())?;
    }
    Some(codes)
}

/// Base and extra bits of a literal or length (RFC 1951, 3.2.5).
fn literal(symbol: u16) -> Option<(u16, u8)> {
    const BASES: [u16; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
        195, 227, 258,
    ];
    match symbol {
        0..=255 => Some((LITERAL, 0)),
        256 => Some((END, 0)),
        _ => {
            let at = usize::from(symbol - 257);
            let extra = if at < 8 || at == 28 { 0 } else { (at / 4 - 1).min(5) };
            BASES.get(at).map(|base| (*base, u8::try_from(extra).unwrap_or(0)))
        }
    }
}

fn distance(symbol: u16) -> Option<(u16, u8)> {
    (symbol < 30).then(|| (DISTANCE, u8::try_from((symbol / 2).saturating_sub(1)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        // 3.2.2: lengths (3, 3, 3, 3, 3, 2, 4, 4) give F = 00, A = 010 … G = 1110, H = 1111, first bit first.
        let table = CodeTable::lengths(&[3, 3, 3, 3, 3, 2, 4, 4]).unwrap();
        let meaning = |ahead: u64| table.look_up(ahead).map(|code| (code.base, code.bits));
        assert_eq!(meaning(0b1100), Some((5, 2)));
        assert_eq!(meaning(0b1010), Some((0, 3)));
        assert_eq!(meaning(0b0111), Some((6, 4)));
        assert_eq!(meaning(0b1111), Some((7, 4)));
    }

    #[test]
    fn bases_and_extra_bits_of_the_rfc() {
        for (symbol, base, extra) in [
            (255, LITERAL, 0),
            (256, END, 0),
            (257, 3, 0),
            (264, 10, 0),
            (265, 11, 1),
            (268, 17, 1),
            (269, 19, 2),
            (284, 227, 5),
            (285, 258, 0),
        ] {
            assert_eq!(literal(symbol), Some((base, extra)), "{symbol}");
        }
        for (symbol, extra) in [(0, 0), (3, 0), (4, 1), (5, 1), (6, 2), (28, 13), (29, 13)] {
            assert_eq!(distance(symbol), Some((DISTANCE, extra)), "{symbol}");
        }
        assert_eq!([literal(286), distance(30)], [None; 2]);
    }

    #[test]
    fn too_many_codes_are_refused_and_too_few_are_not() {
        assert!(CodeTable::distances(&[1, 1, 1]).is_none());
        assert!(CodeTable::distances(&[16]).is_none());
        let one = CodeTable::distances(&[0, 1]).unwrap();
        assert_eq!((one.look_up(0).map(|code| code.bits), one.look_up(1)), (Some(1), None));
        assert_eq!(CodeTable::distances(&[]).unwrap().look_up(0), None);
    }
}

//! Deflate's prefix codes (RFC 1951, 3.2), as tables that tell what the next bits mean.

/// Longest code.
const LONGEST: usize = 15;

/// What a code stands for, as far as a stream's length depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One byte.
    Literal,
    /// `base` bytes and as many more as the `extra` bits say. In the code of code lengths: the symbol.
    Match { base: u16, extra: u8 },
    /// How far back: only its `extra` bits matter.
    Distance { extra: u8 },
    /// The block ends.
    End,
    /// No code has these bits.
    Nothing,
}

/// A code: how long it is, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) bits: u8,
    pub(super) meaning: Meaning,
}

/// What every combination of the next bits means, as many as the longest code has.
pub(super) struct CodeTable {
    symbols: Vec<Symbol>,
    mask: u64,
}

impl CodeTable {
    /// The symbol that the next bits begin with.
    pub(super) fn look_up(&self, bits: u64) -> Symbol {
        let nothing = Symbol { bits: 0, meaning: Meaning::Nothing };
        usize::try_from(bits & self.mask).ok().and_then(|at| self.symbols.get(at)).copied().unwrap_or(nothing)
    }

    /// Literals and lengths, by their codes' lengths.
    pub(super) fn literals(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, literal)
    }

    /// Distances, by their codes' lengths; there may be none.
    pub(super) fn distances(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, distance)
    }

    /// The code in which code lengths are written.
    pub(super) fn lengths(lengths: &[u8]) -> Option<Self> {
        Self::build(lengths, |symbol| Meaning::Match { base: symbol, extra: 0 })
    }

    /// Literals and lengths of a block with fixed codes.
    pub(super) fn fixed_literals() -> Option<Self> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        Self::literals(&lengths)
    }

    /// Distances of a block with fixed codes.
    pub(super) fn fixed_distances() -> Option<Self> {
        Self::distances(&[5; 32])
    }

    /// Codes of one length follow each other, shorter ones come first. `None` where there are more codes than fit.
    fn build(lengths: &[u8], meaning: fn(u16) -> Meaning) -> Option<Self> {
        let mut counts = [0_u32; LONGEST + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        counts[0] = 0;
        let width = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let mut next = first_codes(&counts)?;
        let mut symbols = vec![Symbol { bits: 0, meaning: Meaning::Nothing }; 1 << width];
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let code = next.get_mut(usize::from(*length))?;
            let first = usize::try_from(code.reverse_bits() >> (32 - u32::from(*length))).ok()?;
            *code += 1;
            let symbol = Symbol { bits: *length, meaning: meaning(u16::try_from(symbol).ok()?) };
            symbols.iter_mut().skip(first).step_by(1 << length).for_each(|place| *place = symbol);
        }
        Some(Self { symbols, mask: (1 << width) - 1 })
    }
}

/// The first code of each length.
fn first_codes(counts: &[u32; LONGEST + 1]) -> Option<[u32; LONGEST + 1]> {
    let (mut codes, mut code) = ([0; LONGEST + 1], 0);
    for length in 1..=LONGEST {
        code = (code + counts[length - 1]) << 1;
        codes[length] = code;
        (code + counts[length] <= 1 << length).then_some(())?;
    }
    Some(codes)
}

/// RFC 1951, 3.2.5.
fn literal(symbol: u16) -> Meaning {
    const BASES: [u16; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
        195, 227, 258,
    ];
    match symbol {
        0..=255 => Meaning::Literal,
        256 => Meaning::End,
        _ => {
            let at = usize::from(symbol - 257);
            let extra = if at < 8 || at == 28 { 0 } else { (at / 4 - 1).min(5) };
            let extra = u8::try_from(extra).unwrap_or(0);
            BASES.get(at).map_or(Meaning::Nothing, |base| Meaning::Match { base: *base, extra })
        }
    }
}

fn distance(symbol: u16) -> Meaning {
    match symbol {
        0..=29 => Meaning::Distance { extra: u8::try_from((symbol / 2).saturating_sub(1)).unwrap_or(0) },
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        // 3.2.2: lengths (3, 3, 3, 3, 3, 2, 4, 4) give F = 00, A = 010 … G = 1110, H = 1111, first bit first.
        let table = CodeTable::lengths(&[3, 3, 3, 3, 3, 2, 4, 4]).unwrap();
        let symbol = |bits: u64| table.look_up(bits);
        let of = |base: u16, bits: u8| Symbol { bits, meaning: Meaning::Match { base, extra: 0 } };
        assert_eq!(symbol(0b1100), of(5, 2));
        assert_eq!(symbol(0b1010), of(0, 3));
        assert_eq!(symbol(0b0111), of(6, 4));
        assert_eq!(symbol(0b1111), of(7, 4));
    }

    #[test]
    fn bases_and_extra_bits_of_the_rfc() {
        for (symbol, base, extra) in [
            (257, 3, 0),
            (264, 10, 0),
            (265, 11, 1),
            (268, 17, 1),
            (269, 19, 2),
            (284, 227, 5),
            (285, 258, 0),
        ] {
            assert_eq!(literal(symbol), Meaning::Match { base, extra }, "{symbol}");
        }
        for (symbol, extra) in [(0, 0), (3, 0), (4, 1), (5, 1), (6, 2), (28, 13), (29, 13)] {
            assert_eq!(distance(symbol), Meaning::Distance { extra }, "{symbol}");
        }
        assert_eq!([literal(286), distance(30)], [Meaning::Nothing; 2]);
    }

    #[test]
    fn too_many_codes_are_refused_and_too_few_are_not() {
        assert!(CodeTable::distances(&[1, 1, 1]).is_none());
        assert!(CodeTable::distances(&[16]).is_none());
        let one = CodeTable::distances(&[0, 1]).unwrap();
        assert_eq!((one.look_up(0).bits, one.look_up(1).meaning), (1, Meaning::Nothing));
        assert_eq!(CodeTable::distances(&[]).unwrap().look_up(0).meaning, Meaning::Nothing);
    }
}

//! Circles: modules that need one another, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Edge;

/// Modules of which each needs, in some steps, every other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Circle {
    /// Their full names, such as `waybill-pe::resources`.
    pub(super) members: Vec<String>,
    /// For each pair of them: which needs which, and where.
    pub(super) reasons: Vec<String>,
}

/// The circles among the modules of a crate.
pub(super) fn circles(krate: &str, edges: &[Edge]) -> Vec<Circle> {
    let mut places: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    let full = |path: &[String]| format!("{krate}::{}", path.join("::"));
    for edge in edges {
        places.entry((full(&edge.from), full(&edge.to))).or_default().insert(&edge.place);
    }
    let needs: BTreeSet<(&str, &str)> =
        places.keys().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let inside =
        |members: &BTreeSet<&str>, from: &str, to: &str| members.contains(from) && members.contains(to);
    knots(&needs)
        .into_iter()
        .map(|members| Circle {
            reasons: places
                .iter()
                .filter(|((from, to), _)| inside(&members, from, to))
                .map(|((from, to), places)| {
                    format!("{from} needs {to}: {}", Vec::from_iter(places.iter().copied()).join(", "))
                })
                .collect(),
            members: members.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

/// Lifts edges to siblings: one from `a::b::c` to `a::d` becomes one from `a::b` to `a::d`.
pub(super) fn between_siblings(edges: Vec<Edge>) -> Vec<Edge> {
    let lift = |mut edge: Edge| {
        let shared = edge.from.iter().zip(&edge.to).take_while(|(from, to)| from == to).count();
        edge.from.truncate(shared + 1);
        edge.to.truncate(shared + 1);
        edge
    };
    edges.into_iter().map(lift).collect()
}

/// Groups of names of which each reaches every other.
fn knots<'a>(needs: &BTreeSet<(&'a str, &'a str)>) -> BTreeSet<BTreeSet<&'a str>> {
    let names: BTreeSet<&str> = needs.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        names.iter().map(|name| (*name, reach(name, needs))).collect();
    names
        .iter()
        .map(|name| reached[name].iter().copied().filter(|other| reached[other].contains(name)).collect())
        // A name that does not reach itself lies in no circle. The members of one all give the same
        // group, which the set holds once.
        .filter(|group: &BTreeSet<&str>| !group.is_empty())
        .collect()
}

fn reach<'a>(start: &str, needs: &BTreeSet<(&'a str, &'a str)>) -> BTreeSet<&'a str> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![start]);
    while let Some(name) = waiting.pop() {
        for (_, to) in needs.iter().filter(|(from, _)| *from == name) {
            if reached.insert(*to) {
                waiting.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str) -> Edge {
        let path = |text: &str| text.split("::").map(str::to_owned).collect();
        Edge { from: path(from), to: path(to), place: format!("{from}.rs:1") }
    }

    #[test]
    fn a_circle_is_found_through_a_third() {
        let edges = [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "d")];
        let found = circles("x", &edges);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].members, ["x::a", "x::b", "x::c"]);
        assert_eq!(found[0].reasons[0], "x::a needs x::b: a.rs:1");
    }

    #[test]
    fn two_circles_stay_two() {
        let edges = [edge("a", "b"), edge("b", "a"), edge("b", "c"), edge("c", "d"), edge("d", "c")];
        assert_eq!(circles("x", &edges).len(), 2);
    }

    #[test]
    fn folders_can_need_one_another_where_no_file_does() {
        let edges = vec![edge("a::one", "b"), edge("b", "a::two")];
        assert_eq!(circles("x", &edges), []);
        assert_eq!(circles("x", &between_siblings(edges))[0].members, ["x::a", "x::b"]);
    }
}

//! Shortest paths, and cycles of negative length (Bellman, 1958; Ford, 1956).

use crate::exact::Rational;

/// A step of a path.
pub(super) struct Edge {
    /// Where it begins.
    pub(super) from: usize,
    /// Where it ends.
    pub(super) to: usize,
    /// How long it is; it may be negative.
    pub(super) length: Rational,
}

/// What is found of a graph.
pub(super) enum Paths {
    /// A number for each place, so that none is greater than another and the length of an edge from there.
    Distances(Vec<Rational>),
    /// The edges of a cycle of negative length, by their numbers, the last first.
    Cycle(Vec<usize>),
}

/// Distances from the first place, and from the next one that it does not reach, and so on; or a cycle of negative
/// length.
pub(super) fn shortest(places: usize, edges: &[&Edge]) -> Option<Paths> {
    let mut distance: Vec<Option<Rational>> = vec![None; places];
    let mut parent: Vec<Option<usize>> = vec![None; places];
    while let Some(source) = distance.iter().position(Option::is_none) {
        *distance.get_mut(source)? = Some(Rational::ZERO);
        let mut changed = true;
        while changed {
            changed = false;
            for (number, edge) in edges.iter().enumerate() {
                let Some(start) = distance.get(edge.from)? else { continue };
                let reached = start + &edge.length;
                let slot = distance.get_mut(edge.to)?;
                if slot.as_ref().is_none_or(|known| reached < *known) {
                    *slot = Some(reached);
                    *parent.get_mut(edge.to)? = Some(number);
                    changed = true;
                }
            }
            if let Some(cycle) = changed.then(|| cycle(edges, &parent)).flatten() {
                return Some(Paths::Cycle(cycle));
            }
        }
    }
    Some(Paths::Distances(distance.into_iter().flatten().collect()))
}

/// A cycle among the last steps to each place, by the numbers of its edges.
fn cycle(edges: &[&Edge], parent: &[Option<usize>]) -> Option<Vec<usize>> {
    let back = |at: usize| {
        let number = (*parent.get(at)?)?;
        Some((number, edges.get(number)?.from))
    };
    let mut seen = vec![0; parent.len()];
    for start in 0..parent.len() {
        let mut at = start;
        while seen.get(at) == Some(&0) {
            *seen.get_mut(at)? = start + 1;
            match back(at) {
                Some((_, before)) => at = before,
                None => break,
            }
        }
        if seen.get(at) == Some(&(start + 1)) && back(at).is_some() {
            let mut out = Vec::new();
            let end = at;
            while let Some((number, before)) = back(at) {
                out.push(number);
                at = before;
                if at == end {
                    return Some(out);
                }
            }
        }
    }
    None
}

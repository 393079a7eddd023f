//! Derivations: hypotheses, definitions and chains.

use super::{
    DistributionKind, Expr, ExprKind, Name, Range, Relation, Setting, SettingKind, Span, Stance, Text,
};

/// `derivation NAME [shows RELATION] { … } [ref "…"]`, with `refuted` in front if a step of it is false; or `lemma NAME: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// What the file says of it.
    pub stance: Stance,
    /// How it is written.
    pub form: Form,
    /// Its name; hyphens allowed.
    pub name: Name,
    /// What it shows in the end, if that is said first.
    pub shows: Option<Sentence>,
    /// Its lines in order.
    pub lines: Vec<DerivationLine>,
    /// Comments after the last line.
    pub end_comments: Vec<String>,
    /// Rows of the list of claims.
    pub refs: Vec<Text>,
}

/// How a derivation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `derivation NAME { … }`: line by line.
    Lines,
    /// `lemma NAME: …`: a single step.
    Lemma,
}

/// One line of a derivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivationLine {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// What it says.
    pub kind: DerivationKind,
    /// Where it stands.
    pub span: Span,
}

/// What a line of a derivation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DerivationKind {
    /// `given functions X, T`: any functions, of any number of arguments.
    Functions(Vec<Name>),
    /// `given numbers a, b`: any real numbers.
    Numbers(Vec<Name>),
    /// `given v in [0, 1], w in [0, v] with F(w) = 1/2`: numbers in closed intervals, of which something is assumed.
    Members(Vec<Membership>, Vec<Relations>),
    /// `given integer n >= 2`.
    Integer {
        /// The integer.
        name: Name,
        /// The least value that it may have.
        least: Expr,
    },
    /// `given F: cdf on [0, V] with density f`, `given F: cdf on [0, V], continuous`.
    Cdf {
        /// The distribution function.
        name: Name,
        /// The type space.
        on: Range,
        /// The density, and whether it is known to be positive there; none if nothing is known but continuity.
        density: Option<(Positive, Name)>,
    },
    /// `given ic: U(v) >= U(r) for all v in [0, 1], r in [0, 1]`.
    Hypothesis {
        /// Its name.
        name: Option<Name>,
        /// For all values of these, if it is an implication.
        ranges: Vec<Membership>,
        /// What is assumed.
        sentence: Sentence,
        /// What it implies, if that is what is assumed.
        then: Option<(Direction, Sentence)>,
    },
    /// `given profile t`, `given profile t on [0, V] with density f`: types of the agents, independent.
    Profile {
        /// The profile.
        name: Name,
        /// The type space of every agent and the density; none if nothing is said of the types.
        types: Option<(Range, Positive, Name)>,
    },
    /// `given profile t ~ F`: types of the agents, drawn independently by a distribution function.
    Drawn {
        /// The profile.
        name: Name,
        /// The distribution function.
        cdf: Name,
    },
    /// A setting at the margin with as many agents as an integer says.
    Setting(Setting),
    /// `apply equal-shares with n = 3, V = 1, f(y) = 2*y`: what an earlier derivation shows, for these.
    Apply {
        /// The earlier derivation.
        name: Name,
        /// Its names with their parameters, and what they are.
        values: Vec<(Name, Vec<Name>, Expr)>,
    },
    /// `let U(v) = v*X(v) + T(v)`.
    Let {
        /// The name that is defined.
        name: Name,
        /// Its parameters; none for a number.
        parameters: Vec<Name>,
        /// What it is.
        body: Expr,
    },
    /// `step up for all v in [0, 1]: …`, or a chain alone.
    Step {
        /// Its name.
        name: Option<Name>,
        /// For all values of these.
        ranges: Vec<Membership>,
        /// If these hold.
        conditions: Vec<Relations>,
        /// The chain.
        chain: Chain,
    },
    /// `step three for all v in [0, 1]: a >= b iff c >= d by algebra`: statements that follow from each other.
    Argument {
        /// Its name.
        name: Option<Name>,
        /// For all values of these.
        ranges: Vec<Membership>,
        /// If these hold.
        conditions: Vec<Relations>,
        /// The first statement.
        first: Sentence,
        /// Why it holds, if nothing follows it.
        reasons: Vec<Reason>,
        /// What follows from it.
        links: Vec<Implication>,
    },
    /// `we need to show truth for all v in [0, 1]: U(v) >= 0`: what follows from the lines below.
    Goal {
        /// Its name.
        name: Option<Name>,
        /// For all values of these.
        ranges: Vec<Membership>,
        /// If these hold.
        conditions: Vec<Relations>,
        /// What is to be shown.
        sentence: Sentence,
    },
}

impl Setting {
    /// Whether types are drawn by a distribution function that is given above: then it is one of derivations.
    pub fn is_of_derivations(&self) -> bool {
        self.lines.iter().any(|line| match &line.kind {
            SettingKind::Agent { distribution, .. } | SettingKind::Agents { distribution, .. } => {
                matches!(distribution.kind, DistributionKind::Named(_))
            }
            _ => false,
        })
    }
}

impl DerivationKind {
    /// The name on the left of `given V > 0`: a number, if it has no meaning yet.
    pub fn compared(&self) -> Option<&Expr> {
        let DerivationKind::Hypothesis { name: None, sentence, then: None, .. } = self else { return None };
        let [only] = sentence.relations.as_slice() else { return None };
        let plain = sentence.ranges.is_empty() && sentence.conditions.is_empty();
        (plain && matches!(only.first.kind, ExprKind::Name(_))).then_some(&only.first)
    }

    /// The name by which a reason cites it.
    pub fn label(&self) -> Option<&Name> {
        match self {
            DerivationKind::Hypothesis { name, .. }
            | DerivationKind::Step { name, .. }
            | DerivationKind::Argument { name, .. }
            | DerivationKind::Goal { name, .. } => name.as_ref(),
            DerivationKind::Apply { name, .. } => Some(name),
            _ => None,
        }
    }

    /// What its reasons cite.
    pub fn cited(&self) -> Vec<&Name> {
        let reasons: Vec<&Reason> = match self {
            DerivationKind::Step { chain, .. } => chain.links.iter().flat_map(|l| &l.reasons).collect(),
            DerivationKind::Argument { reasons, links, .. } => {
                reasons.iter().chain(links.iter().flat_map(|l| &l.reasons)).collect()
            }
            _ => vec![],
        };
        let names = reasons.into_iter().filter_map(|reason| match &reason.kind {
            ReasonKind::Named { name, .. } => Some(name),
            _ => None,
        });
        names.collect()
    }
}

/// `a >= b and c = d for all x in [0, 1] if e > f`, `F(w) = 1/2 for some w in [0, 1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What holds; at least one.
    pub relations: Vec<Relations>,
    /// Of which of these.
    pub quantifier: Quantifier,
    /// The names that it speaks of; none if it has no quantifier.
    pub ranges: Vec<Membership>,
    /// If these hold.
    pub conditions: Vec<Relations>,
    /// Where it stands.
    pub span: Span,
}

/// Of which values something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `for all`
    All,
    /// `for some`
    Some,
}

/// `iff c >= d by algebra`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implication {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// Whether the statement before follows from it, too.
    pub direction: Direction,
    /// The statement that follows.
    pub right: Sentence,
    /// What the source prints in its place.
    pub printed: Option<Sentence>,
    /// Why; empty if the checker is to find out.
    pub reasons: Vec<Reason>,
    /// Where the word and the statement stand.
    pub span: Span,
}

/// Which of two statements follows from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `iff`: each.
    Both,
    /// `implies`: the second.
    Forward,
}

/// Whether a density is known to be positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positive {
    /// `positive density`
    Yes,
    /// `density`: at least zero.
    Unknown,
}

/// `v in [0, 1]`, `i in 1..n`, or `x` for any number or profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The number.
    pub name: Name,
    /// Where it is.
    pub within: Within,
}

/// Where a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Anywhere.
    Any,
    /// In a closed interval.
    Interval(Range),
    /// Among the agents, from the first number to the second.
    Agents(Expr, Expr),
}

/// `a = b`, `0 <= a <= b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relations {
    /// The first side.
    pub first: Expr,
    /// The relations and the sides that follow; at least one.
    pub rest: Vec<(Relation, Expr)>,
    /// Whether `everywhere` stands behind them.
    pub everywhere: bool,
    /// Where they stand.
    pub span: Span,
}

/// A chain: a first side, and links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The first side.
    pub first: Expr,
    /// The links; at least one.
    pub links: Vec<Link>,
}

/// `= right by reasons`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// How the left side compares.
    pub relation: Relation,
    /// The right side.
    pub right: Expr,
    /// Whether `everywhere` stands behind it.
    pub everywhere: bool,
    /// What the source prints in its place.
    pub printed: Option<Misprint>,
    /// Why; empty if the checker is to find out.
    pub reasons: Vec<Reason>,
    /// Where the relation and the right side stand.
    pub span: Span,
}

/// `printed <= wrong`: what a source prints in place of a relation and its right side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misprint {
    /// The relation, if that is another one, too.
    pub relation: Option<Relation>,
    /// The right side.
    pub right: Expr,
    /// Where it stands.
    pub span: Span,
}

/// One reason of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which.
    pub kind: ReasonKind,
    /// Where it stands.
    pub span: Span,
}

/// The reasons, in the words of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReasonKind {
    /// `definition`, `algebra`, `linearity`, `rearranging`: the two sides are the same term.
    Same(&'static str),
    /// `splitting at w`: the integral is the sum of two.
    Splitting(Option<Expr>),
    /// `given`: from what is assumed and what was shown.
    Given,
    /// `parts`, `interchange`, `substitution`, `the fundamental theorem`.
    Fundamental(&'static str),
    /// `density`: `dF = f dy`, and f cancels.
    Density,
    /// `monotonicity`: an integrand that is nowhere smaller has an integral that is not smaller.
    Monotonicity,
    /// `sign`: from the signs of the parts.
    Sign,
    /// `derivative in z`: by how the difference of the sides moves with it.
    Derivative(Name),
    /// `equality at z = 1`: where the sides are equal.
    Equality(Vec<(Name, Expr)>),
    /// `independence`: types are drawn one by one.
    Independence,
    /// `reindexing`: a sum of differences telescopes.
    Reindexing,
    /// `cases v >= w`: where it holds, and where it does not.
    Cases(Box<Relations>),
    /// `contradiction`: from the negation.
    Contradiction,
    /// `taking w = V/2`: such a number is given.
    Taking(Vec<(Name, Expr)>),
    /// `the envelope formula`: utility is the area under the allocation.
    Envelope,
    /// `the envelope theorem`: what the best choice is worth is an integral of its derivative in the type.
    EnvelopeTheorem,
    /// `ic at v = w, r = v`: a hypothesis, or a step shown above.
    Named {
        /// Its name.
        name: Name,
        /// Values of the names that it speaks of all of.
        at: Vec<(Name, Expr)>,
    },
}

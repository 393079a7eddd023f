//! Claims, their statements and properties.

use super::{Expr, Name, Relations, Span, Text};

/// `claim NAME [at r = 1/2]: … [printed …] [ref "…"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whether the file says that it holds or that it fails.
    pub stance: Stance,
    /// Its name; hyphens allowed.
    pub name: Name,
    /// `at r = 1/2, s = 0`: parameters that are fixed.
    pub at: Vec<(Name, Expr)>,
    /// `for r: … answer [0, 1/2]`, `for r, s: … answer where r <= s`: the parameters for which it holds.
    pub solve: Option<Solve>,
    /// What is claimed: one statement, or several in braces.
    pub statements: Vec<Statement>,
    /// Comments after the last statement in braces.
    pub end_comments: Vec<String>,
    /// Whether the statements stand in braces.
    pub braces: Braces,
    /// Where it holds.
    pub scope: Scope,
    /// What the source prints in place of the last right side, where that is wrong.
    pub printed: Option<Expr>,
    /// Rows of the list of claims.
    pub refs: Vec<Text>,
}

/// What a statement is solved for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solve {
    /// The parameters; at least one.
    pub unknowns: Vec<Name>,
    /// The set of their values for which the statement holds; none if there is no answer yet.
    pub answer: Option<Answer>,
    /// Where the answer stands, or the parameters without one.
    pub span: Span,
}

/// A set of values of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// `[0, 1/3) union {1/2}`: of one parameter, from the lowest to the highest.
    Intervals(Vec<Interval>),
    /// `where r <= s, s < 1/2 union where r = 1`: regions by what holds in them.
    Regions(Vec<Vec<Relations>>),
}

/// A piece of a set of numbers; a single number is the interval from it to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The lower end.
    pub low: Expr,
    /// Whether the lower end belongs to it.
    pub from: End,
    /// The upper end.
    pub high: Expr,
    /// Whether the upper end belongs to it.
    pub to: End,
}

/// Whether the end of an interval belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It does: `[`, `]`.
    Closed,
    /// It does not: `(`, `)`.
    Open,
}

/// Whether a claim's statements are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Braces {
    /// `{ … }`.
    Present,
    /// A single statement.
    Absent,
}

/// What the file says of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    /// `claim`: it holds.
    Holds,
    /// `refuted`: it is false.
    Fails,
}

/// Where a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// At every type profile.
    Everywhere,
    /// `almost everywhere`, with respect to the prior.
    AlmostEverywhere,
}

/// One statement of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// What it says.
    pub kind: StatementKind,
    /// Rows of the list of claims, for this statement alone (only in braces).
    pub refs: Vec<Text>,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `a = b`, `a <= b < c`.
    Relations {
        /// The first side.
        first: Expr,
        /// The relations and the sides that follow; at least one.
        rest: Vec<(Relation, Expr)>,
    },
    /// `vcg is DSIC`, `rule is BIC, interim IR and budget balanced`.
    Properties {
        /// The mechanism.
        mechanism: Expr,
        /// The properties; at least one.
        properties: Vec<Property>,
    },
    /// `C(partnership, 1) is strictly decreasing in r`.
    Shape {
        /// The expression.
        expr: Expr,
        /// Its shape.
        shape: Shape,
        /// In which parameter or type.
        variable: Name,
    },
    /// `shade is a Bayes-Nash equilibrium of first`.
    Equilibrium {
        /// Against what the strategy is a best reply.
        concept: Concept,
        /// The strategy.
        strategy: Name,
        /// The mechanism.
        mechanism: Name,
    },
    /// `second is payment equivalent to first under shade up to constants`.
    Versus {
        /// The mechanism that the statement is about.
        first: Expr,
        /// How it compares.
        versus: Versus,
        /// The other mechanism.
        second: Expr,
    },
    /// `no mechanism on trade is efficient, BIC, interim IR and budget balanced`.
    Existence {
        /// `some` or `no`.
        quantity: Quantity,
        /// The setting.
        setting: Name,
        /// The properties; at least one.
        properties: Vec<Property>,
    },
    /// `screening has increasing differences implies screening has single crossing`.
    Implication {
        /// What is supposed.
        premise: Box<StatementKind>,
        /// What follows.
        conclusion: Box<StatementKind>,
    },
    /// `price(r, high) - price(r, low) ranges over [1, 2]`.
    Ranges {
        /// The term.
        term: Expr,
        /// Its values.
        range: Interval,
    },
    /// `screening has increasing differences`.
    Order {
        /// The setting.
        setting: Name,
        /// How values move.
        order: Order,
    },
    /// `greatest revenue of a mechanism on sale that is BIC and interim IR = 3/2`, or `greatest revenue of more that …` for
    /// an allocation rule.
    Optimum {
        /// Whether the greatest or the least value is meant.
        extreme: Extreme,
        /// Of what.
        objective: Objective,
        /// Whether payments of a rule are looked for, or all of a mechanism.
        of: Sought,
        /// The setting, or the rule.
        setting: Name,
        /// The properties; at least one.
        properties: Vec<Property>,
        /// The value; none if there is no end.
        value: Option<Expr>,
    },
    /// `worst_off_type(partnership, 1) = {r}`.
    Set {
        /// The expression that denotes a set.
        set: Expr,
        /// The elements.
        elements: Vec<Expr>,
    },
}

/// How values of outcomes move with types, both in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `increasing differences`
    IncreasingDifferences,
    /// `strictly increasing differences`
    StrictlyIncreasingDifferences,
    /// `single crossing`
    SingleCrossing,
    /// `monotone choice`
    MonotoneChoice,
}

/// Greatest or least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    /// `greatest`
    Greatest,
    /// `least`
    Least,
}

/// What a mechanism is to make great or small, in expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// `revenue`: the sum of payments.
    Revenue,
    /// `welfare`: the sum of values.
    Welfare,
    /// `gains`: the sum of values less the outside options.
    Gains,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// A mechanism on a setting.
    Mechanism,
    /// Payments for an allocation rule.
    Payments,
}

/// Against what a strategy is a best reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concept {
    /// `a Bayes-Nash equilibrium`: on average, while the others follow the strategy.
    BayesNash,
    /// `an ex post equilibrium`: whatever the others' types, while they follow the strategy.
    ExPost,
    /// `a dominant-strategy equilibrium`: whatever the others report.
    DominantStrategy,
}

/// How one mechanism compares with another on the same setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versus {
    /// `outcome equivalent to`
    Outcome,
    /// `payment equivalent to`
    Payment(Constants),
    /// `payoff equivalent to`
    Payoff(Constants),
    /// `revenue equivalent to`
    Revenue,
    /// `weakly preferred to`
    WeaklyPreferred,
    /// `strictly preferred to`
    StrictlyPreferred,
}

/// Whether two quantities may differ by a constant of each agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constants {
    /// They are equal.
    Fixed,
    /// `up to constants`.
    Free,
}

/// `some` or `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// At least one.
    Some,
    /// None.
    No,
}

/// A relation between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `!=`, `≠`
    NotEqual,
    /// `<`
    Less,
    /// `<=`, `≤`
    AtMost,
    /// `>`
    Greater,
    /// `>=`, `≥`
    AtLeast,
}

/// A property with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Which.
    pub kind: PropertyKind,
    /// Where it stands.
    pub span: Span,
}

/// The properties of mechanisms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PropertyKind {
    /// `DSIC`: the truth is a dominant strategy (with private values also ex post IC).
    DominantIc,
    /// `BIC`: the truth is a Bayes–Nash equilibrium.
    BayesianIc,
    /// `ex post IC`.
    ExPostIc,
    /// `ex post IR`.
    ExPostIr,
    /// `interim IR`.
    InterimIr,
    /// `ex ante IR`.
    ExAnteIr,
    /// `budget balanced`: payments sum to zero at every profile.
    BudgetBalanced,
    /// `ex ante budget balanced`.
    ExAnteBudgetBalanced,
    /// `no deficit`: payments sum to at least zero at every profile (also `ex post no deficit`).
    NoDeficit,
    /// `ex ante no deficit`.
    ExAnteNoDeficit,
    /// `efficient`.
    Efficient,
    /// `feasible`.
    Feasible,
    /// `monotone`: of two own types, each prefers its own outcome by no less than the other does.
    Monotone,
    /// `interim monotone`: the same on average.
    InterimMonotone,
    /// `envelope`: payoffs are areas under marginal values.
    Envelope,
    /// `interim envelope`: the same on average.
    InterimEnvelope,
    /// `implementable`: some payments make the truth a dominant strategy.
    Implementable,
    /// `weakly monotone`: no two types gain by an exchange of their outcomes.
    WeaklyMonotone,
    /// `cyclically monotone`: no cycle of types gains if each takes the outcome of the next.
    CyclicallyMonotone,
    /// `regular`, of a setting: virtual values are nondecreasing.
    Regular,
    /// `strictly regular`, of a setting: virtual values are strictly increasing.
    StrictlyRegular,
}

/// Shapes of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `nondecreasing`
    Nondecreasing,
    /// `nonincreasing`
    Nonincreasing,
    /// `strictly increasing`
    StrictlyIncreasing,
    /// `strictly decreasing`
    StrictlyDecreasing,
    /// `convex`
    Convex,
    /// `concave`
    Concave,
}

impl Shape {
    /// As it is written.
    pub fn words(self) -> &'static str {
        match self {
            Shape::Nondecreasing => "nondecreasing",
            Shape::Nonincreasing => "nonincreasing",
            Shape::StrictlyIncreasing => "strictly increasing",
            Shape::StrictlyDecreasing => "strictly decreasing",
            Shape::Convex => "convex",
            Shape::Concave => "concave",
        }
    }
}

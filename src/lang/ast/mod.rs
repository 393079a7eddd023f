//! The syntax tree: what a theorem file says, before any name has a meaning.
//!
//! Main type: [`File`]. Invariant: every node that can be wrong carries the [`Span`] of its text;
//! spans are ignored by equality, so that "prints and parses back to the same tree" is `==`.

mod claim;
mod derivation;
mod expr;
mod figure;

use crate::exact::Rational;

pub use claim::{
    Answer, Braces, Claim, Concept, Constants, End, Extreme, Interval, Objective, Order, Property,
    PropertyKind, Quantity, Relation, Scope, Shape, Solve, Sought, Stance, Statement, StatementKind, Versus,
};
pub use derivation::{
    Chain, Derivation, DerivationKind, DerivationLine, Direction, Form, Implication, Link, Membership,
    Misprint, Positive, Quantifier, Reason, ReasonKind, Relations, Sentence, Within,
};
pub use expr::{Comparison, Condition, Expr, ExprKind, Factor, FamilyOperator, Sign, children};
pub use figure::{Figure, FigureKind};

/// A range of bytes in the source text. Two spans always compare equal: position is not meaning.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Span) -> bool {
        true
    }
}

impl Eq for Span {}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name as written (Greek letters stay as they are).
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A quoted string with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The characters between the quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// One theorem file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The items in the order of the text.
    pub items: Vec<Item>,
    /// Comments after the last item.
    pub end_comments: Vec<String>,
}

/// One item of a file, with the comments that stand before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Comment lines (without `#`, trimmed) above the item.
    pub comments: Vec<String>,
    /// A comment at the end of the item's last line.
    pub trailing: Option<String>,
    /// Whether a blank line stands before the item and its comments.
    pub blank_before: Blank,
    /// What the item says.
    pub kind: ItemKind,
    /// Where it stands.
    pub span: Span,
}

/// Whether a blank line precedes an item. Layout, not meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// A blank line stands before.
    Before,
    /// None does.
    Absent,
}

/// The kinds of items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// `source "Title", section 3`: the text that the file speaks of.
    Source {
        /// The title.
        title: Text,
        /// The rest of the line, verbatim and trimmed.
        place: Option<String>,
    },
    /// `parameter r in [0, 1]`.
    Parameter {
        /// The parameter.
        name: Name,
        /// Its closed range.
        range: Range,
    },
    /// `setting trade { … }`.
    Setting(Setting),
    /// `mechanism vcg = pivot(trade)` or written out by cases.
    Mechanism(Mechanism),
    /// `strategy shade on first: bid(x) = x/2`.
    Strategy(Strategy),
    /// `claim …` or `refuted …`.
    Claim(Claim),
    /// `derivation NAME { … }`: hypotheses and chains.
    Derivation(Derivation),
    /// `given V > 0`: what all derivations below that speak of it assume.
    Given(DerivationKind),
    /// `figure …`.
    Figure(Figure),
}

/// A closed interval `[low, high]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The lower end.
    pub low: Expr,
    /// The upper end.
    pub high: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A setting: who the agents are, what may happen, what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The setting's name.
    pub name: Name,
    /// Its lines in order.
    pub lines: Vec<SettingLine>,
    /// Comments after the last line.
    pub end_comments: Vec<String>,
}

/// One line of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingLine {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// What it says.
    pub kind: SettingKind,
    /// Where it stands.
    pub span: Span,
}

/// What a line of a setting says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKind {
    /// `agent buyer with type v ~ uniform(0, 1)`.
    Agent {
        /// The agent.
        name: Name,
        /// The name of the agent's type.
        variable: Name,
        /// Its prior.
        distribution: Distribution,
    },
    /// `agents i in 1..2 with type v[i] ~ uniform(0, 1)`.
    Agents {
        /// The index.
        index: Name,
        /// The first agent.
        first: Expr,
        /// The last agent.
        last: Expr,
        /// The name of the types, indexed.
        variable: Name,
        /// The common prior.
        distribution: Distribution,
    },
    /// `outcome x in {0, 1}`, `outcome x in grid(0, 1, 1/10)`.
    Outcome {
        /// The outcome variable.
        name: Name,
        /// The values it may take, in order.
        values: Support,
    },
    /// `outcome x in [0, 1]`.
    OutcomeInterval {
        /// The outcome variable.
        name: Name,
        /// The outcomes.
        on: Range,
    },
    /// `cost = x^2/2`.
    Cost {
        /// What the outcome costs.
        cost: Expr,
    },
    /// `one good`, or `one good, kept by the seller if nobody gets it`.
    OneGood {
        /// Who has the good when no agent gets it.
        keeper: Keeper,
    },
    /// `value buyer = v*x`.
    Value {
        /// The agent.
        agent: AgentRef,
        /// Gross value.
        value: Expr,
    },
    /// `value ann = any table t, x in {0, 1, 2}`: whatever the values are, as far as they are in the set.
    AnyValue {
        /// The agent.
        agent: AgentRef,
        /// The agent's type.
        rows: Expr,
        /// The outcome variable.
        columns: Expr,
        /// What a value may be.
        values: Vec<Expr>,
    },
    /// `outside seller = c`: the outside option, which may depend on the agent's type.
    Outside {
        /// The agent.
        agent: AgentRef,
        /// Its value.
        value: Expr,
    },
    /// `share 1 = r`.
    Share {
        /// The agent.
        agent: AgentRef,
        /// The share of the good that the agent owns.
        share: Expr,
    },
    /// `ties x = 1`, `ties to the lowest index`.
    Ties(Ties),
    /// `prior = table v, w { … }`: the probability of each profile of types.
    Prior {
        /// The probability, in the types.
        probability: Expr,
    },
}

/// Whether a good may stay with nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Some agent always gets it.
    Agents,
    /// The seller keeps it if no agent gets it.
    Seller,
}

/// A tie rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ties {
    /// `ties x = 1, 0`: the outcomes that win ties, the strongest first.
    Outcomes {
        /// The outcome variable.
        name: Name,
        /// The outcomes, strongest first; those left out follow in their order.
        values: Vec<Expr>,
    },
    /// `ties to the lowest index`.
    LowestIndex,
    /// `ties to the highest index`.
    HighestIndex,
    /// `ties to buyer`: agents by name, the strongest first.
    Agents(Vec<AgentRef>),
    /// `ties with equal chances`: by lot.
    EqualChances,
}

/// A prior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Its form.
    pub kind: DistributionKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a prior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistributionKind {
    /// `uniform(a, b)`.
    Uniform {
        /// The lower end.
        low: Expr,
        /// The upper end.
        high: Expr,
    },
    /// `cdf y^2 on [0, 1]`; a piecewise cdf is `cdf cases { … } on [a, b]`.
    Cdf {
        /// The distribution function of the one free name.
        body: Expr,
        /// The type space.
        on: Range,
    },
    /// `pdf 2*y on [0, 1]`, `pdf 1/2 on [0, 1] with atoms {0: 1/2}`.
    Pdf {
        /// The density.
        body: Expr,
        /// The type space.
        on: Range,
        /// Types that have a probability of their own, with these.
        atoms: Vec<(Expr, Expr)>,
    },
    /// `F`: a distribution function that is given above.
    Named(Name),
    /// Finitely many types.
    Discrete(Discrete),
}

/// Finitely many types, with probabilities or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discrete {
    /// `in {low, high}`: without a prior of their own.
    Types(Support),
    /// `uniform {1, 2, 5}`, `uniform grid(0, 1, 1/10)`.
    Even(Support),
    /// `finite {1: 1/3, 2: 2/3}`: each with its probability.
    Weighted(Vec<(Expr, Expr)>),
}

/// Finitely many types or outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// `{1, 2, 5}`, `{low, high}`: numbers, or new names.
    Listed(Vec<Expr>),
    /// `grid(0, 1, 1/10)`: from one number to another in equal steps.
    Grid(Box<Grid>),
}

/// Numbers in equal steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The first number.
    pub low: Expr,
    /// The last number.
    pub high: Expr,
    /// The step.
    pub step: Expr,
}

/// Who a line or a call speaks of: `buyer`, `1`, `i`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentRef {
    /// An agent by name, or an index variable.
    Named(Name),
    /// An agent by number.
    Number {
        /// The number.
        number: Rational,
        /// Where it stands.
        span: Span,
    },
}

/// A mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Its name.
    pub name: Name,
    /// How it is given.
    pub body: MechanismBody,
}

/// How a mechanism is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MechanismBody {
    /// `pivot(trade)`, `balance(vcg)`, `second_price(sale, 1/2)`: a call or a name.
    Expr(Expr),
    /// `mechanism m on S = { … }`, written out. Without `on`, the only setting of the file.
    Rules {
        /// The setting.
        setting: Option<Name>,
        /// The rules.
        rules: Vec<MechanismRule>,
        /// Comments after the last rule.
        end_comments: Vec<String>,
    },
    /// `rule r on S: x = e`: an allocation rule, which says nothing of payments.
    Choice {
        /// The setting.
        setting: Name,
        /// The outcome variable.
        outcome: Name,
        /// The outcome, in the types.
        value: Expr,
    },
    /// `rule r on S: x = any table v, c in {0, 1}`: any rule whose outcomes are among these.
    AnyChoice {
        /// The setting.
        setting: Name,
        /// The outcome variable.
        outcome: Name,
        /// The types that the outcome depends on.
        types: Vec<Expr>,
        /// The outcomes.
        values: Vec<Expr>,
    },
}

/// One rule of a mechanism that is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MechanismRule {
    /// Comment lines above it.
    pub comments: Vec<String>,
    /// A comment at its end.
    pub trailing: Option<String>,
    /// What it says.
    pub kind: MechanismRuleKind,
    /// Where it stands.
    pub span: Span,
}

/// What a rule of a mechanism says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MechanismRuleKind {
    /// `allocation i = [x[i] wins]`: the probability that the agent gets the good.
    Allocation {
        /// The agent; an undeclared name stands for every agent.
        agent: AgentRef,
        /// The probability.
        probability: Expr,
    },
    /// `probability x = 1: [v >= c]`: the probability of one outcome.
    Probability {
        /// The outcome variable.
        outcome: Name,
        /// The outcome.
        value: Expr,
        /// Its probability.
        probability: Expr,
    },
    /// `outcome x = [v >= c]`: the outcome itself, in the types.
    Outcome {
        /// The outcome variable.
        outcome: Name,
        /// The outcome.
        value: Expr,
    },
    /// `payment i = …`: what the agent pays to the designer.
    Payment {
        /// The agent; an undeclared name stands for every agent.
        agent: AgentRef,
        /// The payment.
        payment: Expr,
    },
}

/// `strategy shade on first: bid(x) = x/2`: what each agent reports, as a function of the own type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    /// Its name.
    pub name: Name,
    /// The mechanism it is played in.
    pub mechanism: Name,
    /// The report of every agent, or of one agent each.
    pub bids: Vec<Bid>,
}

/// `bid(x) = x/2`, `bid ann(x) = x/2`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// The name of the report (only read by people).
    pub report: Name,
    /// Whose report it is; everyone's if nobody is named.
    pub agent: Option<AgentRef>,
    /// The argument.
    pub variable: Name,
    /// The report.
    pub body: Expr,
}

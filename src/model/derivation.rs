//! [`Derivation`]: hypotheses about unknown functions, and chains of relations that follow from them.
//!
//! It states: the hypotheses imply that everything is defined, every link of every chain, and the overall
//! relation of each chain, for all functions, all values of the free names, and all integers from the least
//! one on.

use crate::kernel::{Definition, Expr, Formula, Name, Statement};

use super::claim::{Comparison, Conjunct};
use super::continuous::ContinuousCdf;
use super::highest::{Collectible, Highest, Law};
use super::rate::Rate;

/// A derivation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Derivation {
    /// The integer that it is about, and the least value that it may have: the natural number of the
    /// theorem is the integer minus that.
    pub integer: Option<(String, u32)>,
    /// The numbers that it speaks of.
    pub numbers: Vec<Name>,
    /// Distribution functions of which nothing is known but that they are continuous.
    pub continuous: Vec<ContinuousCdf>,
    /// The type space of the agents, and the density of their types.
    pub space: Option<TypeSpace>,
    /// How types are drawn, if they are all drawn alike.
    pub law: Option<Box<Law>>,
    /// The greatest values over all agents that it speaks of.
    pub highest: Vec<Highest>,
    /// What can be collected from an agent, if it speaks of that.
    pub collectible: Option<Box<Collectible>>,
    /// What is assumed.
    pub hypotheses: Vec<Hypothesis>,
    /// What earlier derivations show, for some functions and numbers.
    pub applied: Vec<Application>,
    /// What follows from what words such as `cdf` mean, and need not be said.
    pub lemmas: Vec<Formula>,
    /// What must hold for the hypotheses to make sense: denominators that are not zero.
    pub defined: Vec<Formula>,
    /// The chains in order.
    pub chains: Vec<Chain>,
}

/// An earlier derivation, for some functions and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The derivation.
    pub derivation: Derivation,
    /// What its functions are; those that are left out stay as they are.
    pub functions: Vec<Definition>,
    /// What its natural number is; none if it stays as it is.
    pub natural: Option<u32>,
    /// What its numbers are, in their order.
    pub numbers: Vec<Expr>,
}

/// Where the types of all agents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSpace {
    /// The lowest type.
    pub low: Expr,
    /// The highest type.
    pub high: Expr,
    /// The number of agents.
    pub upper: Expr,
    /// The density: a function of the agent and the type; none if there need not be one.
    pub density: Option<Name>,
}

impl TypeSpace {
    /// How the types of each agent are drawn, if they have a density: `E[θ[i] <= y]` is its integral up to `y`, and every type is
    /// in the type space, almost surely.
    pub fn meaning(&self) -> Vec<Formula> {
        let Some(density) = &self.density else { return vec![] };
        let [i, y, z, p] = ["i'", "y'", "z'", "p'"].map(Name::from);
        let (agent, point) = (Expr::variable(&i), Expr::variable(&y));
        let own = Expr::read(&Expr::variable(&p), &agent);
        let inside = [Formula::at_least(&point, &self.low), Formula::at_least(&self.high, &point)];
        let for_agents = |f: Formula| {
            let is_agent = Expr::is_agent(&agent, &self.upper);
            Formula::for_all(std::slice::from_ref(&i), Formula::implied(&[is_agent], f))
        };
        let at = Expr::apply(density, vec![agent.clone(), Expr::variable(&z)]);
        let mass = Expr::integral(&z, &self.low, &point, &at);
        let chance = |e: &Expr| Expr::expectation(&p, &Expr::at_least_zero(e));
        let certain = |e: &Expr| Formula::equal(&chance(e), &Expr::one());
        let drawn = Formula::equal(&chance(&point.minus(&own)), &mass);
        let drawn = Formula::for_all(std::slice::from_ref(&y), Formula::implied(&inside, drawn));
        [drawn, certain(&own.minus(&self.low)), certain(&self.high.minus(&own))].map(for_agents).into()
    }
}

/// What is assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypothesis {
    /// Its name; empty if it has none.
    pub name: String,
    /// What it says.
    pub formula: Formula,
    /// Whether it says what a word such as `cdf` means, so that no step has to name it.
    pub meant: bool,
}

/// A chain of relations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// Its name; empty if it has none.
    pub name: String,
    /// It holds for all values of these.
    pub variables: Vec<Name>,
    /// Their ranges, as premises.
    pub domain: Vec<Formula>,
    /// What must hold for it to make sense: denominators that are not zero.
    pub defined: Vec<Formula>,
    /// Its links in order.
    pub links: Vec<Link>,
    /// What the links give together.
    pub overall: Proposition,
}

impl Default for Proposition {
    fn default() -> Self {
        Proposition::Plain(Formula::And(vec![]))
    }
}

/// What a link says, or a whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposition {
    /// How two terms compare.
    Relation(Expr, Comparison, Expr),
    /// How fast a term rises.
    Rate(Rate),
    /// The first statement implies the second.
    Implication(Formula, Formula),
    /// Each statement implies the other.
    Equivalence(Formula, Formula),
    /// A statement.
    Plain(Formula),
}

/// A link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub says: Proposition,
    /// What a source prints in its place.
    pub printed: Option<Proposition>,
    /// Why: all of these together; empty if that is to be found.
    pub because: Vec<Justification>,
}

/// Why a link holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Justification {
    /// The two sides are the same term.
    Same,
    /// From what is assumed and what was shown.
    Given,
    /// By the fundamental theorem of calculus.
    Fundamental,
    /// By a density that cancels.
    Density,
    /// By the sign of an integrand.
    Monotone,
    /// From signs.
    Sign,
    /// By how the difference of the sides moves with a name.
    Derivative(Name),
    /// The sides are equal where names have these values.
    Equality(Vec<(Name, Expr)>),
    /// Utility is the area under the allocation.
    Envelope,
    /// What the best choice is worth is an integral of the derivative in the type.
    EnvelopeTheorem,
    /// Types are drawn one by one.
    Independence,
    /// A sum of differences is the difference of its ends.
    Reindexing,
    /// Where the term is at least zero, and where it is not.
    Cases(Expr),
    /// From the negation.
    Contradiction,
    /// Such a number is given: by the name that is bound.
    Taking(Vec<(Name, Expr)>),
    /// By a hypothesis or chain of that name, at values for what it speaks of all of.
    Named {
        /// Its name.
        name: String,
        /// The values.
        at: Vec<(Name, Expr)>,
    },
}

impl Proposition {
    /// What it says.
    pub fn formula(&self) -> Formula {
        let implies = |a: &Formula, b: &Formula| Formula::Implies(Box::new(a.clone()), Box::new(b.clone()));
        match self {
            Proposition::Relation(left, relation, right) => {
                Conjunct::relation("", vec![], left.clone(), *relation, right.clone()).comparison()
            }
            Proposition::Rate(rate) => rate.formula(),
            Proposition::Implication(a, b) => implies(a, b),
            Proposition::Equivalence(a, b) => Formula::And(vec![implies(a, b), implies(b, a)]),
            Proposition::Plain(formula) => formula.clone(),
        }
    }

    /// What it and the next one give together; none if they point in different directions, or do not meet.
    pub fn then(&self, next: &Proposition) -> Option<Proposition> {
        use Proposition::{Equivalence, Implication, Rate, Relation};
        Some(match (self, next) {
            (Relation(left, first, _), Relation(_, second, right)) => {
                Relation(left.clone(), together(*first, *second)?, right.clone())
            }
            (Rate(rate), Relation(_, second, right)) => {
                Rate(rate.compared(together(rate.relation, *second)?, right))
            }
            (Equivalence(a, _), Equivalence(_, c)) => Equivalence(a.clone(), c.clone()),
            (Equivalence(a, _) | Implication(a, _), Equivalence(_, c) | Implication(_, c)) => {
                Implication(a.clone(), c.clone())
            }
            _ => return None,
        })
    }
}

impl Chain {
    /// A formula about the variables, for all their values.
    pub fn for_all(&self, formula: Formula) -> Formula {
        Formula::for_all(&self.variables, Formula::implied(&self.domain, formula))
    }

    /// The variables and ranges that a proposition is below: a rate speaks of all of its variable itself.
    pub fn around(&self, proposition: &Proposition) -> (Vec<Name>, Vec<Formula>) {
        let Proposition::Rate(rate) = proposition else {
            return (self.variables.clone(), self.domain.clone());
        };
        let variables = self.variables.iter().filter(|v| **v != rate.variable).cloned().collect();
        let domain = self.domain.iter().filter(|f| !f.mentions_variable(&rate.variable)).cloned().collect();
        (variables, domain)
    }

    /// Its links, and what they give together.
    pub fn propositions(&self) -> impl Iterator<Item = &Proposition> {
        self.links.iter().map(|link| &link.says).chain([&self.overall])
    }

    /// What these say.
    pub fn parts(&self) -> Vec<Formula> {
        self.propositions().map(Proposition::formula).collect()
    }

    /// What it states.
    pub fn formula(&self) -> Formula {
        self.for_all(Formula::And(self.parts()))
    }
}

impl Derivation {
    /// The same without what only says what something is that there is for all functions and numbers: independent types
    /// that are drawn by a distribution function, greatest values, what can be collected. If the rest can hold, so can all;
    /// the same derivation, if the rest speaks of such things.
    #[must_use]
    pub fn without_descriptions(&self) -> Self {
        let mut described: Vec<Formula> = self.law.iter().flat_map(|law| law.meaning()).collect();
        described.extend(self.space.iter().flat_map(TypeSpace::meaning));
        described.extend(self.highest.iter().flat_map(Highest::meaning));
        described.extend(self.collectible.iter().flat_map(|c| c.meaning()));
        let (_, rest): (Vec<Hypothesis>, Vec<Hypothesis>) =
            self.hypotheses.iter().cloned().partition(|h| described.contains(&h.formula));
        let names = self.highest.iter().map(|h| &h.name).chain(self.collectible.iter().map(|c| &c.name));
        let speaks = |h: &Hypothesis| names.clone().any(|name| h.formula.mentions(name));
        if rest.iter().any(speaks) {
            return self.clone();
        }
        Derivation { hypotheses: rest, ..self.clone() }
    }

    /// What it states without its hypotheses.
    pub fn conclusion(&self) -> Formula {
        let chains = self.chains.iter().flat_map(|c| c.defined.iter().cloned().chain([c.formula()]));
        Formula::And(self.defined.iter().cloned().chain(chains).collect())
    }

    /// What it states.
    pub fn statement(&self) -> Statement {
        let hypotheses: Vec<Formula> = self.hypotheses.iter().map(|h| h.formula.clone()).collect();
        Formula::for_all(&self.numbers, Formula::implied(&hypotheses, self.conclusion())).into()
    }
}

/// That every type of a profile of agents `1..upper` is in `[low, high]`.
pub fn in_type_space(profile: &Expr, upper: &Expr, low: &Expr, high: &Expr) -> [Formula; 2] {
    let i = Name::from("i'");
    let own = Expr::read(profile, &Expr::variable(&i));
    let for_agents = |f: Formula| {
        let is_agent = Expr::is_agent(&Expr::variable(&i), upper);
        Formula::for_all(std::slice::from_ref(&i), Formula::implied(&[is_agent], f))
    };
    [for_agents(Formula::at_least(&own, low)), for_agents(Formula::at_least(high, &own))]
}

/// What binds a name that the values of a justification speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binder {
    /// An integral: its variable.
    Integral,
    /// A sum: its agent.
    Sum,
    /// An expectation: its profile.
    Expectation,
}

impl Binder {
    const ALL: [(Binder, &'static str); 3] =
        [(Binder::Integral, "''inside"), (Binder::Sum, "''each"), (Binder::Expectation, "''drawn")];

    /// The name, in the values of a justification, of what it binds.
    pub fn inside(self, name: &str) -> String {
        let suffix = Self::ALL.iter().find(|(binder, _)| *binder == self).map_or("", |(_, suffix)| suffix);
        format!("{name}{suffix}")
    }

    /// What binds a name of the values of a justification; none if nothing does.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, suffix)| name.ends_with(suffix)).map(|(binder, _)| *binder)
    }
}

/// What two relations in a row give together; none if they point in different directions.
pub fn together(first: Comparison, second: Comparison) -> Option<Comparison> {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less};
    Some(match (first, second) {
        (Equal, other) | (other, Equal) => other,
        (AtLeast, AtLeast) => AtLeast,
        (AtLeast | Greater, AtLeast | Greater) => Greater,
        (AtMost, AtMost) => AtMost,
        (AtMost | Less, AtMost | Less) => Less,
        _ => return None,
    })
}

//! Mechanisms on finitely many types, where a parameter is open: [`hints`].
//!
//! If payments, probabilities and the parameter are in every comparison together linear, then what lies on the line between
//! solutions for two values of the parameter is a solution between them; and multipliers by which comparisons contradict each
//! other for one value do so as far as the number that is left is below zero. Where neither leads through an interval,
//! it is halved.

use std::collections::BTreeMap;

use crate::exact::Rational;
use crate::kernel::rule::combine::{Combination, Term};
use crate::kernel::rule::system::Instance;
use crate::kernel::{Definition, Expr, Formula, Name, Relation, Step};
use crate::model::{Bound, Existence, Problem, Quantity, System, Unknown, choices};
use crate::piecewise::{Engine, Obstacle};

use super::existence::Plan;
use super::program::Program;
use super::proof::{Builder, Hints, symbol};
use super::system::{Found, Systems};

/// Halvings of an interval of the parameter.
const HALVINGS: u32 = 5;
/// Profiles that are looked at for values of the parameter that may matter.
const PROFILES: usize = 400;
/// Multipliers that are tried in turn for an end of the set of parameters.
const STEPS: usize = 40;

/// A parameter and the numbers between which it lies.
pub(super) type Range<'a> = (&'a Name, Rational, Rational);

/// Why a mechanism exists, or none does, for each value of a parameter in a range; or without a parameter.
pub(super) fn hints(
    existence: &Existence,
    quantity: Quantity,
    range: Option<Range<'_>>,
) -> Result<Hints, Obstacle> {
    let search = Search { existence, parameter: range.as_ref().map(|(name, ..)| *name) };
    let (low, high) = range.map_or((Rational::ZERO, Rational::ZERO), |(_, low, high)| (low, high));
    search.between(quantity, &low, &high, HALVINGS)
}

/// Whether a mechanism exists for a value of the parameter.
pub(super) fn exists(existence: &Existence) -> Result<bool, Obstacle> {
    let search = Search { existence, parameter: None };
    Ok(matches!(search.found(&Rational::ZERO)?, Found::Values(_)))
}

/// Values of the parameter in a range where mechanisms may begin or cease to exist.
pub(super) fn ends(existence: &Existence, (name, low, high): Range<'_>) -> Result<Vec<Rational>, Obstacle> {
    let search = Search { existence, parameter: Some(name) };
    let mut out = critical(existence, &(name, low.clone(), high.clone()));
    for end in [&low, &high] {
        let mut at = end.clone();
        for _ in 0..STEPS {
            let Found::Contradiction(instances) = search.found(&at)? else { break };
            // What is left is a number times the parameter, and a number.
            let rest = search.rest(&instances)?;
            let values = [&low, &high].map(|p| rest.substitute(&search.values(p)).as_number());
            let [Some(first), Some(last)] = values else { break };
            let share = (-&first).checked_div(&(&last - &first));
            let Some(zero) = share.map(|share| &low + &(&(&high - &low) * &share)) else { break };
            if zero < low || zero > high || zero == at {
                break;
            }
            at = zero;
        }
        if at != *end && !out.contains(&at) {
            out.push(at);
        }
    }
    Ok(out)
}

/// Values of a parameter inside of a range for which two outcomes have the same welfare at some types, where it is linear.
fn critical(existence: &Existence, (name, low, high): &Range<'_>) -> Vec<Rational> {
    let setting = &existence.setting;
    let welfares = setting.welfares();
    let mut out = Vec::new();
    for profile in choices(&setting.types()).into_iter().take(PROFILES) {
        let at = |e: &Expr, value: &Rational| {
            let values = profile.clone().into_iter().chain([((*name).clone(), Expr::number(value.clone()))]);
            e.substitute(&values.collect()).as_number()
        };
        for (k, first) in welfares.iter().enumerate() {
            for second in welfares.iter().skip(k + 1) {
                let difference = first.minus(second);
                let (Some(a), Some(b)) = (at(&difference, low), at(&difference, high)) else { continue };
                let zero = (-&a).checked_div(&(&b - &a)).map(|share| low + &(&(high - low) * &share));
                out.extend(zero.filter(|zero| zero > low && zero < high));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// `context ⊢ NoFunctions`, by instances of the comparisons that contradict each other.
pub(super) fn contradict(
    builder: &mut Builder,
    engine: &mut Engine,
    context: &mut Vec<Formula>,
    statement: &Formula,
    existence: &Existence,
    instances: &[Instance],
) -> Result<usize, Obstacle> {
    let (mut premises, mut evidence) = (Vec::new(), Combination::default());
    let mut sum = Expr::zero();
    let unit = |coefficient: &Rational, fact: usize| Term {
        coefficient: coefficient.clone(),
        squares: vec![],
        facts: vec![(fact, 1)],
        boxes: vec![],
    };
    for instance in instances {
        let (_, conjunct) = existence.parts.get(instance.part).ok_or_else(nothing)?;
        let mut step = builder.add(Step::Assume { formula: conjunct.formula() })?;
        let mut numbers = instance.at.iter();
        loop {
            step = match builder.conclusion(step)? {
                Formula::ForAll(..) => {
                    let term = Expr::number(numbers.next().ok_or_else(nothing)?.clone());
                    builder.add(Step::Instance { premise: step, term })?
                }
                Formula::Implies(premise, _) => {
                    let premise = builder.prove(engine, context, &premise, &Hints::new())?;
                    builder.add(Step::Apply { implication: step, premise })?
                }
                Formula::Compare(relation, e) => {
                    sum = sum.plus(&e.scaled(&instance.by));
                    match relation {
                        Relation::Equal => {
                            evidence.equations.push((Expr::number(instance.by.clone()), premises.len()));
                        }
                        _ => evidence.terms.push(unit(&instance.by, premises.len())),
                    }
                    premises.push(step);
                    break;
                }
                _ => return Err(nothing()),
            };
        }
    }
    let negative = Formula::Compare(Relation::Positive, sum.negated());
    evidence.terms.push(unit(&Rational::ONE, premises.len()));
    premises.push(builder.prove(engine, context, &negative, &Hints::new())?);
    let premise = builder.add(Step::Combine { premises, goal: Formula::falsehood(), evidence })?;
    builder.add(Step::Impossible { premise, statement: statement.clone() })
}

/// A question with at most one parameter.
struct Search<'a> {
    existence: &'a Existence,
    parameter: Option<&'a Name>,
}

impl Search<'_> {
    fn values(&self, at: &Rational) -> BTreeMap<Name, Expr> {
        self.parameter.map(|name| (name.clone(), Expr::number(at.clone()))).into_iter().collect()
    }

    fn problem(&self, at: &Rational) -> Problem {
        let Existence { setting, functions, parts, .. } = self.existence.at(&self.values(at));
        let unknown =
            |f: &crate::kernel::Function| Unknown { function: f.clone(), shown: f.name.to_string() };
        Problem {
            types: setting.types(),
            unknowns: functions.iter().map(unknown).collect(),
            rows: parts.into_iter().map(|(_, row)| row).collect(),
            preferences: vec![],
            circulation: None,
        }
    }

    fn found(&self, at: &Rational) -> Result<Found, Obstacle> {
        Ok(Systems::default().settle(&System::new(Quantity::Some, self.problem(at)))?.found)
    }

    fn between(
        &self,
        quantity: Quantity,
        low: &Rational,
        high: &Rational,
        halvings: u32,
    ) -> Result<Hints, Obstacle> {
        let middle = middle(low, high);
        let found = match quantity {
            Quantity::Some => {
                self.line(low, high)?.map(|definitions| Plan::Exhibit { definitions, roots: vec![] })
            }
            Quantity::No => self.multipliers([&middle, low, high])?.map(|instances| {
                let existence = Box::new(self.existence.clone());
                Plan::Multipliers { existence, instances }
            }),
        };
        if let Some(plan) = found {
            return Ok(Hints::planned(plan));
        }
        let (Some(parameter), Some(left)) = (self.parameter, halvings.checked_sub(1)) else {
            let reason = match quantity {
                Quantity::Some => {
                    "no mechanism was found whose payments and probabilities are linear in the parameter, as far as its range was halved"
                }
                Quantity::No => {
                    "no comparisons were found that contradict each other with the same multipliers for neighbouring values of the parameter"
                }
            };
            return Err(Obstacle::Existence { reason: reason.into() });
        };
        let zeros = critical(self.existence, &(parameter, low.clone(), high.clone()));
        let place = zeros.into_iter().min_by_key(|zero| (zero - &middle).abs()).unwrap_or(middle);
        let on = Expr::variable(parameter).minus(&Expr::number(place.clone()));
        let yes = self.between(quantity, &place, high, left)?;
        let no = self.between(quantity, low, &place, left)?;
        Ok(Hints::split(on, yes, no))
    }

    /// Functions whose values lie on a line through solutions at two values of the parameter, if they are solutions between the
    /// ends: at these, or inside, since at an end there may be more solutions. An error if there is none at an end.
    fn line(&self, low: &Rational, high: &Rational) -> Result<Option<Vec<Definition>>, Obstacle> {
        let width = high - low;
        let at = |n, d| Rational::new(n, d).map(|share| low + &(&width * &share));
        let inside = at(1, 3).zip(at(2, 3)).filter(|_| !width.is_zero());
        for (from, to) in [(low.clone(), high.clone())].into_iter().chain(inside) {
            let first = self.solution(&from)?;
            let slopes: Vec<Rational> = match from == to {
                true => vec![Rational::ZERO; first.len()],
                false => {
                    let rise = |(a, b): (&Rational, Rational)| (&b - a).checked_div(&(&to - &from));
                    first.iter().zip(self.solution(&to)?).filter_map(rise).collect()
                }
            };
            if self.leads(&first, &slopes, &from, [low, high])? {
                return self.definitions(&first, &slopes, &from).map(Some);
            }
        }
        Ok(None)
    }

    fn solution(&self, at: &Rational) -> Result<Vec<Rational>, Obstacle> {
        match self.found(at)? {
            Found::Values(values) => Ok(values),
            Found::Contradiction(_) => Err(Obstacle::Existence {
                reason: "no mechanism has these properties for some values of the parameter".into(),
            }),
        }
    }

    /// Whether a line has only solutions on it, as far as some places show.
    fn leads(
        &self,
        first: &[Rational],
        slopes: &[Rational],
        from: &Rational,
        [low, high]: [&Rational; 2],
    ) -> Result<bool, Obstacle> {
        let quarters =
            (0..=4).filter_map(|n| Rational::new(n, 4)).map(|share| low + &(&(high - low) * &share));
        for place in quarters {
            let step = &place - from;
            let at = |(a, slope): (&Rational, &Rational)| a + &(slope * &step);
            let point: Vec<Rational> = first.iter().zip(slopes).map(at).collect();
            let problem = self.problem(&place);
            let mut program = Program::new(&problem)?;
            program.extend(&problem, &[], true)?;
            if !program.rows.iter().all(|row| row.sign.is_of(&row.at(&point))) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The functions whose values are `first + slopes·(parameter − from)`.
    fn definitions(
        &self,
        first: &[Rational],
        slopes: &[Rational],
        from: &Rational,
    ) -> Result<Vec<Definition>, Obstacle> {
        let along = self
            .parameter
            .map_or_else(Expr::zero, |name| Expr::variable(name).minus(&Expr::number(from.clone())));
        let terms = first.iter().zip(slopes);
        let terms: Vec<Expr> =
            terms.map(|(a, slope)| Expr::number(a.clone()).plus(&along.scaled(slope))).collect();
        let types = self.existence.setting.types();
        let parameters: Vec<_> = types.iter().map(|b| symbol(&b.name)).collect::<Result<_, _>>()?;
        let profiles = crate::model::count_of_choices(&types).max(1);
        let define = |(f, terms): (&crate::kernel::Function, &[Expr])| {
            let (name, parameters) = (symbol(&f.name)?, parameters.clone());
            Ok(Definition { name, parameters, body: table(&types, terms) })
        };
        self.existence.functions.iter().zip(terms.chunks(profiles)).map(define).collect()
    }

    /// Comparisons that contradict each other with the same multipliers for all values between two; the first of three values is
    /// between the others, which may be left out.
    fn multipliers(&self, at: [&Rational; 3]) -> Result<Option<Vec<Instance>>, Obstacle> {
        for place in at {
            let Found::Contradiction(instances) = self.found(place)? else { continue };
            let rest = self.rest(&instances)?;
            let value = |at: &Rational| rest.substitute(&self.values(at)).as_number();
            let [middle, low, high] = at.map(value);
            let single = at.windows(2).all(|pair| pair.first() == pair.last());
            let negative = |e: Option<Rational>| e.is_some_and(|e| e.is_negative());
            let below = |e: Option<Rational>| e.is_some_and(|e| !e.is_positive());
            if negative(middle) && (single || (below(low) && below(high))) {
                return Ok(Some(instances));
            }
        }
        Ok(None)
    }

    /// The sum of instances of comparisons.
    fn rest(&self, instances: &[Instance]) -> Result<Expr, Obstacle> {
        instances.iter().try_fold(Expr::zero(), |sum, instance| {
            let (_, conjunct) = self.existence.parts.get(instance.part).ok_or_else(nothing)?;
            let Formula::Compare(_, e) = conjunct.comparison() else { return Err(nothing()) };
            let names = conjunct.variables.iter().map(|b| b.name.clone());
            let values = names.zip(instance.at.iter().cloned().map(Expr::number)).collect();
            Ok(sum.plus(&e.substitute(&values).scaled(&instance.by)))
        })
    }
}

/// The term that has these values at the profiles, the last type moving first.
fn table(types: &[Bound], terms: &[Expr]) -> Expr {
    let Some((first, rest)) = types.split_first() else {
        return terms.first().cloned().unwrap_or_else(Expr::zero);
    };
    let size = crate::model::count_of_choices(rest).max(1);
    let rows: Vec<Expr> = terms.chunks(size).map(|row| table(rest, row)).collect();
    first.points.table(&Expr::variable(&first.name), &rows)
}

fn middle(low: &Rational, high: &Rational) -> Rational {
    let half = Rational::new(1, 2).unwrap_or(Rational::ZERO);
    &(low + high) * &half
}

fn nothing() -> Obstacle {
    Obstacle::Existence { reason: "the comparisons are not those that were asked for".into() }
}

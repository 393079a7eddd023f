//! Statements: from syntax to goals.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Expr, Formula, Name};
use crate::model::{
    Bound, Charge, Claim, Comparison, Conjunct, Existence, Kind, Mechanism, Property, Quantity, Role,
    Setting, unfold,
};

use super::expr::names_in;
use super::scope::{Env, Resolve, Universe};
use super::{Goal, Obligation, PrintedClaim, ResolvedStatement};
use crate::lang::ast::{self, ExprKind, PropertyKind, Relation, Shape, Span, Statement, StatementKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::{print_expr, print_statement};

fn complain(code: &'static str, message: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, message, span))
}

/// What one tie rule makes of a claim.
#[derive(Default)]
struct Read {
    goals: Vec<Goal>,
    obligations: Vec<Obligation>,
    definitions: Vec<(String, Expr)>,
    value: Option<Expr>,
    printed: Option<PrintedClaim>,
    averaged: bool,
}

/// Resolves a claim under every tie rule that is left open.
pub(super) fn resolve(universes: &[Universe], claim: &ast::Claim, span: Span) -> Resolve<ResolvedStatement> {
    let mut variants: Vec<Vec<Goal>> = Vec::new();
    let mut first: Option<Read> = None;
    for universe in universes {
        let read = read(universe, claim)?;
        if !variants.contains(&read.goals) {
            variants.push(read.goals.clone());
        }
        first.get_or_insert(read);
    }
    let read = first.unwrap_or_default();
    let statements: Vec<String> = claim.statements.iter().map(print_statement).collect();
    let mut text = statements.join("; ");
    if !claim.at.is_empty() {
        let at: Vec<String> = claim.at.iter().map(|(n, e)| format!("{} = {}", n.text, print_expr(e))).collect();
        text = format!("at {}: {text}", at.join(", "));
    }
    let refs = claim.refs.iter().chain(claim.statements.iter().flat_map(|s| &s.refs));
    let mut names: Vec<String> = Vec::new();
    for reference in refs {
        if !names.contains(&reference.text) {
            names.push(reference.text.clone());
        }
    }
    let rests_on = if read.averaged { vec!["independent types".to_owned()] } else { vec![] };
    Ok(ResolvedStatement {
        name: claim.name.text.clone(),
        stance: claim.stance,
        refs: names,
        span,
        text,
        obligations: read.obligations,
        variants,
        printed: read.printed,
        value: read.value,
        definitions: read.definitions,
        rests_on,
    })
}

fn read(universe: &Universe, claim: &ast::Claim) -> Resolve<Read> {
    let fixed = fixed_parameters(universe, claim)?;
    let mut out = Read::default();
    let last = claim.statements.len().saturating_sub(1);
    for (position, statement) in claim.statements.iter().enumerate() {
        let mut env = Env::new(universe, setting_of(universe, &statement.kind));
        let reader = Reader { universe, fixed: &fixed };
        let printed = claim.printed.as_ref().filter(|_| position == last);
        reader.statement(&mut env, statement, printed, &mut out)?;
        out.obligations.extend(env.obligations.into_iter().map(|o| Obligation {
            claim: o.claim.at(&fixed),
            ..o
        }));
        for (name, term) in env.definitions {
            if !out.definitions.iter().any(|(n, _)| *n == name) {
                out.definitions.push((name, term.substitute(&fixed)));
            }
        }
    }
    out.value = out.value.map(|v| v.substitute(&fixed));
    Ok(out)
}

/// `at r = 1/2`: numbers inside the ranges of the parameters.
fn fixed_parameters(universe: &Universe, claim: &ast::Claim) -> Resolve<BTreeMap<Name, Expr>> {
    let mut out = BTreeMap::new();
    for (name, e) in &claim.at {
        let found = universe.parameters.iter().find(|p| p.shown == name.text);
        let parameter = found.ok_or_else(|| universe.unknown("parameter", &name.text, name.span))?;
        let value = Env::new(universe, None).number(e)?;
        let numbers = (value.as_number(), parameter.low.as_number(), parameter.high.as_number());
        let (Some(x), Some(low), Some(high)) = numbers else {
            return Err(complain("unsupported", "a parameter is fixed at a number", e.span));
        };
        if x < low || x > high {
            let message = format!("{x} is not in the range of `{}`, from {low} to {high}", name.text);
            return Err(complain("out-of-range", message, e.span));
        }
        out.insert(parameter.name.clone(), value);
    }
    Ok(out)
}

/// The setting whose types a statement may mention: that of all the mechanisms and settings in it.
fn setting_of(universe: &Universe, kind: &StatementKind) -> Option<Arc<Setting>> {
    let mut names = Vec::new();
    match kind {
        StatementKind::Relations { first, rest } => {
            names_in(first, &mut names);
            rest.iter().for_each(|(_, e)| names_in(e, &mut names));
        }
        StatementKind::Properties { mechanism, .. } => names_in(mechanism, &mut names),
        StatementKind::Shape { expr, .. } => names_in(expr, &mut names),
        StatementKind::Equilibrium { strategy, mechanism } => {
            names.extend([strategy.clone(), mechanism.clone()]);
        }
        StatementKind::Existence { setting, .. } => names.push(setting.clone()),
        StatementKind::Set { set, elements } => {
            names_in(set, &mut names);
            elements.iter().for_each(|e| names_in(e, &mut names));
        }
    }
    setting_in(universe, &names)
}

/// The only setting that an expression can be about.
pub(super) fn only_setting(universe: &Universe, e: &ast::Expr) -> Option<Arc<Setting>> {
    let mut names = Vec::new();
    names_in(e, &mut names);
    setting_in(universe, &names)
}

fn setting_in(universe: &Universe, names: &[ast::Name]) -> Option<Arc<Setting>> {
    let mut found: Vec<&Arc<Setting>> = Vec::new();
    for name in names {
        let setting = universe.settings.iter().find(|s| s.setting.name == name.text).map(|s| &s.setting);
        let mechanism = universe.mechanisms.iter().find(|m| m.name == name.text).map(|m| &m.mechanism.setting);
        let strategy = universe.strategies.iter().find(|s| s.name == name.text);
        let played = strategy.and_then(|s| universe.mechanisms.iter().find(|m| m.name == s.mechanism));
        for setting in [setting, mechanism, played.map(|m| &m.mechanism.setting)].into_iter().flatten() {
            if !found.iter().any(|s| s.name == setting.name) {
                found.push(setting);
            }
        }
    }
    match (found.as_slice(), universe.settings.as_slice()) {
        ([only], _) => Some((*only).clone()),
        ([], [only]) => Some(only.setting.clone()),
        _ => None,
    }
}

struct Reader<'a> {
    universe: &'a Universe,
    fixed: &'a BTreeMap<Name, Expr>,
}

impl Reader<'_> {
    fn statement(
        &self,
        env: &mut Env<'_>,
        statement: &Statement,
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Resolve<()> {
        let no_printed = |what: &str| match printed {
            Some(e) => {
                let message = format!("`printed` gives a right side, and {what} has none");
                Err(complain("unsupported", message, e.span))
            }
            None => Ok(()),
        };
        match &statement.kind {
            StatementKind::Relations { first, rest } => self.relations(env, first, rest, printed, out),
            StatementKind::Properties { mechanism, properties } => {
                no_printed("a property")?;
                let m = env.enter(mechanism)?;
                let mut conjuncts = Vec::new();
                for property in properties {
                    out.averaged |= averages(property.kind);
                    conjuncts.extend(unfold(&m, meaning(property.kind)).into_iter().map(|(_, c)| c));
                }
                self.goal(env, conjuncts, out);
                Ok(())
            }
            StatementKind::Equilibrium { strategy, mechanism } => {
                no_printed("an equilibrium")?;
                self.equilibrium(env, strategy, mechanism, out)
            }
            StatementKind::Existence { quantity, setting, properties } => {
                no_printed("a question of existence")?;
                let setting = self.universe.setting(setting)?.setting.clone();
                let setting = Arc::new(setting.at(self.fixed));
                let quantity = match quantity {
                    ast::Quantity::Some => Quantity::Some,
                    ast::Quantity::No => Quantity::No,
                };
                let properties: Vec<Property> = properties.iter().map(|p| meaning(p.kind)).collect();
                out.averaged = true;
                out.goals.push(Goal::Existence(Existence::new(quantity, &setting, &properties)));
                Ok(())
            }
            StatementKind::Set { set, elements } => {
                no_printed("a set")?;
                self.worst_off(env, set, elements, out)
            }
            StatementKind::Shape { expr, shape, variable } => {
                no_printed("a shape")?;
                self.shape(env, expr, *shape, variable, out)
            }
        }
    }

    /// Adds a universal goal about the conjuncts, with the charges that were met.
    fn goal(&self, env: &mut Env<'_>, conjuncts: Vec<Conjunct>, out: &mut Read) {
        let claim = self.claim(env, conjuncts);
        out.goals.push(Goal::Universal(claim));
    }

    fn claim(&self, env: &Env<'_>, conjuncts: Vec<Conjunct>) -> Claim {
        let claim = Claim { parameters: vec![], charges: env.charges.clone(), conjuncts };
        let mut claim = claim.at(self.fixed);
        let used = |c: &Charge, later: &[Charge]| {
            let in_conjuncts = claim.conjuncts.iter().any(|k| mentions(k, &c.name));
            in_conjuncts || later.iter().any(|d| d.body.mentions(&c.name))
        };
        let all = claim.charges.clone();
        let keep: Vec<Charge> = all
            .iter()
            .enumerate()
            .filter(|(k, c)| used(c, all.get(k + 1..).unwrap_or_default()))
            .map(|(_, c)| c.clone())
            .collect();
        claim.charges = keep;
        let occurs = |p: &&Bound| {
            claim.conjuncts.iter().any(|c| mentions(c, &p.name))
                || claim.charges.iter().any(|c| c.body.mentions(&p.name))
        };
        let parameters = self.universe.parameters.iter().filter(occurs).cloned().collect();
        claim.parameters = parameters;
        claim
    }

    fn relations(
        &self,
        env: &mut Env<'_>,
        first: &ast::Expr,
        rest: &[(Relation, ast::Expr)],
        printed: Option<&ast::Expr>,
        out: &mut Read,
    ) -> Resolve<()> {
        if let (ExprKind::Call { function, arguments }, [(Relation::Equal, right)]) = (&first.kind, rest)
            && function.text == "reserve"
        {
            return self.reserve(env, function, arguments, right, out);
        }
        let mut sides = vec![self.side(env, first)?];
        for (_, e) in rest {
            sides.push(self.side(env, e)?);
        }
        let printed_side = printed.map(|e| self.side(env, e)).transpose()?;
        stages(env, &sides)?;
        out.averaged |= sides.iter().any(|s| s.averaged);
        let types = env.setting.as_ref().map(|s| s.types()).unwrap_or_default();
        let conjunct = |left: &Side, relation: Relation, right: &Side| Conjunct {
            what: String::new(),
            role: Role::Relation,
            variables: types
                .iter()
                .filter(|b| left.term.mentions(&b.name) || right.term.mentions(&b.name))
                .cloned()
                .collect(),
            premises: vec![],
            left: left.term.clone(),
            relation: compare(relation),
            right: right.term.clone(),
        };
        let pairs = sides.iter().zip(sides.iter().skip(1)).zip(rest);
        let conjuncts = pairs.map(|((left, right), (relation, _))| conjunct(left, *relation, right)).collect();
        self.goal(env, conjuncts, out);
        let [.., left, right] = sides.as_slice() else { return Ok(()) };
        out.value = Some(left.term.clone());
        if let (Some(side), Some(e), Some((relation, _))) = (printed_side, printed, rest.last()) {
            let difference = side.term.minus(&right.term).substitute(self.fixed);
            out.printed = Some(PrintedClaim {
                shown: print_expr(e),
                span: e.span,
                claim: self.claim(env, vec![conjunct(left, *relation, &side)]),
                difference,
            });
        }
        Ok(())
    }

    fn side(&self, env: &mut Env<'_>, e: &ast::Expr) -> Resolve<Side> {
        env.stages = Default::default();
        let term = env.number(e)?;
        let stages = std::mem::take(&mut env.stages);
        Ok(Side {
            term,
            averaged: !stages.ex_ante.is_empty() || !stages.interim.is_empty(),
            ex_ante: !stages.ex_ante.is_empty(),
            interim: stages.interim.first().map(|(agent, _)| *agent),
            shown: print_expr(e),
            span: e.span,
        })
    }

    /// `reserve(m, i) = e`: types below e never get the good, types above it do with positive
    /// probability.
    fn reserve(
        &self,
        env: &mut Env<'_>,
        function: &ast::Name,
        arguments: &[ast::Expr],
        right: &ast::Expr,
        out: &mut Read,
    ) -> Resolve<()> {
        let [m, who] = arguments else {
            let message = format!("`reserve` takes 2 arguments, and {} are given", arguments.len());
            return Err(complain("wrong-arity", message, function.span));
        };
        let m = env.enter(m)?;
        let i = env.agent_in(who, &m.setting)?;
        let e = env.number(right)?;
        let (Some(agent), Some(x), true) =
            (m.setting.agents.get(i), m.allocation.get(i), m.setting.kind != Kind::Outcomes)
        else {
            return Err(complain("wrong-sort", "`reserve` needs a setting with one good", function.span));
        };
        let own = Expr::variable(&agent.type_.name);
        let chance = m.setting.interim(i, x);
        let part = |premise: Formula, relation, what: &str| Conjunct {
            what: what.to_owned(),
            role: Role::Relation,
            variables: vec![agent.type_.clone()],
            premises: vec![premise],
            left: chance.clone(),
            relation,
            right: Expr::zero(),
        };
        let conjuncts = vec![
            part(Formula::greater(&e, &own), Comparison::Equal, "chance of a type below the reserve"),
            part(Formula::greater(&own, &e), Comparison::Greater, "chance of a type above the reserve"),
        ];
        out.averaged = true;
        self.goal(env, conjuncts, out);
        Ok(())
    }

    /// `worst_off_type(m, i) = {e, …}`: the set of minimisers of interim payoff minus outside option;
    /// for a setting, of interim welfare minus outside option.
    fn worst_off(
        &self,
        env: &mut Env<'_>,
        set: &ast::Expr,
        elements: &[ast::Expr],
        out: &mut Read,
    ) -> Resolve<()> {
        let (function, first, who) = match &set.kind {
            ExprKind::Call { function, arguments } => match arguments.as_slice() {
                [first, who] if function.text == "worst_off_type" => (function, first, who),
                [_, _] => {
                    let message = format!("`{}` is not a set", function.text);
                    let help = "`worst_off_type(m, i)` is one";
                    return Err(Box::new(Diagnostic::new("wrong-sort", message, set.span).help(help)));
                }
                _ => {
                    let message = format!("`{}` takes 2 arguments, and {} are given", function.text, arguments.len());
                    return Err(complain("wrong-arity", message, set.span));
                }
            },
            _ => return Err(complain("wrong-sort", "`worst_off_type(m, i)` is needed before a set", set.span)),
        };
        let setting = match &first.kind {
            ExprKind::Name(text) => self.universe.settings.iter().find(|s| s.setting.name == *text),
            _ => None,
        };
        let (setting, objective): (Arc<Setting>, _) = match setting {
            Some(entry) => (entry.setting.clone(), None),
            None => {
                let m = env.enter(first)?;
                (m.setting.clone(), Some(m))
            }
        };
        let i = env.agent_in(who, &setting)?;
        let Some(agent) = setting.agents.get(i) else {
            return Err(complain("not-an-agent", "an agent is needed here", function.span));
        };
        let gross = objective.map_or_else(|| setting.welfare(), |m| m.payoff(i));
        let net = setting.interim(i, &gross).minus(&agent.outside);
        let at = |point: &Expr| net.substitute_one(&agent.type_.name, point);
        let points = elements.iter().map(|e| env.number(e)).collect::<Resolve<Vec<_>>>()?;
        let Some(least) = points.first() else {
            return Err(complain("unsupported", "a minimum on an interval is attained: the set is not empty", set.span));
        };
        let own = Expr::variable(&agent.type_.name);
        let part = |what: &str, variables: Vec<Bound>, premises, left, relation, right| Conjunct {
            what: what.to_owned(),
            role: Role::Relation,
            variables,
            premises,
            left,
            relation,
            right,
        };
        let mut conjuncts = Vec::new();
        for point in &points {
            let Bound { low, high, .. } = agent.type_.clone();
            conjuncts.push(part("a type is not below the lowest", vec![], vec![], point.clone(), Comparison::AtLeast, low));
            conjuncts.push(part("a type is not above the highest", vec![], vec![], point.clone(), Comparison::AtMost, high));
            conjuncts.push(part("net payoffs at the worst-off types", vec![], vec![], at(point), Comparison::Equal, at(least)));
        }
        let others = points.iter().map(|point| Formula::unequal(&own, point)).collect();
        conjuncts.push(part(
            "net payoff of any other type",
            vec![agent.type_.clone()],
            others,
            at(&own),
            Comparison::Greater,
            at(least),
        ));
        out.averaged = true;
        self.goal(env, conjuncts, out);
        Ok(())
    }

    /// Truth is replaced by the strategy: no report does better than the strategy's, against others who
    /// play it.
    fn equilibrium(
        &self,
        env: &mut Env<'_>,
        strategy: &ast::Name,
        mechanism: &ast::Name,
        out: &mut Read,
    ) -> Resolve<()> {
        let played = self.universe.strategy(strategy)?.clone();
        let e = ast::Expr { kind: ExprKind::Name(mechanism.text.clone()), span: mechanism.span };
        let base: Mechanism = env.enter(&e)?;
        let mut conjuncts = Vec::new();
        for (i, agent) in base.setting.agents.iter().enumerate() {
            let others = |j: usize, b: &Bound| match played.reports.get(j) {
                Some(report) if j != i => report.clone(),
                _ => Expr::variable(&b.name),
            };
            let reports: Vec<Expr> =
                base.setting.types().iter().enumerate().map(|(j, b)| others(j, b)).collect();
            let against = base.under(&reports);
            let Some(own) = played.reports.get(i) else { continue };
            let report = Bound {
                name: format!("{}'", agent.type_.name).into(),
                shown: format!("bid of {}", agent.name),
                ..agent.type_.clone()
            };
            let interim = |report: &Expr| base.setting.interim(i, &against.payoff_from(i, report));
            conjuncts.push(Conjunct {
                what: format!("{}: the strategy against a bid", agent.name),
                role: Role::Deviation { agent: agent.name.clone(), report: report.name.clone() },
                left: interim(own),
                relation: Comparison::AtLeast,
                right: interim(&Expr::variable(&report.name)),
                variables: vec![agent.type_.clone(), report],
                premises: vec![],
            });
        }
        out.averaged = true;
        self.goal(env, conjuncts, out);
        Ok(())
    }

    /// A shape in a parameter or type: a comparison of the values at two points, or at a point between.
    fn shape(
        &self,
        env: &mut Env<'_>,
        e: &ast::Expr,
        shape: Shape,
        variable: &ast::Name,
        out: &mut Read,
    ) -> Resolve<()> {
        let side = self.side(env, e)?;
        let types = env.setting.as_ref().map(|s| s.types()).unwrap_or_default();
        let bound = self.universe.parameters.iter().chain(&types).find(|b| b.shown == variable.text).cloned();
        let bound = bound.ok_or_else(|| self.universe.unknown("parameter or type", &variable.text, variable.span))?;
        let (x, y) = (bound.clone(), Bound {
            name: format!("{}'", bound.name).into(),
            shown: format!("{}'", bound.shown),
            low: Expr::variable(&bound.name),
            high: bound.high.clone(),
        });
        let (at_x, at_y) = (Expr::variable(&x.name), Expr::variable(&y.name));
        let charges = env.charges.clone();
        let mut copies = charges.clone();
        let mut value_at = |point: &Expr, mark: &str| {
            let mut values = BTreeMap::from([(bound.name.clone(), point.clone())]);
            for charge in &charges {
                let renamed: Name = format!("{}{mark}", charge.name).into();
                let argument: Name = format!("{}{mark}", charge.argument.name).into();
                let mut body = charge.body.substitute(&values);
                body = body.substitute_one(&charge.argument.name, &Expr::variable(&argument));
                values.insert(charge.name.clone(), Expr::variable(&renamed));
                copies.push(Charge {
                    name: renamed,
                    shown: format!("{} at {point}", charge.shown),
                    argument: Bound { name: argument, ..charge.argument.clone() },
                    body,
                });
            }
            side.term.substitute(&values)
        };
        let (low, high) = (side.term.clone(), value_at(&at_y, "'"));
        let mut extra = vec![y.clone()];
        let mut premises = vec![];
        let (left, relation, right) = match shape {
            Shape::Nondecreasing => (high, Comparison::AtLeast, low),
            Shape::Nonincreasing => (high, Comparison::AtMost, low),
            Shape::StrictlyIncreasing | Shape::StrictlyDecreasing => {
                premises.push(Formula::greater(&at_y, &at_x));
                match shape {
                    Shape::StrictlyIncreasing => (high, Comparison::Greater, low),
                    _ => (high, Comparison::Less, low),
                }
            }
            Shape::Convex | Shape::Concave => {
                let weight = Bound {
                    name: "lambda'".into(),
                    shown: "lambda".into(),
                    low: Expr::zero(),
                    high: Expr::one(),
                };
                let l = Expr::variable(&weight.name);
                let rest = Expr::one().minus(&l);
                let between = l.times(&at_x).plus(&rest.times(&at_y));
                let mean = l.times(&low).plus(&rest.times(&high));
                let value = value_at(&between, "''");
                extra.push(weight);
                match shape {
                    Shape::Convex => (value, Comparison::AtMost, mean),
                    _ => (value, Comparison::AtLeast, mean),
                }
            }
        };
        let is_parameter = self.universe.parameters.iter().any(|p| p.name == bound.name);
        let mut variables: Vec<Bound> = types.iter().filter(|b| side.term.mentions(&b.name)).cloned().collect();
        if !is_parameter {
            if !side.term.mentions(&bound.name) {
                variables.push(x);
            }
            variables.extend(extra.iter().cloned());
        }
        out.averaged |= side.averaged;
        let conjunct = Conjunct {
            what: String::new(),
            role: Role::Relation,
            variables,
            premises,
            left,
            relation,
            right,
        };
        let mut claim = self.claim(&Env { charges: copies, ..Env::new(self.universe, None) }, vec![conjunct]);
        if is_parameter {
            if !claim.parameters.iter().any(|p| p.name == bound.name) {
                claim.parameters.push(bound);
            }
            claim.parameters.extend(extra);
        }
        out.goals.push(Goal::Universal(claim));
        Ok(())
    }
}

struct Side {
    term: Expr,
    averaged: bool,
    ex_ante: bool,
    interim: Option<usize>,
    shown: String,
    span: Span,
}

/// The stage check: an ex ante or interim quantity is not compared with something that still depends
/// on types which it has averaged out.
fn stages(env: &Env<'_>, sides: &[Side]) -> Resolve<()> {
    let Some(setting) = &env.setting else { return Ok(()) };
    for side in sides {
        let own: Vec<&Bound> = match (side.interim, side.ex_ante) {
            (Some(agent), _) => setting.agents.get(agent).map(|a| &a.type_).into_iter().collect(),
            (None, true) => setting
                .agents
                .iter()
                .map(|a| &a.type_)
                .filter(|b| side.term.mentions(&b.name))
                .collect(),
            (None, false) => continue,
        };
        for other in sides {
            let foreign = setting.agents.iter().map(|a| &a.type_).find(|b| {
                other.term.mentions(&b.name) && !own.iter().any(|o| o.name == b.name)
            });
            let Some(foreign) = foreign else { continue };
            let what = match own.as_slice() {
                [] => "does not depend on any type".to_owned(),
                some => {
                    let names: Vec<String> = some.iter().map(|b| format!("`{}`", b.shown)).collect();
                    format!("depends on {} alone", names.join(" and "))
                }
            };
            let message = format!("`{}` {what}, and this mentions `{}`", side.shown, foreign.shown);
            return Err(Box::new(
                Diagnostic::new("wrong-stage", message, other.span)
                    .label(format!("depends on `{}`", foreign.shown))
                    .also(side.span, "averaged over the other types")
                    .help("compare quantities of the same stage: ex post, interim or ex ante"),
            ));
        }
    }
    Ok(())
}

fn mentions(conjunct: &Conjunct, name: &str) -> bool {
    conjunct.left.mentions(name)
        || conjunct.right.mentions(name)
        || conjunct.premises.iter().any(|p| p.mentions(name))
        || conjunct.variables.iter().any(|b| b.low.mentions(name) || b.high.mentions(name))
}

fn compare(relation: Relation) -> Comparison {
    match relation {
        Relation::Equal => Comparison::Equal,
        Relation::NotEqual => Comparison::Unequal,
        Relation::Less => Comparison::Less,
        Relation::AtMost => Comparison::AtMost,
        Relation::Greater => Comparison::Greater,
        Relation::AtLeast => Comparison::AtLeast,
    }
}

fn meaning(kind: PropertyKind) -> Property {
    match kind {
        PropertyKind::DominantIc | PropertyKind::ExPostIc => Property::DominantIc,
        PropertyKind::BayesianIc => Property::BayesianIc,
        PropertyKind::ExPostIr => Property::ExPostIr,
        PropertyKind::InterimIr => Property::InterimIr,
        PropertyKind::ExAnteIr => Property::ExAnteIr,
        PropertyKind::BudgetBalanced => Property::BudgetBalance,
        PropertyKind::ExAnteBudgetBalanced => Property::ExAnteBudgetBalance,
        PropertyKind::NoDeficit => Property::NoDeficit,
        PropertyKind::ExAnteNoDeficit => Property::ExAnteNoDeficit,
        PropertyKind::Efficient => Property::Efficient,
        PropertyKind::Feasible => Property::Feasible,
    }
}

fn averages(kind: PropertyKind) -> bool {
    matches!(
        kind,
        PropertyKind::BayesianIc
            | PropertyKind::InterimIr
            | PropertyKind::ExAnteIr
            | PropertyKind::ExAnteBudgetBalanced
            | PropertyKind::ExAnteNoDeficit
    )
}

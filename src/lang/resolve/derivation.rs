//! Derivations: from syntax to hypotheses and chains of terms.

use super::family::Family;
use super::names::{advise, complain};
use super::scope::{Env, Function, Universe};
use super::shared::declared;
use super::{ChainSource, DerivationSource, Goal, Resolve, ResolvedStatement, too_much_work};
use crate::exact::bounded;
use crate::kernel::{Expr, Formula, Name as Symbol};
use crate::lang::ast::{self, DerivationKind, Membership, Name, Positive, Span, Within};
use crate::lang::diagnostic::Diagnostic;
use crate::model::{Bound, Chain, ContinuousCdf, Derivation, Hypothesis, TypeSpace};

/// Arguments of a function at most.
const ARGUMENT_LIMIT: usize = 8;

pub(super) fn resolve(
    d: &ast::Derivation,
    earlier: &[&ast::Derivation],
    span: Span,
) -> Result<ResolvedStatement, Vec<Diagnostic>> {
    let universe = Universe::default();
    let read = bounded(|| Reader::read(&universe, d, earlier));
    let Reader { env, out, source, conclusion, .. } =
        read.unwrap_or_else(|_| Err(vec![too_much_work("this derivation takes", d.name.span)]))?;
    let source = DerivationSource { profile: env.profile(), ..source };
    let averaged = env.family.is_some_and(|f| f.averaged);
    Ok(ResolvedStatement {
        name: d.name.text.clone(),
        stance: d.stance,
        solve: None,
        refs: d.refs.iter().map(|t| t.text.clone()).collect(),
        span,
        text: conclusion.unwrap_or_default(),
        obligations: vec![],
        variants: vec![vec![Goal::Derivation(out)]],
        members: vec![],
        printed: None,
        value: None,
        definitions: vec![],
        rests_on: averaged.then(|| "independent types".to_owned()).into_iter().collect(),
        types: vec![],
        derivation: Some(source),
    })
}

impl<'u> Reader<'u> {
    /// Nothing is read yet.
    pub(super) fn new(universe: &'u Universe, earlier: &'u [&'u ast::Derivation]) -> Self {
        Reader {
            env: Env { family: Some(Family::default()), ..Env::new(universe, vec![]) },
            out: Derivation::default(),
            source: DerivationSource::default(),
            conclusion: None,
            goals: vec![],
            pending: vec![],
            earlier,
        }
    }

    /// Reads a derivation that may apply earlier ones.
    pub(super) fn read(
        universe: &'u Universe,
        d: &ast::Derivation,
        earlier: &'u [&'u ast::Derivation],
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader::new(universe, earlier);
        let mut complaints = reader.lines(&d.lines);
        for (chain, source) in std::mem::take(&mut reader.goals) {
            reader.conclusion = Some(format!("{}{}", source.shown(), source.ranges));
            reader.out.chains.push(chain);
            reader.source.chains.push(source);
        }
        reader.describe();
        if complaints.is_empty() && reader.out.chains.is_empty() {
            let message = format!("`{}` derives nothing", d.name.text);
            complaints.push(*advise(
                "empty-derivation",
                message,
                d.name.span,
                "add a chain such as `a = b by algebra`",
            ));
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        Ok(reader)
    }
}

pub(super) struct Reader<'u> {
    pub(super) env: Env<'u>,
    pub(super) out: Derivation,
    pub(super) source: DerivationSource,
    /// The last overall relation as text.
    pub(super) conclusion: Option<String>,
    /// What is to be shown in the end.
    pub(super) goals: Vec<(Chain, ChainSource)>,
    /// What must hold for the statements that were read last to be defined.
    pub(super) pending: Vec<Formula>,
    /// The derivations above.
    pub(super) earlier: &'u [&'u ast::Derivation],
}

impl Reader<'_> {
    /// Reads lines; what is wrong with them. That a name is not known is not said if its own line has an error.
    pub(super) fn lines(&mut self, lines: &[ast::DerivationLine]) -> Vec<Diagnostic> {
        let (mut out, mut broken) = (Vec::new(), Vec::<String>::new());
        for line in lines {
            let read = self.line(&line.kind, line.span).and_then(|()| self.has_no_roots(line.span));
            if let Err(complaint) = read {
                if !broken.iter().any(|name| complaint.is_unknown_name(name)) {
                    out.push(*complaint);
                }
                broken.extend(declared(&line.kind).into_iter().map(str::to_owned));
            }
        }
        out
    }

    /// Numbers of a derivation are said to be what they are by hypotheses.
    fn has_no_roots(&mut self, span: Span) -> Resolve<()> {
        if std::mem::take(&mut self.env.charges).is_empty() {
            return Ok(());
        }
        let help = "give a number: `given w in [0, 1] with w^4 = 1/3`";
        Err(advise("unsupported", "a derivation has no roots", span, help))
    }

    fn line(&mut self, kind: &DerivationKind, span: Span) -> Resolve<()> {
        match kind {
            DerivationKind::Functions(names) => names.iter().try_for_each(|name| {
                self.is_new(name)?;
                self.env.functions.insert(name.text.clone(), Function::Unknown { arity: None });
                Ok(())
            }),
            DerivationKind::Numbers(names) => names.iter().try_for_each(|name| self.number(name).map(|_| ())),
            DerivationKind::Members(members, conditions) => {
                members.iter().try_for_each(|m| self.member(m))?;
                for condition in conditions {
                    for formula in self.comparisons(condition)? {
                        self.assume("", formula, false);
                    }
                }
                self.hypotheses_are_defined()
            }
            DerivationKind::Integer { name, least } => self.integer(name, least),
            DerivationKind::Cdf { name, on, density: Some((positive, density)) } => {
                self.cdf(name, on, *positive, density)
            }
            DerivationKind::Cdf { name, on, density: None } => self.continuous(name, on),
            DerivationKind::Profile { name, types } => self.profile(name, types.as_ref()),
            DerivationKind::Drawn { name, cdf } => self.drawn(name, cdf),
            DerivationKind::Setting(setting) => self.setting(setting),
            DerivationKind::Hypothesis { name, ranges, sentence, then } => {
                let label = name.as_ref().map(|n| n.text.clone()).unwrap_or_default();
                if let Some(name) = name {
                    self.is_new_fact(name)?;
                }
                if let Some(ast::Expr { kind: ast::ExprKind::Name(text), span }) = kind.compared()
                    && !self.env.values.contains_key(text)
                    && !self.env.functions.contains_key(text)
                {
                    self.number(&Name { text: text.clone(), span: *span })?;
                }
                for formula in self.assumption(ranges, sentence, then.as_ref())? {
                    self.assume(&label, formula, false);
                }
                self.hypotheses_are_defined()
            }
            DerivationKind::Apply { name, values } => self.apply(name, values),
            DerivationKind::Let { name, parameters, body } => self.define(name, parameters, body),
            DerivationKind::Step { name, ranges, conditions, chain } => {
                self.chain(name.as_ref(), (ranges, conditions), chain, span)
            }
            DerivationKind::Argument { name, ranges, conditions, first, reasons, links } => {
                self.argument(name.as_ref(), (ranges, conditions), (first, reasons, links), span)
            }
            DerivationKind::Goal { name, ranges, conditions, sentence } => {
                self.goal(name.as_ref(), (ranges, conditions), sentence, span)
            }
        }
    }

    pub(super) fn is_new(&self, name: &Name) -> Resolve<()> {
        let known = self.env.values.contains_key(&name.text) || self.env.functions.contains_key(&name.text);
        if !known {
            return Ok(());
        }
        let message = format!("`{}` has a meaning here already", name.text);
        Err(advise("shadowing", message, name.span, "use a new name"))
    }

    pub(super) fn is_new_fact(&self, name: &Name) -> Resolve<()> {
        let hypotheses = self.out.hypotheses.iter().map(|h| &h.name);
        let applied = self.out.applied.iter().map(|a| &a.name);
        let mut all = hypotheses.chain(self.out.chains.iter().map(|c| &c.name)).chain(applied);
        if !all.any(|n| *n == name.text) {
            return Ok(());
        }
        let message = format!("`{}` names something above already", name.text);
        Err(advise("duplicate-name", message, name.span, "give one of them another name"))
    }

    pub(super) fn number(&mut self, name: &Name) -> Resolve<Expr> {
        self.is_new(name)?;
        let value = Expr::variable(&name.text);
        self.out.numbers.push(name.text.as_str().into());
        self.env.values.insert(name.text.clone(), value.clone());
        Ok(value)
    }

    fn member(&mut self, m: &Membership) -> Resolve<()> {
        let range = match &m.within {
            Within::Any => return self.number(&m.name).map(|_| ()),
            Within::Interval(range) => range,
            Within::Agents(first, last) => {
                let upper = self.env.agents(first, last)?;
                let agent = self.number(&m.name)?;
                self.env.is_agent(&agent);
                self.assume("", Expr::is_agent(&agent, &upper), true);
                return Ok(());
            }
        };
        let (low, high) = (self.env.number(&range.low)?, self.env.number(&range.high)?);
        self.number(&m.name)?;
        let bound = Bound::interval(m.name.text.as_str().into(), m.name.text.clone(), low, high);
        bound.domain().into_iter().for_each(|f| self.assume("", f, true));
        self.hypotheses_are_defined()
    }

    pub(super) fn assume(&mut self, name: &str, formula: Formula, meant: bool) {
        self.out.hypotheses.push(Hypothesis { name: name.to_owned(), formula, meant });
    }

    fn integer(&mut self, name: &Name, least: &ast::Expr) -> Resolve<()> {
        self.is_new(name)?;
        if let Some((other, _)) = &self.out.integer {
            let message = format!("a derivation is about one integer at most, and `{other}` is one already");
            return Err(complain("unsupported", message, name.span));
        }
        if self.env.counts() {
            let message = "a derivation that speaks of a setting with so many agents is about no integer";
            return Err(complain("unsupported", message, name.span));
        }
        let value = self.env.number(least)?;
        let small = value.as_number().and_then(|c| c.to_u32()).filter(|k| *k <= 100);
        let Some(small) = small else {
            return Err(complain(
                "unsupported",
                "the least value of an integer is a number from 0 to 100",
                least.span,
            ));
        };
        let value = Expr::natural().plus(&Expr::integer(small.into()));
        self.env.count(&value, small);
        self.env.values.insert(name.text.clone(), value);
        self.out.integer = Some((name.text.clone(), small));
        self.source.integer = self.out.integer.clone();
        Ok(())
    }

    /// A distribution function is the integral of its density, whose total mass is one.
    fn cdf(&mut self, name: &Name, on: &ast::Range, positive: Positive, density: &Name) -> Resolve<()> {
        let (low, high) = (self.env.number(&on.low)?, self.env.number(&on.high)?);
        [name, density].into_iter().try_for_each(|n| self.is_new(n))?;
        if name.text == density.text {
            return Err(advise(
                "shadowing",
                format!("`{}` is both", name.text),
                density.span,
                "use two names",
            ));
        }
        let y = Symbol::from("y'");
        let point = Expr::variable(&y);
        let at = Expr::apply(&density.text, vec![point.clone()]);
        let inside = Bound::interval(y.clone(), "y".into(), low.clone(), high.clone());
        let sign = match positive {
            Positive::Yes => Formula::greater(&at, &Expr::zero()),
            Positive::Unknown => Formula::at_least(&at, &Expr::zero()),
        };
        let sign = Formula::for_all(std::slice::from_ref(&y), Formula::implied(&inside.domain(), sign));
        let mass = Expr::integral(&y, &low, &high, &at);
        self.assume("", Formula::greater(&high, &low), true);
        self.assume("", sign, true);
        self.assume("", Formula::equal(&mass, &Expr::one()), true);
        let here = |relation: Formula, domain: &[Formula]| {
            Formula::for_all(std::slice::from_ref(&y), Formula::implied(domain, relation))
        };
        let value = Expr::integral(
            &Symbol::from("z'"),
            &low,
            &point,
            &Expr::apply(&density.text, vec![Expr::variable("z'")]),
        );
        let range = vec![Formula::at_least(&value, &Expr::zero()), Formula::at_least(&Expr::one(), &value)];
        self.out.lemmas.push(here(Formula::And(range), &inside.domain()));
        if positive == Positive::Yes {
            let above = [Formula::greater(&point, &low), Formula::at_least(&high, &point)];
            self.out.lemmas.push(here(Formula::greater(&value, &Expr::zero()), &above));
            let below = [Formula::at_least(&point, &low), Formula::greater(&high, &point)];
            self.out.lemmas.push(here(Formula::greater(&Expr::one(), &value), &below));
        }
        self.source.folds.push((name.text.clone(), density.text.clone(), low.clone()));
        let cdf = Function::Cdf { density: density.text.as_str().into(), low };
        self.env.functions.insert(name.text.clone(), cdf);
        self.env.functions.insert(density.text.clone(), Function::Unknown { arity: Some(1) });
        self.hypotheses_are_defined()
    }

    /// A distribution function of which nothing is known but that it is continuous.
    fn continuous(&mut self, name: &Name, on: &ast::Range) -> Resolve<()> {
        let (low, high) = (self.env.number(&on.low)?, self.env.number(&on.high)?);
        self.is_new(name)?;
        let cdf = ContinuousCdf { name: name.text.as_str().into(), low, high };
        cdf.meaning().into_iter().for_each(|formula| self.assume("", formula, true));
        self.out.lemmas.push(cdf.range());
        self.out.continuous.push(cdf.clone());
        self.env.functions.insert(name.text.clone(), Function::Continuous(cdf));
        self.hypotheses_are_defined()
    }

    /// A profile of independent types; with a density, of every agent on the same type space.
    fn profile(&mut self, name: &Name, types: Option<&(ast::Range, Positive, Name)>) -> Resolve<()> {
        self.number(name)?;
        let space = match types {
            None => None,
            Some((on, positive, density)) => {
                let (low, high) = (self.env.number(&on.low)?, self.env.number(&on.high)?);
                self.is_new(density)?;
                Some((low, high, *positive == Positive::Yes, density.text.clone()))
            }
        };
        let hypotheses = self.env.declare_profile(name, space.clone())?;
        let upper = self.out.integer.as_ref().map(|(name, _)| self.env.values.get(name).cloned());
        if let (Some((low, high, _, density)), Some(Some(upper))) = (space, upper) {
            self.out.space = Some(TypeSpace { low, high, upper, density: Some(density.as_str().into()) });
        }
        hypotheses.into_iter().for_each(|h| self.assume("", h, true));
        self.hypotheses_are_defined()
    }

    fn define(&mut self, name: &Name, parameters: &[Name], body: &ast::Expr) -> Resolve<()> {
        self.is_new(name)?;
        if parameters.is_empty() {
            let value = self.env.definition(body)?;
            self.env.values.insert(name.text.clone(), value);
            return self.hypotheses_are_defined();
        }
        if parameters.len() > ARGUMENT_LIMIT {
            let message = format!("a function has at most {ARGUMENT_LIMIT} parameters");
            return Err(complain("unsupported", message, name.span));
        }
        for (k, p) in parameters.iter().enumerate() {
            self.is_new(p)?;
            if parameters.iter().take(k).any(|q| q.text == p.text) {
                return Err(complain("duplicate-name", format!("`{}` is a parameter twice", p.text), p.span));
            }
        }
        let scope = self.env.values.clone();
        let function = Function::Defined {
            parameters: parameters.iter().map(|p| p.text.clone()).collect(),
            body: body.clone(),
            scope,
        };
        // Read once, so that what is wrong with it is reported where it stands.
        let members = self.env.members();
        for p in parameters {
            let value = Expr::variable(&format!("{}'", p.text));
            self.env.is_agent(&value);
            self.env.values.insert(p.text.clone(), value);
        }
        let read = self.env.definition(body);
        parameters.iter().for_each(|p| drop(self.env.values.remove(&p.text)));
        self.env.forget_agents(members);
        // Whether it divides by zero is asked where it is used.
        self.env.obligations.clear();
        read?;
        self.env.functions.insert(name.text.clone(), function);
        Ok(())
    }

    pub(super) fn hypotheses_are_defined(&mut self) -> Resolve<()> {
        let more = self.obligations(&[]);
        self.out.defined.extend(more);
        Ok(())
    }
}

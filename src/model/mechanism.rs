//! [`Mechanism`]: direct mechanisms, by name and written out.
//!
//! Probabilities of outcomes and payments (from the agent to the designer) are terms in the agents'
//! type variables, which stand for the reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Definition, Expr, Name};

use super::claim::{Bound, Charge, Description, own_name};
use super::fold::fold;
use super::setting::{Kind, Setting, mixture};

/// A direct mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Its setting.
    pub setting: Arc<Setting>,
    /// The probability of each outcome.
    pub allocation: Vec<Expr>,
    /// What each agent pays.
    pub payment: Vec<Expr>,
    /// Maxima that occur in the payments by name.
    pub charges: Vec<Charge>,
    /// What the functions in the charges are.
    pub definitions: Vec<Definition>,
}

impl Mechanism {
    fn efficient(setting: &Arc<Setting>, payment: Vec<Expr>) -> Self {
        Self::of(setting, setting.efficient(), payment)
    }

    /// A mechanism without charges: the probability of each outcome, and what each agent pays.
    pub fn of(setting: &Arc<Setting>, allocation: Vec<Expr>, payment: Vec<Expr>) -> Self {
        Mechanism { setting: setting.clone(), allocation, payment, charges: vec![], definitions: vec![] }
    }

    /// The mechanism with its probabilities and payments by name, such as `payment(vcg, buyer)`, which
    /// are added to the definitions. `label` is how the user writes the mechanism.
    #[must_use]
    pub fn named(&self, label: &str, definitions: &mut Vec<Definition>) -> Self {
        let chance = |k: usize| {
            let outcome = self.setting.outcomes.get(k).map(|o| o.name.as_str()).unwrap_or_default();
            match (self.setting.kind, self.setting.agents.get(k)) {
                (Kind::Outcomes, _) => format!("probability({label}, {outcome})"),
                (_, Some(agent)) => format!("allocation({label}, {})", agent.name),
                (_, None) => format!("probability({label}, {outcome})"),
            }
        };
        let mut out = self.clone();
        for (k, x) in out.allocation.iter_mut().enumerate() {
            *x = fold(&chance(k), x, definitions);
        }
        for (agent, t) in self.setting.agents.iter().zip(&mut out.payment) {
            *t = fold(&format!("payment({label}, {})", agent.name), t, definitions);
        }
        out
    }

    /// The pivot mechanism: everyone pays what the others lose by the presence of the agent,
    /// `t_i = max_k W_{-i,k} − W_{-i,x̂}`.
    pub fn pivot(setting: &Arc<Setting>) -> Self {
        let rule = setting.efficient();
        let payment = |i: usize| {
            let others = setting.welfares_without(i);
            setting.maximum(&others).minus(&mixture(&rule, &others))
        };
        Self::efficient(setting, (0..setting.agents.len()).map(payment).collect())
    }

    /// Krishna's VCG mechanism (5.22): `t_i = W(α_i, θ_{-i}) − W_{-i}(θ)` with the lowest type `α_i`.
    pub fn vcg_lowest_type(setting: &Arc<Setting>) -> Self {
        let rule = setting.efficient();
        let payment = setting.agents.iter().enumerate().map(|(i, agent)| {
            let at_lowest = setting.welfare().substitute_one(&agent.type_.name, &agent.type_.low);
            at_lowest.minus(&mixture(&rule, &setting.welfares_without(i)))
        });
        Self::efficient(setting, payment.collect())
    }

    /// The expected externality mechanism (5.23) of Arrow and d'Aspremont–Gérard-Varet:
    /// `t_i = 1/(n−1) Σ_{j≠i} E_{-j} W_{-j}(θ_j, ·) − E_{-i} W_{-i}(θ_i, ·)`; `None` for a single agent.
    pub fn agv(setting: &Arc<Setting>) -> Option<Self> {
        let n = setting.agents.len();
        let share = Rational::new(1, i64::try_from(n).ok()? - 1)?;
        let rule = setting.efficient();
        let externality = |i: usize| setting.interim(i, &mixture(&rule, &setting.welfares_without(i)));
        let all: Vec<Expr> = (0..n).map(externality).collect();
        let payment = all.iter().enumerate().map(|(i, own)| {
            let others = all.iter().enumerate().filter(|(j, _)| *j != i);
            others.fold(Expr::zero(), |sum, (_, e)| sum.plus(e)).scaled(&share).minus(own)
        });
        Some(Self::efficient(setting, payment.collect()))
    }

    /// Theorem 2 of Part VI: everyone pays the own interim payment and what the next agent's falls
    /// short of its mean, and the expected total is shared equally; `None` for a single agent.
    pub fn balance(m: &Mechanism) -> Option<Self> {
        let n = m.setting.agents.len();
        if n < 2 {
            return None;
        }
        let share = Rational::new(1, i64::try_from(n).ok()?)?;
        let interim: Vec<Expr> = m.payment.iter().enumerate().map(|(i, t)| m.setting.interim(i, t)).collect();
        let mean: Vec<Expr> = m.payment.iter().map(|t| m.setting.expectation(t)).collect();
        let total = mean.iter().fold(Expr::zero(), |sum, e| sum.plus(e)).scaled(&share);
        let payment = |i: usize| {
            let next = (i + 1) % n;
            Some(interim.get(i)?.plus(mean.get(next)?).minus(interim.get(next)?).minus(&total))
        };
        let payment = (0..n).map(payment).collect::<Option<Vec<_>>>()?;
        Some(Mechanism { payment, ..m.clone() })
    }

    /// Pays everyone the own participation charge, so that taking part is worth while. `label` is how
    /// the user writes `m`: it names the charges.
    pub fn participate(m: &Mechanism, label: &str) -> Self {
        let mut out = m.clone();
        let named = m.named(label, &mut out.definitions);
        let charges: Vec<Charge> =
            (0..m.setting.agents.len()).filter_map(|i| named.charge(i, label)).collect();
        for (t, charge) in out.payment.iter_mut().zip(&charges) {
            *t = t.minus(&Expr::variable(&charge.name));
        }
        out.charges.extend(charges);
        out
    }

    /// The participation charge of an agent: the maximum over types of outside option minus interim
    /// payoff.
    pub fn charge(&self, agent: usize, label: &str) -> Option<Charge> {
        let a = self.setting.agents.get(agent)?;
        let argument = Bound {
            name: own_name("worst", &[label, &a.name]),
            shown: a.type_.shown.clone(),
            ..a.type_.clone()
        };
        let body = a.outside.minus(&self.setting.interim(agent, &self.payoff(agent)));
        let body = body.substitute_one(&a.type_.name, &Expr::variable(&argument.name));
        Some(Charge {
            name: own_name("charge", &[label, &a.name]),
            shown: format!("participation_charge({label}, {})", a.name),
            argument,
            body,
            description: Description::Maximum,
        })
    }

    /// Sealed bids for one good: the highest type that reaches the reserve wins and pays its report.
    pub fn first_price(setting: &Arc<Setting>) -> Option<Self> {
        let rule = setting.efficient();
        let types = types_of(setting);
        let payment = types.iter().zip(&rule).map(|(v, x)| v.times(x)).collect();
        is_good(setting).then(|| Self::efficient(setting, payment))
    }

    /// Sealed bids for one good: the highest type wins and pays the highest of the others' reports and
    /// the reserve; without a bid at the reserve the seller keeps the good.
    pub fn second_price(setting: &Arc<Setting>, reserve: Option<&Expr>) -> Option<Self> {
        let types = types_of(setting);
        // What the seller could keep the good for: the price is at least this much.
        let floor = match (reserve, setting.kind) {
            (Some(reserve), Kind::GoodOrSeller) => Some(reserve.clone()),
            (None, Kind::GoodOrSeller) => Some(Expr::zero()),
            (None, Kind::GoodForAgents) => None,
            (Some(_), Kind::GoodForAgents) | (_, Kind::Outcomes) => return None,
        };
        let mut allocation = setting.greatest(&types);
        if let Some(floor) = &floor {
            let mut sold = Expr::zero();
            for (x, v) in allocation.iter_mut().zip(&types) {
                *x = x.times(&Expr::at_least_zero(&v.minus(floor)));
                sold = sold.plus(x);
            }
            allocation.push(Expr::one().minus(&sold));
        }
        let price = |i: usize| {
            let others = types.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v);
            others.chain(&floor).cloned().reduce(|highest, v| highest.maximum(&v)).unwrap_or_else(Expr::zero)
        };
        let payment = allocation.iter().take(types.len()).enumerate().map(|(i, x)| price(i).times(x));
        let payment = payment.collect();
        Some(Self::of(setting, allocation, payment))
    }

    /// The revenue-maximising mechanism for regular priors (Myerson, 1981; Krishna 5.14, 5.15): the
    /// highest non-negative virtual value wins, and `t_i = Q_i θ_i − ∫ Q_i` from the lowest type.
    pub fn myerson(setting: &Arc<Setting>) -> Option<Self> {
        if setting.kind != Kind::GoodOrSeller {
            return None;
        }
        let strength = |k: usize| setting.order.iter().position(|o| *o == k).unwrap_or(usize::MAX);
        let virtuals: Vec<(Expr, Expr)> =
            (0..setting.agents.len()).map(|i| setting.virtual_parts(i)).collect::<Option<_>>()?;
        let wins = |(i, (p, f)): (usize, &(Expr, Expr))| {
            let others = virtuals.iter().enumerate().filter(|(j, _)| *j != i);
            others.fold(Expr::at_least_zero(p), |product, (j, (q, g))| {
                let lead = p.times(g).minus(&q.times(f));
                let ahead = match strength(i) < strength(j) {
                    true => Expr::at_least_zero(&lead),
                    false => Expr::positive(&lead),
                };
                product.times(&ahead)
            })
        };
        let mut allocation: Vec<Expr> = virtuals.iter().enumerate().map(wins).collect();
        let payment = setting.agents.iter().zip(&allocation).map(|(agent, x)| {
            let Bound { name, low, .. } = &agent.type_;
            let own = Expr::variable(name);
            own.times(x).minus(&Expr::integral(name, low, &own, x))
        });
        let payment = payment.collect();
        let sold = allocation.iter().fold(Expr::zero(), |sum, x| sum.plus(x));
        allocation.push(Expr::one().minus(&sold));
        Some(Self::of(setting, allocation, payment))
    }

    /// The direct mechanism that a strategy induces: types replaced by reports, where `reports[i]` is
    /// the report of agent i as a term in the own type.
    pub fn under(&self, reports: &[Expr]) -> Self {
        let types = self.setting.types();
        let values: BTreeMap<Name, Expr> =
            types.iter().map(|b| b.name.clone()).zip(reports.iter().cloned()).collect();
        let at = |e: &Expr| e.substitute(&values);
        Mechanism {
            allocation: self.allocation.iter().map(at).collect(),
            payment: self.payment.iter().map(at).collect(),
            ..self.clone()
        }
    }

    /// Gross value of an agent at the types.
    pub fn value(&self, agent: usize) -> Expr {
        mixture(&self.allocation, &self.values_of(agent))
    }

    fn values_of(&self, agent: usize) -> Vec<Expr> {
        let value = |o: &super::setting::Outcome| o.values.get(agent).cloned().unwrap_or_else(Expr::zero);
        self.setting.outcomes.iter().map(value).collect()
    }

    fn payment_of(&self, agent: usize) -> Expr {
        self.payment.get(agent).cloned().unwrap_or_else(Expr::zero)
    }

    /// Value net of payment when everyone is truthful.
    pub fn payoff(&self, agent: usize) -> Expr {
        self.value(agent).minus(&self.payment_of(agent))
    }

    /// Value net of payment when the agent reports something else than the type; the value stays that
    /// of the true type.
    pub fn payoff_from(&self, agent: usize, report: &Expr) -> Expr {
        let Some(own) = self.setting.agents.get(agent).map(|a| &a.type_.name) else { return Expr::zero() };
        let at_report = |e: &Expr| e.substitute_one(own, report);
        let allocation: Vec<Expr> = self.allocation.iter().map(at_report).collect();
        mixture(&allocation, &self.values_of(agent)).minus(&at_report(&self.payment_of(agent)))
    }

    /// The sum of payments.
    pub fn surplus(&self) -> Expr {
        self.payment.iter().fold(Expr::zero(), |sum, t| sum.plus(t))
    }

    /// The sum of gross values.
    pub fn welfare(&self) -> Expr {
        mixture(&self.allocation, &self.setting.welfares())
    }
}

fn types_of(setting: &Setting) -> Vec<Expr> {
    setting.agents.iter().map(|a| Expr::variable(&a.type_.name)).collect()
}

fn is_good(setting: &Setting) -> bool {
    setting.kind != Kind::Outcomes
}

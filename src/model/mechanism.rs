//! [`Mechanism`]: direct mechanisms, by name and written out.
//!
//! Probabilities of outcomes and payments (from the agent to the designer) are terms in the agents'
//! type variables, which stand for the reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exact::Rational;
use crate::kernel::{Definition, Expr, Name};

use super::average::sum;
use super::claim::{Bound, Charge, Description, own_name};
use super::fold::fold;
use super::setting::{Kind, Setting};

/// A direct mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Its setting.
    pub setting: Arc<Setting>,
    /// The probability of each outcome; on an interval of outcomes the outcome alone.
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
                (Kind::Interval, _) => format!("outcome({label})"),
                (Kind::Outcomes, _) => format!("probability({label}, {outcome})"),
                (_, Some(agent)) => format!("allocation({label}, {})", agent.name),
                (_, None) => format!("probability({label}, {outcome})"),
            }
        };
        let mut out = self.clone();
        if self.setting.factored {
            return out;
        }
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
            setting.maximum(&others).minus(&setting.worth(&rule, &others))
        };
        Self::efficient(setting, (0..setting.agents.len()).map(payment).collect())
    }

    /// A Groves mechanism: the efficient outcome, and everyone pays the own charge `h_i` less what the
    /// others value the outcome at, `t_i = h_i − W_{-i}`.
    pub fn groves(setting: &Arc<Setting>, charges: &[Expr]) -> Self {
        let rule = setting.efficient();
        let others = |i: usize| setting.worth(&rule, &setting.welfares_without(i));
        let payment = charges.iter().enumerate().map(|(i, h)| h.minus(&others(i))).collect();
        Self::efficient(setting, payment)
    }

    /// Krishna's VCG mechanism (5.22): `t_i = W(α_i, θ_{-i}) − W_{-i}(θ)` with the lowest type `α_i`.
    pub fn vcg_lowest_type(setting: &Arc<Setting>) -> Self {
        let rule = setting.efficient();
        let payment = setting.agents.iter().enumerate().map(|(i, agent)| {
            let at_lowest = setting.welfare().substitute_one(&agent.type_.name, &agent.type_.low);
            at_lowest.minus(&setting.worth(&rule, &setting.welfares_without(i)))
        });
        Self::efficient(setting, payment.collect())
    }

    /// The expected externality mechanism (5.23) of Arrow and d'Aspremont–Gérard-Varet:
    /// `t_i = 1/(n−1) Σ_{j≠i} E_{-j} W_{-j}(θ_j, ·) − E_{-i} W_{-i}(θ_i, ·)`; `None` for a single agent.
    pub fn agv(setting: &Arc<Setting>) -> Option<Self> {
        let n = setting.agents.len();
        let share = Rational::new(1, i64::try_from(n).ok()? - 1)?;
        let all = Self::externalities(setting);
        let payment = all.iter().enumerate().map(|(i, own)| {
            let others = all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, e)| e.clone());
            sum(others.collect()).scaled(&share).minus(own)
        });
        Some(Self::efficient(setting, payment.collect()))
    }

    /// What an agent's report is expected to do for the others under the efficient rule, `E_{-i} W_{-i}`.
    fn externalities(setting: &Setting) -> Vec<Expr> {
        let rule = setting.efficient();
        let externality = |i: usize| setting.interim(i, &setting.worth(&rule, &setting.welfares_without(i)));
        (0..setting.agents.len()).map(externality).collect()
    }

    /// The construction of Krishna's Proposition 5.6: AGV with the constants moved so that every agent but
    /// the first has the interim payoff of [`vcg_lowest_type`](Self::vcg_lowest_type), and the payments still
    /// sum to zero; `None` for a single agent.
    pub fn balanced_vcg(setting: &Arc<Setting>) -> Option<Self> {
        let mut out = Self::agv(setting)?;
        let share = Rational::new(1, i64::try_from(setting.agents.len()).ok()? - 1)?;
        let means: Vec<Expr> = Self::externalities(setting).iter().map(|e| setting.expectation(e)).collect();
        let total = means.iter().fold(Expr::zero(), |sum, e| sum.plus(e));
        // c_i of AGV and of VCG: interim welfare less the agent's interim payoff.
        let mut first = Expr::zero();
        let agents = setting.agents.iter().zip(&means).zip(&mut out.payment).skip(1);
        for ((agent, mean), payment) in agents {
            let at_lowest = setting.welfare().substitute_one(&agent.type_.name, &agent.type_.low);
            let d = total.minus(mean).scaled(&share).minus(&setting.expectation(&at_lowest));
            *payment = payment.minus(&d);
            first = first.plus(&d);
        }
        let payment = out.payment.first_mut()?;
        *payment = payment.plus(&first);
        Some(out)
    }

    /// The "if" part of Pommey's Theorem 3: everyone is charged `H_i`, what can be collected from the agent
    /// less an equal part of what is collected in all beyond `(n − 1) E W`; each pays `H_i` and what the own
    /// externality falls short of, and the others pay what theirs exceeds the mean by, so that
    /// `t_i = H_i − e_i + Σ_{j≠i} (e_j − E e_j)/(n − 1)`; `None` for a single agent.
    pub fn dissolve(setting: &Arc<Setting>) -> Option<Self> {
        let n = i64::try_from(setting.agents.len()).ok()?;
        let (part, share) = (Rational::new(1, n)?, Rational::new(1, n - 1)?);
        let mut definitions = vec![];
        let welfare = match setting.factored {
            true => setting.welfare(),
            false => fold(&format!("welfare({})", setting.name), &setting.welfare(), &mut definitions),
        };
        let charges: Vec<Charge> =
            (0..setting.agents.len()).map(|i| setting.collectible(i, &welfare)).collect::<Option<_>>()?;
        let collectible = |c: &Charge| Expr::variable(&c.name).negated();
        let cost = setting.expectation(&setting.welfare()).scaled(&Rational::from(n - 1));
        let excess = charges.iter().fold(cost.negated(), |sum, c| sum.plus(&collectible(c))).scaled(&part);
        let externalities = Self::externalities(setting);
        let short: Vec<Expr> = externalities.iter().map(|e| e.minus(&setting.expectation(e))).collect();
        let payment = charges.iter().zip(&externalities).enumerate().map(|(i, (charge, own))| {
            let others = short.iter().enumerate().filter(|(j, _)| *j != i);
            let others = others.fold(Expr::zero(), |sum, (_, e)| sum.plus(e)).scaled(&share);
            collectible(charge).minus(&excess).minus(own).plus(&others)
        });
        let payment = payment.collect();
        Some(Mechanism { charges, definitions, ..Self::efficient(setting, payment) })
    }

    /// The mechanism with a fixed payment more from each agent.
    #[must_use]
    pub fn with_fees(&self, fees: &[Expr]) -> Self {
        let payment = self.payment.iter().zip(fees).map(|(t, fee)| t.plus(fee)).collect();
        Mechanism { payment, ..self.clone() }
    }

    /// This mechanism with probability `chance`, else the other one, which has the same setting.
    #[must_use]
    pub fn or_else(&self, chance: &Expr, other: &Mechanism) -> Self {
        let rest = Expr::one().minus(chance);
        let mix = |a: &[Expr], b: &[Expr]| {
            a.iter().zip(b).map(|(a, b)| chance.times(a).plus(&rest.times(b))).collect()
        };
        let mut out = Mechanism {
            allocation: mix(&self.allocation, &other.allocation),
            payment: mix(&self.payment, &other.payment),
            ..self.clone()
        };
        let known = |c: &&Charge| self.charges.iter().all(|k| k.name != c.name);
        out.charges.extend(other.charges.iter().filter(known).cloned());
        let known = |d: &&Definition| !self.definitions.contains(d);
        out.definitions.extend(other.definitions.iter().filter(known).cloned());
        out
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

    /// The mechanism with values for some of the setting's parameters.
    #[must_use]
    pub fn at(&self, values: &BTreeMap<Name, Expr>) -> Self {
        if values.is_empty() {
            return self.clone();
        }
        let at = |e: &Expr| e.substitute(values);
        Mechanism {
            setting: Arc::new(self.setting.at(values)),
            allocation: self.allocation.iter().map(at).collect(),
            payment: self.payment.iter().map(at).collect(),
            ..self.clone()
        }
    }

    /// Gross value of an agent at the types.
    pub fn value(&self, agent: usize) -> Expr {
        self.setting.worth(&self.allocation, &self.values_of(agent))
    }

    /// What each outcome is worth to an agent.
    pub fn values_of(&self, agent: usize) -> Vec<Expr> {
        let value = |o: &super::setting::Outcome| o.values.get(agent).cloned().unwrap_or_else(Expr::zero);
        self.setting.outcomes.iter().map(value).collect()
    }

    /// What an agent pays.
    pub fn payment_of(&self, agent: usize) -> Expr {
        self.payment.get(agent).cloned().unwrap_or_else(Expr::zero)
    }

    /// Value net of payment when everyone is truthful.
    pub fn payoff(&self, agent: usize) -> Expr {
        self.value(agent).minus(&self.payment_of(agent))
    }

    /// Gross value when the agent reports something else than the type; the value stays that of the true
    /// type.
    pub fn value_from(&self, agent: usize, report: &Expr) -> Expr {
        let allocation: Vec<Expr> =
            self.allocation.iter().map(|x| self.at_report(agent, report, x)).collect();
        self.setting.worth(&allocation, &self.values_of(agent))
    }

    /// Value net of payment when the agent reports something else than the type.
    pub fn payoff_from(&self, agent: usize, report: &Expr) -> Expr {
        let payment = self.at_report(agent, report, &self.payment_of(agent));
        self.value_from(agent, report).minus(&payment)
    }

    fn at_report(&self, agent: usize, report: &Expr, e: &Expr) -> Expr {
        let own = self.setting.agents.get(agent).map(|a| &a.type_.name);
        own.map_or_else(Expr::zero, |own| e.substitute_one(own, report))
    }

    /// The sum of payments.
    pub fn surplus(&self) -> Expr {
        sum(self.payment.clone())
    }

    /// The sum of gross values.
    pub fn welfare(&self) -> Expr {
        self.setting.worth(&self.allocation, &self.setting.welfares())
    }
}

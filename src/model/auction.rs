//! Auctions and prices by name: mechanisms of one good, and trade at a fixed price.

use std::sync::Arc;

use crate::kernel::Expr;

use super::claim::Bound;
use super::ironing::Flat;
use super::mechanism::Mechanism;
use super::setting::{Kind, Setting};

impl Mechanism {
    /// Sealed bids for one good: the highest type that reaches its reserve wins and pays its report.
    /// Reserves are none, one for all agents, or one for each agent.
    pub fn first_price(setting: &Arc<Setting>, reserves: &[Expr]) -> Option<Self> {
        let auction = Auction::new(setting, reserves)?;
        let payment = auction.types.iter().zip(&auction.wins).map(|(v, x)| v.times(x)).collect();
        Some(auction.charging(payment))
    }

    /// Sealed bids for one good: the highest type that reaches its reserve wins and pays the highest of
    /// the own reserve and the others' reports that reach theirs; without such a bid the seller keeps the good.
    pub fn second_price(setting: &Arc<Setting>, reserves: &[Expr]) -> Option<Self> {
        let auction = Auction::new(setting, reserves)?;
        let payment = auction.wins.iter().enumerate().map(|(i, x)| auction.highest_rival(i).times(x));
        let payment = payment.collect();
        Some(auction.charging(payment))
    }

    /// Sealed bids for one good: the highest type wins and pays the third highest report. Three agents or more.
    pub fn third_price(setting: &Arc<Setting>) -> Option<Self> {
        let auction = Auction::new(setting, &[])?;
        let price = |i: usize| {
            let others: Vec<&Expr> =
                auction.types.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v).collect();
            // The second highest number is the highest minimum of two.
            let pairs = others.iter().enumerate().flat_map(|(j, v)| {
                others.iter().take(j).map(|w| setting.larger(&v.negated(), &w.negated()).negated())
            });
            let second = pairs.chain(auction.floor(i)).reduce(|highest, v| setting.larger(&highest, &v));
            second.filter(|_| others.len() > 1)
        };
        let payment = auction.wins.iter().enumerate().map(|(i, x)| Some(price(i)?.times(x)));
        let payment = payment.collect::<Option<_>>()?;
        Some(auction.charging(payment))
    }

    /// Sealed bids for one good: the highest type wins, and everyone pays the own report.
    pub fn all_pay(setting: &Arc<Setting>) -> Option<Self> {
        let auction = Auction::new(setting, &[])?;
        let payment = auction.types.clone();
        Some(auction.charging(payment))
    }

    /// Two agents share one good: the higher type gets it and pays the other's report to the other.
    pub fn pay_the_loser(setting: &Arc<Setting>) -> Option<Self> {
        let auction = Auction::new(setting, &[])?;
        let payment = match (auction.types.as_slice(), auction.wins.as_slice()) {
            ([v, w], [first, second]) if setting.kind == Kind::GoodForAgents => {
                let payment = w.times(first).minus(&v.times(second));
                vec![payment.clone(), payment.negated()]
            }
            _ => return None,
        };
        Some(auction.charging(payment))
    }

    /// One good is offered to the agents in order, to each at a price of its own; the first who accepts
    /// gets it. An agent accepts a price that equals the type.
    pub fn posted_price(setting: &Arc<Setting>, prices: &[Expr]) -> Option<Self> {
        let types = types_of(setting);
        if setting.kind != Kind::GoodOrSeller || types.len() != prices.len() {
            return None;
        }
        let mut left = Expr::one();
        let (mut allocation, mut payment) = (Vec::new(), Vec::new());
        for (v, price) in types.iter().zip(prices) {
            let accepts = setting.reached(&v.minus(price));
            let sale = left.times(&accepts);
            left = left.minus(&sale);
            payment.push(price.times(&sale));
            allocation.push(sale);
        }
        allocation.push(left);
        Some(Self::of(setting, allocation, payment))
    }

    /// Two agents and two outcomes: the second outcome happens, and the first agent pays the price to the
    /// second, if neither is worse off by that than with the first outcome and no payment.
    pub fn fixed_price(setting: &Arc<Setting>, price: &Expr) -> Option<Self> {
        let ([_, _], [before, after]) = (setting.agents.as_slice(), setting.outcomes.as_slice()) else {
            return None;
        };
        let gain = |i: usize| Some(after.values.get(i)?.minus(before.values.get(i)?));
        let buys = setting.reached(&gain(0)?.minus(price));
        let trade = buys.times(&setting.reached(&gain(1)?.plus(price)));
        let payment = price.times(&trade);
        let allocation = vec![Expr::one().minus(&trade), trade];
        Some(Self::of(setting, allocation, vec![payment.clone(), payment.negated()]))
    }

    /// The revenue-maximising mechanism (Myerson, 1981; Krishna 5.14, 5.15): the highest non-negative virtual
    /// value wins, and `t_i = Q_i θ_i − ∫ Q_i dθ_i` from the lowest type. `flats` are the intervals on which the virtual
    /// values of each agent are ironed; regular priors have none. `worth` is what the good is worth to the seller:
    /// virtual values have to reach it.
    pub fn myerson(setting: &Arc<Setting>, flats: &[Vec<Flat>], worth: &Expr) -> Option<Self> {
        if setting.kind != Kind::GoodOrSeller {
            return None;
        }
        let virtuals: Vec<(Expr, Expr)> = flats
            .iter()
            .enumerate()
            .map(|(i, flats)| setting.ironed_parts(i, flats))
            .collect::<Option<_>>()?;
        let wins = |s: &Setting, (i, (p, f)): (usize, &(Expr, Expr))| {
            let others = virtuals.iter().enumerate().filter(|(j, _)| *j != i);
            others.fold(setting.reached(&p.minus(&worth.times(f))), |product, (j, (q, g))| {
                let lead = setting.compared_as_virtual_values(i, j, flats);
                let lead = lead.unwrap_or_else(|| p.times(g).minus(&q.times(f)));
                product.times(&s.ahead(i, j, &lead))
            })
        };
        let mut allocation: Vec<Expr> =
            setting.by_lot(|s| virtuals.iter().enumerate().map(|each| wins(s, each)).collect());
        let payment = setting.agents.iter().zip(&allocation).map(|(agent, x)| {
            let Bound { name, low, power, .. } = &agent.type_;
            let own = Expr::variable(name);
            let area = Expr::integral(name, low, &own, &x.times(&power.slope(&own)));
            power.value(&own).times(x).minus(&area)
        });
        let payment = payment.collect();
        let sold = allocation.iter().fold(Expr::zero(), |sum, x| sum.plus(x));
        allocation.push(Expr::one().minus(&sold));
        Some(Self::of(setting, allocation, payment))
    }
}

/// Sealed bids for one good, without the payments.
struct Auction<'a> {
    setting: &'a Arc<Setting>,
    types: Vec<Expr>,
    /// For each agent what its type has to reach, if the seller may keep the good.
    reserves: Vec<Expr>,
    /// For each agent the indicator that it wins.
    wins: Vec<Expr>,
}

impl<'a> Auction<'a> {
    /// The highest type that reaches its reserve wins. Where the seller may keep the good, the reserve is
    /// zero unless it is given; where it may not, there is none.
    fn new(setting: &'a Arc<Setting>, given: &[Expr]) -> Option<Self> {
        let types = types_of(setting);
        let n = types.len();
        let reserves = match (setting.kind, given) {
            (Kind::GoodForAgents, []) => vec![],
            (Kind::GoodOrSeller, []) => vec![Expr::zero(); n],
            (Kind::GoodOrSeller, [one]) => vec![one.clone(); n],
            (Kind::GoodOrSeller, each) if each.len() == n => each.to_vec(),
            _ => return None,
        };
        let reaches = |i: usize| match (types.get(i), reserves.get(i)) {
            (Some(v), Some(r)) => setting.reached(&v.minus(r)),
            _ => Expr::one(),
        };
        let alike = reserves.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
        let wins = if alike {
            setting.greatest(&types).iter().enumerate().map(|(i, x)| x.times(&reaches(i))).collect()
        } else {
            let beaten = |s: &Setting, i: usize, j: usize| match (types.get(i), types.get(j)) {
                (Some(v), Some(w)) => Expr::one().minus(&s.ahead(i, j, &v.minus(w))).times(&reaches(j)),
                _ => Expr::zero(),
            };
            let wins = |s: &Setting, i: usize| {
                let others = (0..n).filter(|j| *j != i);
                others.fold(reaches(i), |product, j| {
                    product.times(&s.kept(&Expr::one().minus(&beaten(s, i, j))))
                })
            };
            setting.by_lot(|s| (0..n).map(|i| wins(s, i)).collect())
        };
        Some(Auction { setting, types, reserves, wins })
    }

    fn floor(&self, agent: usize) -> Option<Expr> {
        self.reserves.get(agent).cloned()
    }

    /// The highest of an agent's reserve and the others' types that reach theirs.
    fn highest_rival(&self, agent: usize) -> Expr {
        if self.setting.factored {
            return self.highest_of_many(agent);
        }
        let floor = self.floor(agent);
        let rival = |(j, v): (usize, &Expr)| match (&floor, self.reserves.get(j)) {
            (Some(own), Some(r)) if own != r => {
                let reaches = self.setting.reached(&v.minus(r));
                reaches.times(v).plus(&Expr::one().minus(&reaches).times(own))
            }
            _ => v.clone(),
        };
        let others = self.types.iter().enumerate().filter(|(j, _)| *j != agent).map(rival);
        others
            .chain(floor.clone())
            .reduce(|highest, v| self.setting.larger(&highest, &v))
            .unwrap_or_else(Expr::zero)
    }

    /// The same as a sum over who the highest rival is.
    fn highest_of_many(&self, agent: usize) -> Expr {
        let rivals = || self.types.iter().enumerate().filter(|(j, _)| *j != agent);
        let reaches = |v: &Expr, reserve: Option<&Expr>| {
            reserve.map_or_else(Expr::one, |r| self.setting.reached(&v.minus(r)))
        };
        let floor = self.floor(agent);
        let counts = |(j, v): (usize, &Expr)| {
            let own = reaches(v, floor.as_ref());
            if self.reserves.get(j) == floor.as_ref() {
                own
            } else {
                own.times(&reaches(v, self.reserves.get(j)))
            }
        };
        let is_first = |(j, v): (usize, &Expr)| {
            rivals().filter(|(k, _)| *k != j).fold(counts((j, v)), |product, (k, w)| {
                let ahead = self.setting.ahead(j, k, &v.minus(w));
                let alike = self.reserves.get(j) == self.reserves.get(k);
                // A rival that is behind does not count, nor one that does not reach its reserve.
                let idle = Expr::one().minus(&reaches(w, self.reserves.get(k)));
                let rest = Expr::one().minus(&ahead);
                product.times(&if alike { ahead } else { self.setting.kept(&ahead.plus(&rest.times(&idle))) })
            })
        };
        let highest = rivals().fold(Expr::zero(), |sum, rival| sum.plus(&rival.1.times(&is_first(rival))));
        let Some(floor) = &floor else { return highest };
        let nobody = rivals().fold(Expr::one(), |product, rival| {
            product.times(&self.setting.kept(&Expr::one().minus(&counts(rival))))
        });
        highest.plus(&floor.times(&nobody))
    }

    /// The mechanism with these payments.
    fn charging(self, payment: Vec<Expr>) -> Mechanism {
        let mut allocation = self.wins;
        if self.setting.kind == Kind::GoodOrSeller {
            let sold = allocation.iter().fold(Expr::zero(), |sum, x| sum.plus(x));
            allocation.push(Expr::one().minus(&sold));
        }
        Mechanism::of(self.setting, allocation, payment)
    }
}

fn types_of(setting: &Setting) -> Vec<Expr> {
    setting.agents.iter().map(|a| a.type_.value()).collect()
}

//! Statements about all tables, one table after the other: [`Systems::tables`].

use std::collections::{BTreeMap, HashMap};

use crate::exact::Rational;
use crate::kernel::rule::finite::decide;
use crate::kernel::{Expr, Formula, Name, Statement, Step, Symbol};
use crate::model::{Bound, Conjunct, Quantity, System, TablePart, Tables, choices, count_of_choices};
use crate::piecewise::Obstacle;

use super::proof::{Builder, Proved};
use super::system::{Found, Settled, Systems};

/// Tables that are looked at at most, where payments have to be found for each.
const TABLE_LIMIT: usize = 20_000;

/// A table for which a statement fails.
#[derive(Debug, Clone)]
pub struct Exceptional {
    /// The values of the cells.
    pub at: Vec<(Bound, Rational)>,
    /// What fails there.
    pub what: FailingPart,
    /// The theorem that it fails.
    pub proved: Proved,
}

/// The part that fails at a table.
#[derive(Debug, Clone)]
pub enum FailingPart {
    /// A comparison.
    Comparison(Box<Conjunct>),
    /// A question with the other answer.
    System(Box<(System, Settled)>),
}

/// What was found of a statement about all tables.
#[derive(Debug, Clone)]
pub enum Surveyed {
    /// It holds.
    Holds(Proved),
    /// It fails for a table.
    Fails(Box<Exceptional>),
}

/// The theorems about single tables, once each.
#[derive(Default)]
struct Lemmas {
    steps: Vec<Step>,
    known: HashMap<String, usize>,
}

impl Lemmas {
    fn add(&mut self, settled: &Settled) -> usize {
        let text = settled.proved.theorem.conclusion().to_string();
        let next = self.steps.len();
        let number = *self.known.entry(text).or_insert(next);
        if number == next {
            self.steps.extend(settled.proved.certificate.steps.iter().cloned());
        }
        number
    }
}

impl Systems {
    /// Looks at every table.
    pub fn tables(&mut self, tables: &Tables) -> Result<Surveyed, Obstacle> {
        if count_of_choices(&tables.cells) > TABLE_LIMIT {
            return Err(Obstacle::Existence { reason: format!("more than {TABLE_LIMIT} tables") });
        }
        let mut all = Lemmas::default();
        for values in choices(&tables.cells) {
            let mut own = Vec::new();
            let mut applies = true;
            for part in &tables.premises {
                let (holds, lemma, _) = self.part(part, &values)?;
                // That a premise fails is used; that it holds is not.
                if !holds {
                    lemma.iter().for_each(|settled| own.push(all.add(settled)));
                    applies = false;
                    break;
                }
                own.extend(lemma.iter().map(|settled| all.add(settled)));
            }
            if !applies {
                continue;
            }
            for part in &tables.conclusions {
                let (holds, lemma, what) = self.part(part, &values)?;
                own.extend(lemma.iter().map(|settled| all.add(settled)));
                if !holds {
                    return self.exception(tables, &values, what, &all, &own);
                }
            }
        }
        let used: Vec<usize> = (0..all.steps.len()).collect();
        Ok(Surveyed::Holds(conclude(tables.formula(), vec![], &all.steps, &used)?))
    }

    fn exception(
        &self,
        tables: &Tables,
        values: &BTreeMap<Name, Expr>,
        what: FailingPart,
        all: &Lemmas,
        own: &[usize],
    ) -> Result<Surveyed, Obstacle> {
        let number = |b: &Bound| Some((b.clone(), values.get(&b.name)?.as_number()?));
        let at: Vec<(Bound, Rational)> = tables.cells.iter().filter_map(number).collect();
        let named = at.iter().filter_map(|(b, value)| Some((Symbol::new(&b.name)?, value.clone()))).collect();
        let proved = conclude(tables.formula().negated(), named, &all.steps, own)?;
        Ok(Surveyed::Fails(Box::new(Exceptional { at, what, proved })))
    }

    /// Whether a part holds at a table, and the theorem if it is about functions.
    fn part(
        &mut self,
        part: &TablePart,
        values: &BTreeMap<Name, Expr>,
    ) -> Result<(bool, Option<Settled>, FailingPart), Obstacle> {
        match part {
            TablePart::Comparison(conjunct) => {
                let here = conjunct.at(values);
                let holds = decide(&here.formula(), &[]);
                let open =
                    || Obstacle::Existence { reason: "numbers do not decide this for each table".into() };
                Ok((holds.ok_or_else(open)?, None, FailingPart::Comparison(Box::new(here))))
            }
            TablePart::System(system) => {
                let here = system.at(values);
                let settled = Systems::default().settle(&here)?;
                let found = matches!(settled.found, Found::Values(_));
                let holds = found == (here.quantity == Quantity::Some);
                Ok((holds, Some(settled.clone()), FailingPart::System(Box::new((here, settled)))))
            }
        }
    }
}

/// The theorem of a statement, from those about single tables.
fn conclude(
    statement: Formula,
    values: Vec<(Symbol, Rational)>,
    lemmas: &[Step],
    used: &[usize],
) -> Result<Proved, Obstacle> {
    let mut builder = Builder::default();
    let mut premises = Vec::new();
    for number in used {
        let Some(step) = lemmas.get(*number) else { continue };
        premises.push(builder.add(step.clone())?);
    }
    let meaning = Statement::from(statement.clone()).meaning();
    let meaning = meaning.map_err(|rejection| Obstacle::Refused { rejection })?;
    builder.add(Step::Evaluate { statement, values, tables: vec![], premises })?;
    builder.finish(&meaning)
}

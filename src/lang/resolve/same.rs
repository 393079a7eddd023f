//! Derivations: what is said of one setting, applied to another.

use std::collections::BTreeMap;

use super::Resolve;
use super::derivation::Reader;
use super::names::{advise, complain};
use super::scope::BROKEN;
use crate::kernel::{Atom, Definition, Expr, Name as Symbol, Node, Symbol as Named};
use crate::lang::ast::{self, ExprKind, Name};

/// What the names of an earlier derivation are, since its setting is one of this derivation.
#[derive(Debug, Default)]
pub(super) struct Same {
    /// Its distribution function, its greatest values, what can be collected.
    pub(super) functions: Vec<Definition>,
    /// The ends of its type space, its profile.
    pub(super) numbers: BTreeMap<Symbol, Expr>,
    /// The number of its agents.
    pub(super) agents: Option<Expr>,
}

impl Reader<'_> {
    /// Whether a name is that of the setting.
    pub(super) fn is_setting(&self, text: &str) -> bool {
        self.env.family.as_ref().and_then(|f| f.general.as_ref()).is_some_and(|g| g.name == text)
    }

    /// `apply NAME with partnership = three`: what follows from how the types of `three` are drawn.
    pub(super) fn same_setting(
        &mut self,
        theirs: &Reader<'_>,
        values: &[(Name, Vec<Name>, ast::Expr)],
        applied: &Name,
    ) -> Resolve<Same> {
        let mut out = Same::default();
        let Some((name, _, value)) = values.iter().find(|(n, ..)| theirs.is_setting(&n.text)) else {
            return Ok(out);
        };
        let broken = self.env.family.as_ref().and_then(|f| f.broken.as_ref());
        if let (ExprKind::Name(text), Some(broken)) = (&value.kind, broken)
            && text == broken
        {
            return Err(complain(BROKEN, format!("`{text}` has an error of its own"), value.span));
        }
        let general = |reader: &Reader<'_>| reader.env.family.as_ref().and_then(|f| f.general.clone());
        let ours = general(self).filter(|g| matches!(&value.kind, ExprKind::Name(text) if *text == g.name));
        let (Some(ours), Some(general)) = (ours, general(theirs)) else {
            let message =
                format!("`{}` is a setting, and this is none that a derivation speaks of", name.text);
            let help = "name a setting with `agents i in 1..3` whose types are drawn alike, and `one good`";
            return Err(advise("wrong-sort", message, value.span, help));
        };
        let mut number = |name: &str, value: &Expr| drop(out.numbers.insert(name.into(), value.clone()));
        if let Some(profile) = self.env.values.get(&ours.types) {
            number(&general.types, profile);
        }
        for (theirs, own) in [(&general.law.low, &ours.law.low), (&general.law.high, &ours.law.high)] {
            if let Some(end) = theirs.as_variable() {
                number(end, own);
            }
        }
        out.agents = Some(ours.law.upper.clone());
        let mut function = |name: &Symbol, parameters: &[Symbol], body: Expr| {
            if let Some(name) = Named::new(name) {
                let parameters = parameters.iter().filter_map(|p| Named::new(p)).collect();
                out.functions.push(Definition { name, parameters, body });
            }
        };
        if let Some(Node::Apply(cdf, _)) = general.law.cdf.as_atom().map(Atom::node)
            && general.law.cdf != ours.law.cdf
        {
            function(cdf, std::slice::from_ref(&ours.law.point), ours.law.cdf.clone());
        }
        if let Some(highest) = theirs.out.highest.iter().find(|h| h.is_of_types()) {
            let profile = Symbol::from("p'");
            let own = self.env.highest_type(&ours.law.upper, &Expr::variable(&profile), applied.span)?;
            let same = Expr::apply(&highest.name, vec![Expr::variable(&profile)]);
            if own != same {
                function(&highest.name, &[profile], own);
            }
        }
        if let Some(others) = theirs.out.highest.iter().find(|h| h.is_of_other_types()) {
            let (profile, left_out) = (Symbol::from("p'"), Symbol::from("i'"));
            let names = [profile.clone(), left_out.clone()];
            let [of, but] = names.each_ref().map(|n| Expr::variable(n));
            let own = self.env.highest_of_others(&ours.law.upper, &of, &but, applied.span)?;
            if own != Expr::apply(&others.name, vec![of, but]) {
                function(&others.name, &names, own);
            }
        }
        if let Some(collected) = theirs.out.collectible.as_deref() {
            let agent = Symbol::from("i'");
            let own = self.env.collectible(ours, applied.span)?;
            if let Some(own) = own.filter(|own| own.name != collected.name) {
                function(&collected.name, std::slice::from_ref(&agent), own.of(&Expr::variable(&agent)));
            }
        }
        Ok(out)
    }
}

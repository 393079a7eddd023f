//! Quantities by name: [`fold`] writes a term as a function of the names it depends on, and remembers the
//! definition. A theorem then says what the user says, and its definitions say what that means.

use crate::kernel::{Definition, Expr, Name, Symbol};

/// `shown(names…)`, with its definition added to the others; the term itself where that is short, where it
/// cannot be a definition (it may be unbounded, or mentions unknown functions), or where the name means
/// something else already.
pub fn fold(shown: &str, term: &Expr, definitions: &mut Vec<Definition>) -> Expr {
    let is_short = term.size() <= 1 && term.poly().degree() <= 1 && term.is_polynomial();
    let (functions, variables): (Vec<Name>, Vec<Name>) =
        term.free_names().into_iter().partition(|n| term.mentions_function(n));
    let parameters: Vec<Symbol> = variables.iter().filter_map(|n| Symbol::new(n)).collect();
    let is_known = |f: &Name| definitions.iter().any(|d| d.name.name() == f);
    let Some(name) = Symbol::new(shown) else { return term.clone() };
    if is_short || !functions.iter().all(is_known) || !term.is_tame() || term.is_too_large() {
        return term.clone();
    }
    let arguments = parameters.iter().map(|p| Expr::variable(p.name())).collect();
    let folded = Expr::apply(shown, arguments);
    let definition = Definition { name, parameters, body: term.clone() };
    match definitions.iter().find(|d| d.name == definition.name) {
        Some(known) if *known == definition => folded,
        Some(_) => term.clone(),
        None => {
            definitions.push(definition);
            folded
        }
    }
}

//! What was meant by words that the language does not have, or has elsewhere: the help of errors of syntax.

use super::{Parser, Token, TokenKind};

/// How a concept is written that has another name, or is spelt otherwise, in other texts.
fn property(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let begins = |all: &[&str]| all.iter().any(|a| word.starts_with(a));
    Some(if begins(&["dsic", "strategy", "strategyproof", "dominant"]) {
        "write `DSIC`"
    } else if begins(&["bic", "bayes"]) {
        "write `BIC`"
    } else if begins(&["incentive", "truthful", "ic"]) {
        "write `DSIC`, in dominant strategies, or `BIC`, on average over the others"
    } else if begins(&["expost"]) {
        "write `ex post`, in two words"
    } else if begins(&["exante"]) {
        "write `ex ante`, in two words"
    } else if begins(&["ir", "individual", "participation"]) {
        "write `ex post IR`, `interim IR` or `ex ante IR`"
    } else if begins(&["balanced", "bb"]) {
        "write `budget balanced`"
    } else if begins(&["deficit"]) {
        "write `no deficit`"
    } else {
        return None;
    })
}

impl Parser<'_> {
    /// The help for what stands here in place of what is wanted, if it is known what was meant.
    pub(super) fn meant(&self, wanted: &[&str]) -> Option<&'static str> {
        let wants = |word: &str| wanted.contains(&word);
        let kind =
            |back: usize| self.at.checked_sub(back).and_then(|at| self.tokens.get(at)).map(|t| &t.kind);
        let is_name = |back: usize, word: &str| matches!(kind(back), Some(TokenKind::Name(n)) if n == word);
        match self.tokens.get(self.at).map(|t| &t.kind)? {
            TokenKind::Name(word) if wants("`DSIC`") => property(word),
            TokenKind::Name(word) if wants("`IR`") && word.starts_with("individual") => Some("write `IR`"),
            TokenKind::Name(word)
                if word.starts_with("mechanism") && (is_name(1, "no") || is_name(1, "some")) =>
            {
                Some("write `mechanism on`, of one")
            }
            TokenKind::Name(word) if wants("`claim`") => match word.as_str() {
                "and" => {
                    Some("statements that hold together stand in braces, one a line: `claim NAME: { … }`")
                }
                "for" => Some("a comparison is claimed for all types and parameters that it speaks of"),
                "agent" | "agents" | "outcome" | "value" | "share" | "ties" | "outside" | "one" => {
                    Some("this is a line of a setting: `setting NAME { … }`")
                }
                _ => None,
            },
            TokenKind::Name(word) if word == "in" && wants("`with`") => {
                Some("several agents that are alike are `agents i in 1..n with type v[i] ~ …`")
            }
            TokenKind::Symbol("-") if wants("`post`") => Some("write `ex post` or `ex ante`, in two words"),
            TokenKind::Symbol("-") if wants("`balanced`") => Some("write `budget balanced`, in two words"),
            TokenKind::Symbol("(") if wants("`:`") && is_name(2, "on") => {
                Some("give the mechanism a name first: `mechanism NAME = …`")
            }
            TokenKind::Symbol("]") if self.is_average_in_brackets() => {
                Some("write `E (…)`: square brackets are for conditions")
            }
            _ => None,
        }
    }

    /// The help for a reason that is called so in other texts, in several words.
    pub(super) fn meant_reason(&self, word: &str) -> Option<&'static str> {
        let next = self.tokens.get(self.at + 1)?;
        let follows =
            |words: &[&str]| matches!(&next.kind, TokenKind::Name(n) if words.contains(&n.as_str()));
        match word {
            "integration" | "integrating" if follows(&["by"]) => Some("write `parts`"),
            "changing" | "change" | "exchanging" | "swapping" | "reversing" if follows(&["the", "of"]) => {
                Some("write `interchange`")
            }
            "definition" if follows(&["of"]) => Some("write `definition`, which is of all names"),
            "positive" if follows(&["density"]) => Some("write `density`"),
            "envelope" if follows(&["formula"]) => Some("write `the envelope formula`"),
            "envelope" if follows(&["theorem"]) => Some("write `the envelope theorem`"),
            "fundamental" if follows(&["theorem"]) => Some("write `the fundamental theorem`"),
            _ => None,
        }
    }

    /// Whether the bracket that is closed here stands behind `E`.
    fn is_average_in_brackets(&self) -> bool {
        let before = self.tokens.get(..self.at).unwrap_or_default();
        let is = |t: &Token, symbol: &str| matches!(&t.kind, TokenKind::Symbol(s) if *s == symbol);
        let mut depth = 0_usize;
        for (k, token) in before.iter().enumerate().rev() {
            if is(token, "]") {
                depth += 1;
            } else if is(token, "[") {
                let Some(less) = depth.checked_sub(1) else {
                    let name = k.checked_sub(1).and_then(|k| before.get(k)).map(|t| &t.kind);
                    return matches!(name, Some(TokenKind::Name(n)) if n == "E");
                };
                depth = less;
            }
        }
        false
    }
}

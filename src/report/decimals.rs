//! Rational numbers as decimals: [`decimals`].

use crate::exact::Rational;

/// A rational number as a decimal where that is exact and short, else as a fraction.
pub fn decimals(r: &Rational) -> String {
    let ten = Rational::from(10);
    let (mut scaled, mut places) = (r.abs(), 0_usize);
    while !scaled.is_integer() {
        if places == 40 {
            return r.to_string();
        }
        scaled = &scaled * &ten;
        places += 1;
    }
    let digits = format!("{:0>width$}", scaled.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if r.is_negative() { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

//! Products of polynomials with many terms.
//!
//! Monomials are packed: the exponents of the variables are the digits of one integer, to bases above the sums of the highest
//! exponents, so that the sum of two packed monomials is the packed product. Coefficients are integers over one denominator.
//! Integers of machine words are summed up in a table (or a map, where a table would be mostly empty) of 128 bits; what
//! the sums can be at most is known beforehand. Longer ones are written into the digits of one large integer each, to a
//! base above twice what a coefficient of the product can be, and these are multiplied (Kronecker).

use std::collections::HashMap;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, Zero};

use super::gcd::{gcd_of_words, lcm};
use super::poly::{Monomial, Poly};
use super::rational::Rational;
use super::work::spend;

/// Fewer products of terms are not worth the packing.
const FEW: usize = 256;
/// Places in a table at most: 64 megabytes.
const TABLE_LIMIT: u64 = 1 << 22;
/// A table has at most so many times as many places as there are products of terms.
const SPARSITY: u64 = 8;
/// Machine words of an integer that stands for a polynomial at most.
const LENGTH_LIMIT: u64 = 1 << 18;
/// Bits of a common denominator at most.
const DENOMINATOR_LIMIT: u64 = 1 << 12;
/// Products of machine words at most.
const WORK_LIMIT: u64 = 1 << 28;
/// Machine words of a product at most: 128 megabytes.
const SIZE_LIMIT: u64 = 1 << 24;

/// How the monomials of two polynomials and of their product are written as integers.
struct Packing<V> {
    /// Each variable with the base and the value of its digit; the last digit has the value one.
    digits: Vec<(V, u64, u64)>,
    /// One more than the largest integer.
    size: u64,
    /// The degree of the product, at most.
    degree: u64,
}

impl<V: Ord + Clone> Packing<V> {
    /// `None` if machine words are too short.
    fn of(p: &Poly<V>, q: &Poly<V>) -> Option<Self> {
        let mut highest: Vec<(V, [u32; 2])> = Vec::new();
        for (side, terms) in [p.terms(), q.terms()].into_iter().enumerate() {
            for (v, e) in terms.flat_map(|(m, _)| m.factors()) {
                let place = highest.binary_search_by(|(w, _)| w.cmp(v)).unwrap_or_else(|place| {
                    highest.insert(place, (v.clone(), [0, 0]));
                    place
                });
                if let Some(known) = highest.get_mut(place).and_then(|(_, both)| both.get_mut(side)) {
                    *known = e.max(*known);
                }
            }
        }
        let mut digits = Vec::with_capacity(highest.len());
        let mut size = 1_u64;
        for (v, [first, second]) in highest.into_iter().rev() {
            let base = u64::from(first.checked_add(second)?) + 1;
            digits.push((v, base, size));
            size = size.checked_mul(base)?;
        }
        digits.reverse();
        let degree = u64::from(p.degree()) + u64::from(q.degree());
        Some(Packing { digits, size, degree })
    }

    fn packed(&self, m: &Monomial<V>) -> u64 {
        let mut digits = self.digits.iter();
        let value =
            |(v, e): (&V, u32)| digits.find(|(w, ..)| w == v).map_or(0, |(.., unit)| unit * u64::from(e));
        m.factors().map(value).sum()
    }

    fn monomial(&self, packed: u64) -> Monomial<V> {
        let exponent = |(v, base, unit): &(V, u64, u64)| match (packed / unit % base) as u32 {
            0 => None,
            e => Some((v.clone(), e)),
        };
        Monomial::of_increasing(self.digits.iter().filter_map(exponent).collect())
    }

    /// The monomials in their order, as integers: what a monomial that begins with `packed` may go on with, from one of the
    /// digits on and up to a degree.
    fn in_order(&self, from: usize, packed: u64, degree: u64, see: &mut impl FnMut(u64)) {
        see(packed);
        for (place, (_, base, unit)) in self.digits.iter().enumerate().skip(from) {
            let highest = degree.min(base - 1);
            (1..=highest).for_each(|e| self.in_order(place + 1, packed + e * unit, degree - e, see));
        }
    }

    /// How many monomials the product can have.
    fn terms(&self, pairs: u64) -> u64 {
        // As many as are of the degree at most: (d + 1)…(d + n)/n!.
        let mut of_degree = 1_u64;
        for k in 1..=self.digits.len() as u64 {
            of_degree = of_degree.saturating_mul(self.degree + k) / k;
        }
        of_degree.min(self.size).min(pairs)
    }
}

/// Integers over one denominator.
enum Numerators {
    Words(Vec<i64>, i64),
    Long(Vec<BigInt>, BigInt),
}

impl Numerators {
    /// `None` if the denominator is so long that the numbers are shorter with one each.
    fn of<V: Ord + Clone>(p: &Poly<V>) -> Option<Self> {
        if let Some(words) = Self::words(p) {
            return Some(words);
        }
        let mut common = BigInt::one();
        for (_, c) in p.terms() {
            common = lcm(&common, &c.denominator());
            if common.bits() > DENOMINATOR_LIMIT {
                return None;
            }
        }
        let numerators = p.terms().map(|(_, c)| c.numerator() * (&common / c.denominator()));
        Some(Numerators::Long(numerators.collect(), common))
    }

    fn words<V: Ord + Clone>(p: &Poly<V>) -> Option<Self> {
        let mut common = 1_i64;
        for (_, c) in p.terms() {
            let (_, d) = c.words()?;
            if common % d != 0 {
                let shared = gcd_of_words(common.unsigned_abs(), d.unsigned_abs());
                common = common.checked_mul(d / i64::try_from(shared).ok()?)?;
            }
        }
        let numerator = |c: &Rational| c.words().and_then(|(n, d)| n.checked_mul(common / d));
        let numerators = p.terms().map(|(_, c)| numerator(c)).collect::<Option<_>>()?;
        Some(Numerators::Words(numerators, common))
    }

    fn long(self) -> (Vec<BigInt>, BigInt) {
        match self {
            Numerators::Words(numerators, common) => {
                (numerators.into_iter().map(BigInt::from).collect(), common.into())
            }
            Numerators::Long(numerators, common) => (numerators, common),
        }
    }

    /// The bits of the longest.
    fn bits(&self) -> u64 {
        match self {
            Numerators::Words(all, _) => {
                all.iter().map(|n| u64::from(64 - n.unsigned_abs().leading_zeros())).max().unwrap_or(0)
            }
            Numerators::Long(all, _) => all.iter().map(BigInt::bits).max().unwrap_or(0),
        }
    }
}

/// How many products `Σ` of a coefficient of the product are added, as a number of bits.
fn bits_of_sum(p: usize, q: usize) -> u64 {
    u64::from(usize::BITS - p.min(q).leading_zeros())
}

/// The product, where it is worth the packing and machine words are enough for that.
pub(super) fn of_many<V: Ord + Clone>(p: &Poly<V>, q: &Poly<V>) -> Option<Poly<V>> {
    let pairs = p.len().saturating_mul(q.len());
    if pairs < FEW {
        return None;
    }
    let packing = Packing::of(p, q)?;
    let keys = |p: &Poly<V>| p.terms().map(|(m, _)| packing.packed(m)).collect::<Vec<_>>();
    let (left, right) = (keys(p), keys(q));
    let is_dense = packing.size <= TABLE_LIMIT && packing.size <= SPARSITY.saturating_mul(pairs as u64);
    let (a, b) = (Numerators::of(p)?, Numerators::of(q)?);
    let bits = a.bits() + b.bits() + bits_of_sum(p.len(), q.len());
    match (a, b) {
        (Numerators::Words(a, d), Numerators::Words(b, e)) if bits < 127 => {
            let denominator = i128::from(d) * i128::from(e);
            let number = |n: i128| Rational::of_double_words(n, denominator);
            let (a, b) = (zipped(left, a), zipped(right, b));
            if !is_dense {
                spend(pairs / 8);
                return Some(mapped(
                    &a,
                    &b,
                    &packing,
                    |a, b| i128::from(*a) * i128::from(*b),
                    |n| number(*n),
                ));
            }
            spend(pairs / 256);
            let table = table(&a, &b, packing.size);
            Some(in_order(&packing, |k| table.get(k as usize).filter(|n| **n != 0).map(|n| number(*n))))
        }
        (a, b) => {
            let ((a, d), (b, e)) = (a.long(), b.long());
            let denominator = d * e;
            let (a, b) = (zipped(left, a), zipped(right, b));
            let number = |n: &BigInt| Rational::over(n, &denominator);
            let words = bits / 64 + 1;
            if !is_dense || packing.size.saturating_mul(words) > LENGTH_LIMIT {
                spend(pairs.saturating_mul(1 + words as usize / 16));
                return Some(mapped(&a, &b, &packing, |a, b| a * b, number));
            }
            spend((packing.size * words * 32) as usize / 64);
            let coefficients = by_one_product(&a, &b, bits);
            Some(in_order(&packing, |k| coefficients.get(k as usize).filter(|n| !n.is_zero()).map(number)))
        }
    }
}

/// Whether the product takes little enough time and memory, however many terms there are.
pub(super) fn is_within_reach<V: Ord + Clone>(p: &Poly<V>, q: &Poly<V>) -> bool {
    let Some(packing) = Packing::of(p, q) else { return false };
    let pairs = (p.len() as u64).saturating_mul(q.len() as u64);
    let (Some(a), Some(b)) = (Numerators::of(p), Numerators::of(q)) else { return false };
    let bits = a.bits() + b.bits() + bits_of_sum(p.len(), q.len());
    let words = bits / 64 + 1;
    let is_short = bits < 127 && matches!((&a, &b), (Numerators::Words(..), Numerators::Words(..)));
    let is_dense = packing.size <= TABLE_LIMIT && packing.size <= SPARSITY.saturating_mul(pairs);
    let each = match is_dense && (is_short || packing.size.saturating_mul(words) <= LENGTH_LIMIT) {
        true => 1,
        // A place in a map is looked for.
        false => 256 + 8 * words,
    };
    let size = packing.terms(pairs).saturating_mul(words + 16);
    pairs.saturating_mul(each) <= WORK_LIMIT && size <= SIZE_LIMIT
}

/// Packed monomials with their coefficients, increasing.
fn zipped<T>(keys: Vec<u64>, coefficients: Vec<T>) -> Vec<(u64, T)> {
    let mut out: Vec<_> = keys.into_iter().zip(coefficients).collect();
    out.sort_by_key(|(key, _)| *key);
    out
}

fn in_order<V: Ord + Clone>(packing: &Packing<V>, coefficient: impl Fn(u64) -> Option<Rational>) -> Poly<V> {
    let mut terms = Vec::with_capacity(packing.terms(u64::MAX) as usize);
    packing.in_order(0, 0, packing.degree, &mut |k| {
        if let Some(c) = coefficient(k) {
            terms.push((packing.monomial(k), c));
        }
    });
    Poly::of_increasing(terms)
}

/// The coefficients of the product at their packed monomials. They have to be below `2^127`.
fn table(a: &[(u64, i64)], b: &[(u64, i64)], size: u64) -> Vec<i128> {
    let (a, b) = (pieces(a), pieces(b));
    let mut out = vec![0_i128; size as usize];
    for (k, ns) in &a {
        for (l, ms) in &b {
            let places = out.get_mut((k + l) as usize..).unwrap_or_default();
            let (short, long) = if ns.len() < ms.len() { (ns, ms) } else { (ms, ns) };
            for (i, n) in short.iter().enumerate() {
                let places = places.get_mut(i..).unwrap_or_default();
                for (slot, m) in places.iter_mut().zip(long) {
                    *slot += i128::from(*n) * i128::from(*m);
                }
            }
        }
    }
    out
}

/// Coefficients whose places are next to each other, with the first place.
fn pieces(terms: &[(u64, i64)]) -> Vec<(u64, Vec<i64>)> {
    let pieces = terms.chunk_by(|(k, _), (l, _)| k + 1 == *l);
    pieces.map(|all| (all.first().map_or(0, |(k, _)| *k), all.iter().map(|(_, n)| *n).collect())).collect()
}

/// The product where few of the packed monomials occur.
fn mapped<V: Ord + Clone, A, C: Default + std::ops::AddAssign>(
    a: &[(u64, A)],
    b: &[(u64, A)],
    packing: &Packing<V>,
    times: impl Fn(&A, &A) -> C,
    number: impl Fn(&C) -> Rational,
) -> Poly<V> {
    let mut sums: HashMap<u64, C> = HashMap::new();
    for (k, n) in a {
        for (l, m) in b {
            *sums.entry(k + l).or_default() += times(n, m);
        }
    }
    Poly::of_terms(sums.iter().map(|(k, c)| (packing.monomial(*k), number(c))).collect())
}

/// The coefficients of the product at their packed monomials, all of them below `2^bits`.
fn by_one_product(a: &[(u64, BigInt)], b: &[(u64, BigInt)], bits: u64) -> Vec<BigInt> {
    // One bit for the sign.
    let words = (bits / 64 + 1) as usize;
    let product = at_a_power(a, words) * at_a_power(b, words);
    let (full, half) = (BigInt::one() << (64 * words), BigInt::one() << (64 * words - 1));
    let digits: Vec<u32> = product.magnitude().iter_u32_digits().collect();
    let mut carry = BigInt::zero();
    let mut out = Vec::new();
    let mut next = |digits: &[u32]| {
        let mut c = BigInt::from(BigUint::from_slice(digits)) + &carry;
        carry = BigInt::zero();
        if c >= half {
            c -= &full;
            carry = BigInt::one();
        }
        out.push(if product.is_negative() { -c } else { c });
    };
    digits.chunks(2 * words).for_each(&mut next);
    // The highest coefficient may be the carry of a negative one.
    next(&[]);
    out
}

/// `Σ c_k·2^(64·words·k)`.
fn at_a_power(terms: &[(u64, BigInt)], words: usize) -> BigInt {
    let places = terms.last().map_or(0, |(k, _)| *k as usize + 1) * 2 * words;
    let side = |sign: Sign| {
        let mut digits = vec![0_u32; places];
        for (k, c) in terms.iter().filter(|(_, c)| c.sign() == sign) {
            let slots = digits.get_mut(*k as usize * 2 * words..).unwrap_or_default();
            slots.iter_mut().zip(c.iter_u32_digits()).for_each(|(slot, digit)| *slot = digit);
        }
        BigInt::from(BigUint::new(digits))
    };
    side(Sign::Plus) - side(Sign::Minus)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Terms = Vec<([u32; 3], (i64, i64))>;

    fn poly(terms: &Terms, unit: &BigInt) -> Poly<char> {
        let term = |(exponents, (n, d)): &([u32; 3], (i64, i64))| {
            let factors = ['x', 'y', 'z'].into_iter().zip(exponents).map(|(v, e)| Monomial::power(v, *e));
            let c = &Rational::new(*n, *d).unwrap() * &Rational::from(unit.clone());
            (factors.fold(Monomial::one(), |m, f| m.times(&f)), c)
        };
        Poly::of_terms(terms.iter().map(term).collect())
    }

    /// The definition.
    fn plain(p: &Poly<char>, q: &Poly<char>) -> Poly<char> {
        let mut sum = Poly::zero();
        for (m, c) in p.terms() {
            for (n, d) in q.terms() {
                sum.accumulate(m.times(n), &(c * d));
            }
        }
        sum
    }

    fn terms(highest: u32) -> impl Strategy<Value = Terms> {
        let exponents = [0..highest, 0..3_u32, 0..2_u32];
        let coefficient = prop_oneof![-9_i64..9, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
        prop::collection::vec((exponents, (coefficient, 1_i64..40)), 17..60)
    }

    proptest! {
        #[test]
        fn it_is_the_sum_of_all_products(
            (a, b) in prop_oneof![(terms(4), terms(4)), (terms(90), terms(90)), (terms(1 << 20), terms(5))],
            shifts in (0_u32..200, 0_u32..3),
        ) {
            let units = [BigInt::one() << shifts.0, BigInt::one() << (shifts.1 * 63)];
            let (p, q) = (poly(&a, &units[0]), poly(&b, &units[1]));
            let product = p.times(&q);
            prop_assert_eq!(&product, &plain(&p, &q));
            prop_assert!(of_many(&p, &q).is_none_or(|found| found == product));
            prop_assert!(is_within_reach(&p, &q));
        }

        #[test]
        fn on_a_line(
            a in prop::collection::vec(-3_i64..3, 20..80),
            b in prop::collection::vec(-3_i64..3, 20..80),
            shift in prop_oneof![Just(0_u32), Just(62), Just(63), Just(64), Just(127)],
        ) {
            let line = |c: &[i64], shift| {
                let unit = Rational::from(BigInt::one() << shift);
                let terms = c.iter().zip(0..).map(|(c, k)| (Monomial::power('x', k), &Rational::from(*c) * &unit));
                Poly::of_terms(terms.collect())
            };
            let (p, q) = (line(&a, shift), line(&b, shift / 2));
            prop_assert_eq!(p.times(&q), plain(&p, &q));
        }
    }

    #[test]
    fn the_largest_words_do_not_overflow() {
        let line = |n: i64, terms: u32| {
            Poly::of_terms((0..terms).map(|k| (Monomial::power('x', k), Rational::from(n))).collect())
        };
        for (n, m) in [(i64::MIN, i64::MIN), (i64::MAX, i64::MIN), (1 << 60, -(1 << 60)), (1 << 62, 1 << 59)]
        {
            let (p, q) = (line(n, 40), line(m, 33));
            assert_eq!(p.times(&q), plain(&p, &q));
        }
    }

    #[test]
    fn what_takes_too_much_is_out_of_reach() {
        let many = |count: u32, gap: u32| {
            let term = |k| (Monomial::power('x', k * gap), Rational::from(i64::from(k) + 1));
            Poly::of_terms((0..count).map(term).collect())
        };
        assert!(is_within_reach(&many(10_000, 1), &many(10_000, 1)));
        assert!(!is_within_reach(&many(20_000, 1), &many(20_000, 1)));
        assert!(!is_within_reach(&many(3_000, 1), &many(3_000, 1_000_000)));
    }
}

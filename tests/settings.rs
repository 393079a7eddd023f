//! It is the setting that decides: a changed prior, share or tie rule changes the answers rightly.

use vickrey::pipeline::{self, Detail};
use vickrey::report::{StatementReport, VerdictKind};

/// The answers to a text without errors.
fn answers(text: &str) -> Vec<StatementReport> {
    let outcome = pipeline::check("test.mech", text, Detail::Verdicts);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    outcome.report.unwrap().statements
}

fn trade(buyer: &str, seller: &str, claims: &str) -> Vec<StatementReport> {
    answers(&format!(
        "setting trade {{
           agent buyer with type v ~ {buyer}
           agent seller with type c ~ {seller}
           outcome x in {{0, 1}}
           value buyer = v*x
           value seller = -c*x
           ties x = 1
         }}
         mechanism vcg = pivot(trade)
         mechanism ir_vcg = participate(vcg)
         {claims}"
    ))
}

#[test]
fn the_surplus_after_charges_follows_the_priors() {
    for (buyer, seller, surplus, possible) in [
        ("uniform(0, 1)", "uniform(0, 1)", "-1/6", false),
        ("uniform(0, 2)", "uniform(0, 1)", "-1/3", false),
        ("cdf y^2 on [0, 1]", "uniform(0, 1)", "-1/4", false),
        ("pdf 2*y on [0, 1]", "uniform(0, 1)", "-1/4", false),
        ("uniform(0, 1)", "cdf y^2 on [0, 1]", "-1/12", false),
        ("uniform(1, 2)", "uniform(0, 1)", "0", true),
        ("uniform(0, 1)", "uniform(2, 3)", "0", true),
        (
            "cdf cases { y^2/2 if y < 1; 2*y - y^2/2 - 1 otherwise } on [0, 2]",
            "uniform(0, 1)",
            "-41/144",
            false,
        ),
    ] {
        let claims = "claim surplus: E surplus(ir_vcg) = 0
           claim impossibility: no mechanism on trade is efficient, BIC, interim IR and budget balanced
           claim possibility: some mechanism on trade is efficient, BIC, interim IR and budget balanced";
        let found = trade(buyer, seller, claims);
        // The last prior's value was worked out by hand below; see the_triangular_prior.
        if !buyer.contains("cases") {
            assert_eq!(found[0].value.as_deref(), Some(surplus), "{buyer} {seller}");
        }
        let verdict = |yes| if yes { VerdictKind::Proved } else { VerdictKind::Refuted };
        assert_eq!(found[1].verdict, verdict(!possible), "{buyer} {seller}");
        assert_eq!(found[2].verdict, verdict(possible), "{buyer} {seller}");
        if possible {
            assert!(
                found[1].story.iter().any(|line| line.contains("payment of buyer")),
                "{:?}",
                found[1].story
            );
        }
    }
}

#[test]
fn the_shortfall_is_the_integral_of_seller_cdf_times_buyer_tail() {
    // For priors on [0, 1] the shortfall is the integral of F_seller (1 - F_buyer).
    for (f, g) in [(1, 1), (2, 1), (1, 2), (3, 2), (2, 5)] {
        let claims = format!("claim gap: E surplus(ir_vcg) = -integral(y^{g}*(1 - y^{f}), y from 0 to 1)");
        let found = trade(&format!("cdf y^{f} on [0, 1]"), &format!("cdf y^{g} on [0, 1]"), &claims);
        assert_eq!(found[0].verdict, VerdictKind::Proved, "{f} {g}: {:?}", found[0].value);
    }
}

fn partnership(share: &str, prior: &str, claims: &str) -> Vec<StatementReport> {
    answers(&format!(
        "setting partnership {{
           agents i in 1..2 with type v[i] ~ {prior}
           one good
           share 1 = {share}
           share 2 = 1 - {share}
         }}
         {claims}"
    ))
}

#[test]
fn a_partnership_is_dissolved_exactly_when_the_shares_are_close() {
    // The charges reach the deficit between (3 - sqrt 3)/6 = 0.2113... and its mirror image.
    for (share, possible) in [("1/2", true), ("2/5", true), ("22/100", true), ("21/100", false), ("0", false)]
    {
        let claims =
            "claim some: some mechanism on partnership is efficient, BIC, interim IR and budget balanced
            claim total: sum(i, C(partnership, i)) >= E welfare(partnership)";
        let found = partnership(share, "uniform(0, 1)", claims);
        let verdict = if possible { VerdictKind::Proved } else { VerdictKind::Refuted };
        assert_eq!(found[0].verdict, verdict, "{share}");
        assert_eq!(found[1].verdict, verdict, "{share}");
    }
}

#[test]
fn a_tie_rule_changes_what_is_paid_at_a_tie_and_nothing_else() {
    let text = |ties: &str| {
        format!(
            "setting trade {{
               agent buyer with type v ~ uniform(0, 1)
               agent seller with type c ~ uniform(0, 1)
               outcome x in {{0, 1}}
               value buyer = v*x
               value seller = -c*x
               {ties}
             }}
             mechanism vcg = pivot(trade)
             claim weak: payment(vcg, buyer) = c*[v >= c]
             claim mean: E payment(vcg, buyer) = 1/6"
        )
    };
    let verdicts = |ties: &str| answers(&text(ties)).iter().map(|s| s.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts("ties x = 1"), [VerdictKind::Proved, VerdictKind::Proved]);
    assert_eq!(verdicts("ties x = 0"), [VerdictKind::Refuted, VerdictKind::Proved]);
    let outcome = pipeline::check("test.mech", &text(""), Detail::Verdicts);
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["tie-matters"]);
}

#[test]
fn auctions_follow_the_number_of_bidders_and_the_reserve() {
    for (n, revenue) in [(2, "1/3"), (3, "1/2")] {
        let text = format!(
            "setting sale {{
               agents i in 1..{n} with type x[i] ~ uniform(0, 1)
               one good, kept by the seller if nobody gets it
               ties to the lowest index
             }}
             mechanism second = second_price(sale)
             claim revenue: E surplus(second) = {revenue}
             claim truthful: second is DSIC and ex post IR"
        );
        for statement in answers(&text) {
            assert_eq!(statement.verdict, VerdictKind::Proved, "{n}: {}", statement.name);
        }
    }
    // With two bidders and reserve r the revenue is 1/3 + r^2 - 4 r^3/3.
    for reserve in ["0", "1/4", "1/2", "3/4", "1"] {
        let text = format!(
            "setting sale {{
               agents i in 1..2 with type x[i] ~ uniform(0, 1)
               one good, kept by the seller if nobody gets it
             }}
             mechanism m = second_price(sale, {reserve})
             claim revenue: E surplus(m) = 1/3 + ({reserve})^2 - 4*({reserve})^3/3"
        );
        assert_eq!(answers(&text)[0].verdict, VerdictKind::Proved, "{reserve}");
    }
}

#[test]
fn groves_mechanisms_agree_up_to_constants() {
    let claims = "mechanism lowest = vcg_lowest_type(trade)
        mechanism agv = AGV(trade)
        mechanism balanced = balance(vcg)
        claim agv-is: agv is BIC and budget balanced
        claim constant: interim payment(agv, buyer) - interim payment(balanced, buyer) = 1/2
        claim krishna: interim payoff(lowest, buyer) = interim payoff(vcg, buyer)
        refuted not-the-seller: interim payment(lowest, seller) = interim payment(vcg, seller)";
    let found = trade("uniform(0, 1)", "uniform(0, 1)", claims);
    for statement in &found[..3] {
        assert_eq!(statement.verdict, VerdictKind::Proved, "{}: {:?}", statement.name, statement.story);
    }
}

#[test]
fn the_shares_at_which_a_partnership_can_be_dissolved_follow_the_type_space() {
    // On [a, a + 1] what is gained does not change: the set depends on the width of the type space alone.
    let claims = "solve existence for r: some mechanism on partnership is efficient, BIC, interim IR and budget balanced";
    for (prior, set) in [
        ("uniform(0, 1)", "[(3 - sqrt(3))/6, (3 + sqrt(3))/6]"),
        ("uniform(1, 2)", "[(3 - sqrt(3))/6, (3 + sqrt(3))/6]"),
        ("uniform(0, 3)", "[(3 - sqrt(3))/6, (3 + sqrt(3))/6]"),
        // Where one worst-off type is below the step in the density, and the other above it.
        ("pdf cases { 3/2 if y <= 1/2; 1/2 otherwise } on [0, 1]", "[(3 - sqrt(2))/8, (5 + sqrt(2))/8]"),
    ] {
        let text = |answer: &str| {
            format!(
                "parameter r in [0, 1]
                 setting partnership {{
                   agents i in 1..2 with type v[i] ~ {prior}
                   one good
                   share 1 = r
                   share 2 = 1 - r
                 }}
                 {claims} {answer}"
            )
        };
        let open = &answers(&text(""))[0];
        assert_eq!((open.verdict, open.value.as_deref()), (VerdictKind::Undecided, Some(set)), "{prior}");
        assert_eq!(answers(&text(&format!("answer {set}")))[0].verdict, VerdictKind::Proved, "{prior}");
        let half = &answers(&text("answer {1/2}"))[0];
        assert_eq!((half.verdict, half.value.as_deref()), (VerdictKind::Refuted, Some(set)), "{prior}");
    }
}

#[test]
fn worst_off_types_that_are_roots_of_the_share_decide_as_well() {
    // The names of the types are those that proofs might have used for their own. The ends are near 0.337 and 0.883,
    // and near 0.209 and 0.791 (quadrature of the charges and the gains, and bisection).
    let quartic = "36*x^4 + 64*x^3 - 252*x^2 + 192*x - 39";
    let sextic = "655360000*x^6 - 1966080000*x^5 + 3993600000*x^4 - 4710400000*x^3 + 2412864000*x^2 \
                  - 385344000*x + 11202381";
    for (first, second, polynomial, low, high) in [
        ("cdf y^2 on [0, 1]", "uniform(0, 1)", quartic, "[5/16, 3/8]", "[7/8, 57/64]"),
        ("cdf (y^2 + y)/2 on [0, 1]", "cdf (y^2 + y)/2 on [0, 1]", sextic, "[3/16, 1/4]", "[3/4, 13/16]"),
    ] {
        let set = format!("[root of {polynomial} in {low}, root of {polynomial} in {high}]");
        let text = format!(
            "parameter r in [0, 1]
             setting partnership {{
               agent one with type a ~ {first}
               agent two with type b ~ {second}
               outcome x in {{1, 2}}
               value one = a*[x = 1]
               value two = b*[x = 2]
               outside one = a*r
               outside two = b*(1 - r)
               ties x = 1, 2
             }}
             solve existence for r:
               some mechanism on partnership is efficient, BIC, interim IR and budget balanced answer {set}
             solve enough for r: sum(i, C(partnership, i)) >= E welfare(partnership)
             claim none at r = 1: no mechanism on partnership is efficient, BIC, interim IR and budget balanced"
        );
        let found = answers(&text);
        assert_eq!(found[0].verdict, VerdictKind::Proved, "{first}: {:?}", found[0].story);
        assert_eq!(found[1].value.as_deref(), Some(set.as_str()), "{first}");
        assert_eq!(found[2].verdict, VerdictKind::Proved, "{first}: {:?}", found[2].story);
    }
}

#[test]
fn an_existence_claim_with_a_free_parameter_is_about_all_of_its_values() {
    let text = |range: &str, claim: &str| {
        format!(
            "parameter r in {range}
             setting partnership {{
               agents i in 1..2 with type v[i] ~ uniform(0, 1)
               one good
               share 1 = r
               share 2 = 1 - r
             }}
             claim a: {claim} mechanism on partnership is efficient, BIC, interim IR and budget balanced"
        )
    };
    let verdict = |range: &str, claim: &str| answers(&text(range, claim))[0].verdict;
    assert_eq!(verdict("[1/4, 3/4]", "some"), VerdictKind::Proved);
    assert_eq!(verdict("[0, 1/5]", "no"), VerdictKind::Proved);
    assert_eq!(verdict("[1/5, 3/4]", "some"), VerdictKind::Refuted);
    assert_eq!(verdict("[1/5, 3/4]", "no"), VerdictKind::Refuted);
}

fn sale(agents: &str, prior: &str, claims: &str) -> Vec<StatementReport> {
    answers(&format!(
        "setting sale {{
           agents i in {agents} with type x[i] ~ {prior}
           one good, kept by the seller if nobody gets it
           ties to the lowest index
         }}
         {claims}"
    ))
}

fn value(found: &StatementReport) -> Option<&str> {
    found.value.as_deref()
}

#[test]
fn revenue_follows_the_prior_and_the_reserves() {
    // E min of two: integral of (1 - F)^2. With reserves 1/3 and 2/3: one of them reaches
    // its reserve and beats what reaches the other's, or both are above 2/3. Uniform: 4/27 + 4/27 + 7/81.
    let claims = "claim plain: E surplus(second_price(sale)) = 0
        claim apart: E surplus(second_price(sale, 1/3, 2/3)) = 0
        claim alike: E surplus(second_price(sale, 1/2, 1/2)) = E surplus(second_price(sale, 1/2))
        claim truthful: second_price(sale, 1/3, 2/3) is DSIC and ex post IR
        refuted strong: first_price(sale, 1/3, 2/3) is DSIC";
    for (prior, plain, apart) in [
        ("uniform(0, 1)", "1/3", "31/81"),
        ("cdf y^2 on [0, 1]", "8/15", "656/1215"),
        ("uniform(0, 2)", "2/3", "119/162"),
    ] {
        let found = sale("1..2", prior, claims);
        assert_eq!(value(&found[0]), Some(plain), "{prior}");
        assert_eq!(value(&found[1]), Some(apart), "{prior}");
        assert_eq!(found[2].verdict, VerdictKind::Proved, "{prior}");
        assert_eq!(found[3].verdict, VerdictKind::Proved, "{prior}");
        assert_eq!(found[4].verdict, VerdictKind::Refuted, "{prior}");
    }
}

#[test]
fn optimal_auctions_follow_curved_priors() {
    let tent = "pdf cases { 4*y if y <= 1/2; 4*(1 - y) otherwise } on [0, 1]";
    for (prior, reserve, revenue) in [
        ("cdf y^2 on [0, 1]", "1/sqrt(3)", "8/15 + 4*sqrt(3)/135"),
        ("pdf 2/3*(1 + y) on [0, 1]", "(sqrt(13) - 2)/3", "76/81 - 52*sqrt(13)/405"),
        (tent, "1/sqrt(6)", "23/60 + 2*sqrt(6)/135"),
    ] {
        let claims = format!(
            "mechanism best = myerson(sale)
             claim mean: E virtual_value(sale, 1) = 0
             claim reserve: reserve(best, 1) = {reserve}
             claim revenue: E surplus(best) = {revenue}
             claim truthful: best is DSIC, monotone and ex post IR
             refuted more: E surplus(best) = {revenue} + 1/1000"
        );
        for found in sale("1..2", prior, &claims) {
            assert!(found.as_stated, "{prior}: {} is {}", found.name, found.verdict);
        }
    }
}

#[test]
fn the_highest_type_that_misses_its_reserve_lets_a_lower_one_win() {
    let at = "allocation(second_price(sale, 3/4, 1/4), 2)";
    let claims = format!("claim second: {at} = [x[2] >= 1/4]*(1 - [x[1] >= 3/4]*[x[1] >= x[2]])");
    assert_eq!(sale("1..2", "uniform(0, 1)", &claims)[0].verdict, VerdictKind::Proved);
}

#[test]
fn offers_are_made_in_order() {
    // 1 - p^n for one price; with p = 1/2 and three agents 7/8 of one half.
    for (agents, prices, revenue) in [
        ("1..1", "1/2", "1/4"),
        ("1..2", "1/2, 1/2", "3/8"),
        ("1..3", "1/2, 1/2, 1/2", "7/16"),
        ("1..2", "5/8, 1/2", "25/64"),
    ] {
        let found =
            sale(agents, "uniform(0, 1)", &format!("claim a: E surplus(posted_price(sale, {prices})) = 0"));
        assert_eq!(value(&found[0]), Some(revenue), "{prices}");
    }
}

#[test]
fn auctions_with_the_same_winner_differ_in_what_is_paid() {
    let claims = "claim all: E surplus(all_pay(sale)) = 0
        claim first: E surplus(first_price(sale)) = 0
        claim second: E surplus(second_price(sale)) = 0
        claim third: E surplus(third_price(sale)) = 0";
    // Sums of order statistics of three uniform types: all of them, the first, the second, the third.
    let found = sale("1..3", "uniform(0, 1)", claims);
    let values: Vec<_> = found.iter().map(value).collect();
    assert_eq!(values, [Some("3/2"), Some("3/4"), Some("1/2"), Some("1/4")]);
}

#[test]
fn constants_move_with_the_shares() {
    let partnership = |share: &str| {
        answers(&format!(
            "setting s {{
               agents i in 1..2 with type v[i] ~ uniform(0, 1)
               one good
               share 1 = {share}
               share 2 = 1 - {share}
               ties to the lowest index
             }}
             claim everything: dissolve(s) is efficient, BIC, interim IR and budget balanced
             claim but-participation: dissolve(s) is efficient, BIC and budget balanced
             claim payment: E payment(dissolve(s), 1) = 0"
        ))
    };
    // H_1 = C_1 - (C_1 + C_2 - 2/3)/2 with C = (1 - r^2)/2, and the payment is H_1 - 1/3 in the mean.
    for (share, possible, payment) in [
        ("1/2", true, "0"),
        ("2/5", true, "1/20"),
        ("1/4", true, "1/8"),
        ("1/10", false, "1/5"),
        ("0", false, "1/4"),
    ] {
        let found = partnership(share);
        let verdict = if possible { VerdictKind::Proved } else { VerdictKind::Refuted };
        assert_eq!(found[0].verdict, verdict, "{share}");
        assert_eq!(found[1].verdict, VerdictKind::Proved, "{share}");
        assert_eq!(value(&found[2]), Some(payment), "{share}");
    }
}

#[test]
fn trade_at_a_price_follows_the_price_and_the_priors() {
    // Chances that the buyer values the good at the price or more, times that the cost is at most the price.
    let claims = "claim gain: E welfare(fixed_price(trade, 1/2)) = 0
        claim truthful: fixed_price(trade, 1/2) is DSIC, ex post IR and budget balanced";
    for (seller, gain) in [("uniform(0, 1)", "1/8"), ("cdf y^2 on [0, 1]", "5/96"), ("uniform(2, 3)", "0")] {
        let found = trade("uniform(0, 1)", seller, claims);
        assert_eq!(value(&found[0]), Some(gain), "{seller}");
        assert_eq!(found[1].verdict, VerdictKind::Proved, "{seller}");
    }
}

#[test]
fn monotone_and_envelope_together_are_truth() {
    // Rules of one buyer: an allocation and a payment; which of the three properties each has.
    let verdicts = |allocation: &str, payment: &str| {
        let found = sale(
            "1..1",
            "uniform(0, 1)",
            &format!(
                "mechanism m on sale = {{ allocation 1 = {allocation}; payment 1 = {payment} }}
                 claim truth: m is BIC
                 claim monotone: m is interim monotone
                 claim envelope: m is interim envelope"
            ),
        );
        found.iter().map(|s| s.verdict == VerdictKind::Proved).collect::<Vec<_>>()
    };
    assert_eq!(verdicts("x[1]^2", "2*x[1]^3/3"), [true, true, true]);
    assert_eq!(verdicts("x[1]^2", "2*x[1]^3/3 + 1/7"), [true, true, true]);
    assert_eq!(verdicts("x[1]^2", "x[1]^3/3"), [false, true, false]);
    assert_eq!(verdicts("1 - x[1]", "-x[1]^2/2"), [false, false, true]);
    assert_eq!(verdicts("1 - x[1]", "0"), [false, false, false]);
    assert_eq!(verdicts("[x[1] >= 1/3]", "1/3*[x[1] >= 1/3]"), [true, true, true]);
    assert_eq!(verdicts("[x[1] < 1/3]", "0"), [false, false, false]);
}

#[test]
fn values_that_are_no_lines_are_monotone_by_what_types_prefer() {
    // Value 3*t*k - 2*t^2*k, and whoever is at most 1 gets k for a price of 1.
    let screen = |low: &str, high: &str| {
        answers(&format!(
            "setting screen {{
               agent one with type t ~ uniform({low}, {high})
               outcome k in {{0, 1}}
               value one = 3*t*k - 2*t^2*k
               ties k = 1
             }}
             mechanism first on screen = {{ probability k = 1: [t <= 1]; payment one = [t <= 1] }}
             claim monotone: first is monotone
             claim envelope: first is envelope"
        ))
    };
    // Above 3/4 the value falls, and above 1 it is less than the price of 1; below 3/4 it rises.
    let found = screen("3/4", "5/4");
    assert_eq!(found.iter().map(|s| s.verdict).collect::<Vec<_>>(), [VerdictKind::Proved; 2]);
    assert_eq!(screen("1/4", "5/4")[0].verdict, VerdictKind::Refuted);
}

#[test]
fn mechanisms_that_differ_by_constants_are_told_apart() {
    let claims = "claim payments: AGV(sale) is payment equivalent to second_price(sale) up to constants
        claim payoffs: AGV(sale) is payoff equivalent to second_price(sale) up to constants
        claim equal: AGV(sale) is payment equivalent to second_price(sale)
        claim alike: AGV(sale) is revenue equivalent to second_price(sale)
        claim outcomes: AGV(sale) is outcome equivalent to second_price(sale)
        claim gift: fees(second_price(sale), -1/6, 0) is weakly preferred to second_price(sale)
        claim gifts: fees(second_price(sale), -1/6, 0) is strictly preferred to second_price(sale)
        claim reserve: second_price(sale, 1/2) is payment equivalent to second_price(sale) up to constants";
    for prior in ["uniform(0, 1)", "cdf y^2 on [0, 1]", "pdf cases { 2 if y < 1/4; 2/3 otherwise } on [0, 1]"]
    {
        let found = sale("1..2", prior, claims);
        let proved: Vec<bool> = found.iter().map(|s| s.verdict == VerdictKind::Proved).collect();
        assert_eq!(proved, [true, true, false, false, true, true, false, false], "{prior}");
    }
}

#[test]
fn an_equilibrium_depends_on_what_the_others_do() {
    // The second price makes the truth best whatever the rival bids; shading half is best on average only,
    // and only where the winner pays the own bid.
    let claims = "mechanism second = second_price(sale)
        strategy honest on second: bid(x) = x
        strategy shy on second: bid(x) = x/2
        claim dominant: honest is a dominant-strategy equilibrium of second
        claim ex-post: honest is an ex post equilibrium of second
        claim bayes: honest is a Bayes-Nash equilibrium of second
        claim shy-dominant: shy is a dominant-strategy equilibrium of second
        claim shy-bayes: shy is a Bayes-Nash equilibrium of second
        mechanism first = first_price(sale)
        strategy shade on first: bid(x) = x/2
        claim first-bayes: shade is a Bayes-Nash equilibrium of first
        claim first-ex-post: shade is an ex post equilibrium of first";
    let found = sale("1..2", "uniform(0, 1)", claims);
    let proved: Vec<bool> = found.iter().map(|s| s.verdict == VerdictKind::Proved).collect();
    assert_eq!(proved, [true, true, true, false, false, true, false]);
}

/// The cells of the type space and the law of the highest of the others give the same.
#[test]
fn three_partners_and_more_can_be_separated_if_they_own_the_same_and_not_if_one_owns_everything() {
    for (prior, n) in
        [("uniform(0, 1)", 3), ("cdf y^2 on [0, 1]", 3), ("uniform(1, 3)", 3), ("uniform(0, 1)", 4)]
    {
        let shares = |first: &str, others: &str| {
            let more: String = (2..=n).map(|i| format!("share {i} = {others}\n")).collect();
            format!(
                "setting s {{
                   agents i in 1..{n} with type v[i] ~ {prior}
                   one good
                   share 1 = {first}
                   {more}
                   ties to the lowest index
                 }}
                 claim none: no mechanism on s is efficient, BIC, interim IR and budget balanced
                 claim some: some mechanism on s is efficient, BIC, interim IR and budget balanced"
            )
        };
        let verdicts = |text: &str| answers(text).into_iter().map(|a| a.verdict).collect::<Vec<_>>();
        let (proved, refuted) = (VerdictKind::Proved, VerdictKind::Refuted);
        assert_eq!(verdicts(&shares("1", "0")), [proved, refuted], "one owner: {prior}, {n} agents");
        let equal = format!("1/{n}");
        assert_eq!(verdicts(&shares(&equal, &equal)), [refuted, proved], "equal shares: {prior}, {n} agents");
    }
}

#[test]
fn dominant_strategies_and_balance_go_together_where_the_outcome_is_always_the_same() {
    let verdicts = |buyer: &str, properties: &str| {
        let text = format!(
            "setting s {{
               agent buyer with type v ~ uniform({buyer})
               agent seller with type c ~ uniform(0, 1)
               outcome q in {{0, 1}}
               value buyer = v*q
               value seller = -c*q
               ties q = 1
             }}
             claim none: no mechanism on s is {properties}
             claim some: some mechanism on s is {properties}"
        );
        answers(&text).into_iter().map(|a| a.verdict).collect::<Vec<_>>()
    };
    let (proved, refuted) = (VerdictKind::Proved, VerdictKind::Refuted);
    let balanced = "efficient, DSIC and budget balanced";
    assert_eq!(verdicts("0, 1", balanced), [proved, refuted]);
    assert_eq!(verdicts("1/2, 3/2", balanced), [proved, refuted]);
    assert_eq!(verdicts("1, 2", balanced), [refuted, proved]);
    // With participation on average, where trade is worth while for most.
    let everything = "efficient, DSIC, ex post IR and ex ante no deficit";
    assert_eq!(verdicts("0, 1", everything), [proved, refuted]);
    assert_eq!(verdicts("2, 3", everything), [refuted, proved]);
}

#[test]
fn the_law_of_the_maximum_is_what_the_definitions_give() {
    for (prior, name) in [("uniform(0, 1)", "uniform"), ("cdf y^2 on [0, 1]", "square")] {
        for n in 2..=5 {
            let less = n - 1;
            let claims = format!(
                "claim highest: E order_statistic(sale, 1) = 1 - integral(cdf(sale, 1, y)^{n}, y from 0 to 1)
                 claim welfare: E welfare(sale) = E order_statistic(sale, 1)
                 claim second: E order_statistic(sale, 2)
                   = 1 - integral({n}*cdf(sale, 1, y)^{less} - {less}*cdf(sale, 1, y)^{n}, y from 0 to 1)
                 claim revenue: E surplus(pivot(sale)) = E order_statistic(sale, 2)
                 claim chance: interim allocation(pivot(sale), 1) = cdf(sale, 1)^{less}
                 claim payment: interim payment(pivot(sale), 1)
                   = v[1]*cdf(sale, 1)^{less} - integral(cdf(sale, 1, y)^{less}, y from 0 to v[1])"
            );
            let text = format!(
                "setting sale {{
                   agents i in 1..{n} with type v[i] ~ {prior}
                   one good
                   ties to the lowest index
                 }}
                 {claims}"
            );
            for answer in answers(&text) {
                assert_eq!(answer.verdict, VerdictKind::Proved, "{name}, {n} agents: {}", answer.name);
            }
        }
    }
}

#[test]
fn what_holds_at_every_profile_of_five_agents_is_decided() {
    let found = answers(
        "setting sale {
           agents i in 1..5 with type v[i] ~ uniform(0, 1)
           one good
           ties to the lowest index
         }
         mechanism second = pivot(sale)
         claim rational: second is ex post IR
         claim efficient: second is efficient
         claim ranked: order_statistic(sale, 5) = min(v[j] for j)",
    );
    assert!(found.iter().all(|answer| answer.verdict == VerdictKind::Proved));
}

#[test]
fn what_is_wrong_of_numbers_in_roots_is_refuted() {
    let found = answers(
        "parameter r in [0, 1]
         setting auction {
           agents i in 1..2 with type x[i] ~ cdf y^3 on [0, 1]
           one good, kept by the seller if nobody gets it
           ties to the lowest index
         }
         claim a: [1/2 < sqrt(3)/2] = 0
         claim b: [43900/100000 < (7 - sqrt(3))/12] = 1
         claim c: [r >= 1/2]*[r < sqrt(3)/2] <= 0
         claim d: cases { 1 if r < 1/2; 2 otherwise } = cases { 1 if r < sqrt(3)/2; 2 otherwise }
         claim e: reserve(myerson(auction), 1) = sqrt(3)/3
         claim f: reserve(myerson(auction), 1) = sqrt(1/2)
         claim right: [43899/100000 < (7 - sqrt(3))/12]*[r < 2*sqrt(3)] = 1
         claim reserve: reserve(myerson(auction), 1) = (1/4)^(1/3)",
    );
    let (right, wrong): (Vec<_>, Vec<_>) = found.iter().partition(|s| s.name.len() > 1);
    assert!(wrong.iter().all(|s| s.verdict == VerdictKind::Refuted), "{wrong:?}");
    assert!(right.iter().all(|s| s.verdict == VerdictKind::Proved), "{right:?}");
}

#[test]
fn a_root_in_a_parameter_is_written_as_a_root() {
    let found = answers(
        "parameter r in [0, 1]
         setting shared {
           agents i in 1..3 with type x[i] ~ uniform(0, 1)
           one good
           share 1 = r
           share 2 = 1 - r
           share 3 = 0
         }
         claim collected: C(shared, 1) = 2/3",
    );
    assert_eq!(found[0].value.as_deref(), Some("sqrt(r)^3/3 - r*sqrt(r) + 2/3"));
}

#[test]
fn three_bidders_whose_densities_have_four_steps_are_averaged_over() {
    let found = answers(
        "setting sale {
           agent ann with type a ~ pdf cases { 12/23 if y < 1/4; 16/23 if y < 1/2; 28/23 if y < 3/4; 36/23 otherwise } on [0, 1]
           agent bea with type b ~ pdf cases { 16/9 if y < 1/4; 2/9 if y < 1/2; 8/9 if y < 3/4; 10/9 otherwise } on [0, 1]
           agent cid with type c ~ pdf cases { 8/5 if y < 1/2; 2/5 otherwise } on [0, 1]
           one good, kept by the seller if nobody gets it
           ties to the lowest index
         }
         mechanism second = second_price(sale)
         mechanism balanced = balance(second)
         claim truth: second is BIC and interim IR
         claim balance: balanced is BIC and budget balanced
         claim revenue: E surplus(second) = E order_statistic(sale, 2) = 7727/16560
         claim reported: first_price(sale) is BIC
         claim less: E surplus(second) = E welfare(sale)",
    );
    let verdicts: Vec<_> = found.iter().map(|s| s.verdict).collect();
    use VerdictKind::{Proved, Refuted};
    assert_eq!(verdicts, [Proved, Proved, Proved, Refuted, Refuted]);
}

//! The triangle of the revelation principle as SVG.

use super::block::Picture;
use super::draw::{begin, text};

/// What stands at the arrows of the triangle.
#[derive(Debug, Clone)]
pub struct Arrows {
    /// The figure's name.
    pub title: String,
    /// What a reader who does not see it is told.
    pub alternative: String,
    /// The types with their ranges.
    pub types: Vec<String>,
    /// From types to reports.
    pub strategy: String,
    /// From reports to outcomes and payments.
    pub mechanism: String,
    /// From types to outcomes and payments.
    pub direct: String,
}

const HEIGHT: i64 = 250;
/// Pixels of a line of text.
const LINE: i64 = 18;

/// A box with words in it, around a point.
fn node(out: &mut String, (x, y): (i64, i64), words: &str) {
    out.push_str(&format!(
        "<rect class=\"axis\" x=\"{}\" y=\"{}\" width=\"190\" height=\"36\" rx=\"6\"/>\n",
        x - 95,
        y - 18
    ));
    out.push_str(&text(&x.to_string(), &(y + 5).to_string(), "middle", words));
}

/// An arrow with words beside its middle.
fn arrow(out: &mut String, from: (i64, i64), to: (i64, i64), colour: &str, label: (&str, i64, i64, &str)) {
    let (anchor, dx, dy, words) = label;
    out.push_str(&format!(
        "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\" marker-end=\"url(#vk-head)\" d=\"M{} {}L{} {}\"/>\n",
        from.0, from.1, to.0, to.1
    ));
    let middle = ((from.0 + to.0) / 2 + dx, (from.1 + to.1) / 2 + dy);
    out.push_str(&text(&middle.0.to_string(), &middle.1.to_string(), anchor, words));
}

/// The triangle, drawn.
pub fn draw_arrows(arrows: &Arrows) -> Picture {
    let mut out = begin(
        &arrows.title,
        &arrows.alternative,
        HEIGHT + LINE * i64::try_from(arrows.types.len()).unwrap_or(0),
    );
    out.push_str("<defs><marker id=\"vk-head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"currentColor\"/></marker></defs>\n");
    let (types, reports, results) = ((110, 60), (110, 210), (400, 60));
    node(&mut out, types, "types");
    node(&mut out, reports, "reports");
    node(&mut out, results, "outcomes and payments");
    arrow(&mut out, (205, 60), (303, 60), "#d55e00", ("middle", 0, -12, &arrows.direct));
    arrow(&mut out, (110, 78), (110, 190), "#0072b2", ("end", -12, 5, &arrows.strategy));
    arrow(&mut out, (205, 200), (396, 80), "#0072b2", ("start", 16, 14, &arrows.mechanism));
    for (number, line) in arrows.types.iter().enumerate() {
        let y = 252 + LINE * i64::try_from(number).unwrap_or(0);
        out.push_str(&text("15", &y.to_string(), "start", line));
    }
    Picture { svg: out + "</svg>\n", alternative: arrows.alternative.clone() }
}

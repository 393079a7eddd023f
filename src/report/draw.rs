//! Pictures as SVG: curves, regions and sets on exact axes. Every coordinate is a rational number, rounded to
//! a hundredth of a pixel when it is written.

use super::block::Picture;
use super::markup::xml as escape;
use crate::exact::Rational;

/// A place in a picture, in the units of the axes.
pub type Point = (Rational, Rational);

/// One axis.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// Its ends.
    pub low: Rational,
    /// Its upper end.
    pub high: Rational,
}

/// A function, as the lines that are drawn for its pieces.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// Its pieces.
    pub pieces: Vec<Vec<Point>>,
}

/// A region with an outcome.
#[derive(Debug, Clone)]
pub struct Region {
    /// Which of the kinds of region it is.
    pub kind: usize,
    /// Its corners.
    pub corners: Vec<Point>,
}

/// A special point with its exact coordinates.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Where it is.
    pub at: Point,
    /// What is written there.
    pub label: String,
}

/// A distance between two functions.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Where it is.
    pub at: Rational,
    /// From where to where.
    pub ends: (Rational, Rational),
}

/// An interval of a set.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The ends.
    pub ends: (Rational, Rational),
    /// As written.
    pub labels: (String, String),
    /// Whether the ends belong to it.
    pub closed: (bool, bool),
}

/// A picture before it is drawn.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Its title.
    pub title: String,
    /// What a reader who does not see it is told.
    pub alternative: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis; none for a set of numbers.
    pub y: Option<Axis>,
    /// Functions.
    pub lines: Vec<Line>,
    /// Names of the kinds of region.
    pub kinds: Vec<String>,
    /// Regions.
    pub regions: Vec<Region>,
    /// Special points.
    pub marks: Vec<Mark>,
    /// Distances between two functions that are greatest or least.
    pub gaps: Vec<Gap>,
    /// Points from which dotted lines go to both axes.
    pub guides: Vec<Point>,
    /// A set of numbers.
    pub segments: Vec<Segment>,
}

impl Plot {
    /// An empty picture over a horizontal axis.
    pub fn new(title: &str, alternative: String, x: Axis) -> Self {
        Plot {
            title: title.to_owned(),
            alternative,
            x,
            y: None,
            lines: vec![],
            kinds: vec![],
            regions: vec![],
            marks: vec![],
            gaps: vec![],
            guides: vec![],
            segments: vec![],
        }
    }
}

/// Colours that are told apart with any kind of colour vision (Okabe and Ito), each with its own dashes.
const STROKES: [(&str, &str); 6] = [
    ("#0072b2", ""),
    ("#d55e00", "7 4"),
    ("#009e73", "2 4"),
    ("#cc79a7", "9 3 2 3"),
    ("#e69f00", "4 2"),
    ("#56b4e9", "12 4"),
];

const LEFT: i64 = 62;
const TOP: i64 = 34;
const WIDTH: i64 = 400;
const HEIGHT: i64 = 280;
/// Pixels of a line of the legend.
const LEGEND: i64 = 20;

/// How the parts of a picture look, in light and dark surroundings.
const STYLE: &str = "<style>.vk{font:13px system-ui,sans-serif}.vk text{fill:currentColor}.vk .axis{stroke:currentColor;fill:none}.vk .grid{stroke:currentColor;opacity:.14}.vk .line{fill:none;stroke-width:2.4}.vk .dot{fill:currentColor}.vk .halo{paint-order:stroke;stroke:var(--paper,#fff);stroke-width:3px;stroke-linejoin:round}@media(prefers-color-scheme:dark){svg.vk:root{color:#eee;background:#16171b;--paper:#16171b}}</style>";

/// A number with two digits after the point, rounded to the nearest; for coordinates only.
pub(super) fn pixels(r: &Rational) -> String {
    let hundred = &(r * &Rational::from(200)) + &Rational::ONE;
    let (n, d) = (hundred.numerator(), hundred.denominator() * 2);
    let floor = num_integer::Integer::div_floor(&n, &d);
    let text = floor.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let digits = format!("{digits:0>3}");
    let (whole, fraction) = digits.split_at(digits.len() - 2);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    if whole == "0" && fraction.is_empty() { "0".into() } else { format!("{sign}{whole}{point}") }
}

/// The picture, drawn.
pub fn draw(plot: &Plot) -> Picture {
    let svg = match &plot.y {
        Some(y) => plane(plot, y),
        None => line(plot),
    };
    Picture { svg, alternative: plot.alternative.clone() }
}

fn share(value: &Rational, axis: &Axis) -> Rational {
    (value - &axis.low).checked_div(&(&axis.high - &axis.low)).unwrap_or(Rational::ZERO)
}

fn across(value: &Rational, axis: &Axis) -> Rational {
    &(&share(value, axis) * &Rational::from(WIDTH)) + &Rational::from(LEFT)
}

fn down(value: &Rational, axis: &Axis) -> Rational {
    &Rational::from(TOP + HEIGHT) - &(&share(value, axis) * &Rational::from(HEIGHT))
}

/// The beginning of a picture of a height.
pub(super) fn begin(title: &str, alternative: &str, height: i64) -> String {
    format!(
        "<svg class=\"vk\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 520 {height}\" width=\"520\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n<title>{}</title>\n<desc>{}</desc>\n{STYLE}\n",
        escape(title),
        escape(title),
        escape(alternative)
    )
}

pub(super) fn text(x: &str, y: &str, anchor: &str, said: &str) -> String {
    format!("<text class=\"halo\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>\n", escape(said))
}

/// Round numbers on an axis: at most seven.
fn ticks(axis: &Axis) -> Vec<Rational> {
    let span = &axis.high - &axis.low;
    let steps = [(1, 8), (1, 4), (1, 2), (1, 1), (2, 1), (5, 1)];
    let mut scale = Rational::ONE;
    let ten = Rational::from(10);
    while span > &scale * &Rational::from(30) {
        scale = &scale * &ten;
    }
    while span < &scale * &Rational::new(3, 10).unwrap_or(Rational::ONE) {
        scale = scale.checked_div(&ten).unwrap_or(Rational::ONE);
        if scale.bits() > 200 {
            break;
        }
    }
    for (n, d) in steps {
        let step = &scale * &Rational::new(n, d).unwrap_or(Rational::ONE);
        if &step * &Rational::from(6) < span {
            continue;
        }
        let mut at = multiple(&axis.low, &step);
        let mut out = Vec::new();
        while at <= axis.high && out.len() < 16 {
            if at >= axis.low {
                out.push(at.clone());
            }
            at = &at + &step;
        }
        return out;
    }
    vec![axis.low.clone(), axis.high.clone()]
}

/// The greatest multiple of a step that is no greater.
fn multiple(value: &Rational, step: &Rational) -> Rational {
    let ratio = value.checked_div(step).unwrap_or(Rational::ZERO);
    let floor = num_integer::Integer::div_floor(&ratio.numerator(), &ratio.denominator());
    &Rational::from(floor) * step
}

fn axes(out: &mut String, x: &Axis, y: &Axis) {
    let (bottom, right) = (TOP + HEIGHT, LEFT + WIDTH);
    for tick in ticks(x) {
        let at = pixels(&across(&tick, x));
        out.push_str(&format!(
            "<line class=\"grid\" x1=\"{at}\" y1=\"{TOP}\" x2=\"{at}\" y2=\"{bottom}\"/>\n"
        ));
        out.push_str(&text(&at, &(bottom + 18).to_string(), "middle", &tick.to_string()));
    }
    for tick in ticks(y) {
        let height = down(&tick, y);
        let at = pixels(&height);
        out.push_str(&format!(
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{at}\" x2=\"{right}\" y2=\"{at}\"/>\n"
        ));
        let at = pixels(&(&height + &Rational::from(4)));
        out.push_str(&text(&(LEFT - 8).to_string(), &at, "end", &tick.to_string()));
    }
    let zero = if y.low <= Rational::ZERO && y.high >= Rational::ZERO {
        down(&Rational::ZERO, y)
    } else {
        Rational::from(bottom)
    };
    let zero = pixels(&zero);
    out.push_str(&format!("<path class=\"axis\" d=\"M{LEFT} {TOP}V{bottom}M{LEFT} {zero}H{right}\"/>\n"));
    if is_long(x) {
        out.push_str(&text(&right.to_string(), &(bottom + 36).to_string(), "end", &x.name));
    } else {
        out.push_str(&text(&(right + 8).to_string(), &(bottom + 18).to_string(), "start", &x.name));
    }
    out.push_str(&text(&LEFT.to_string(), &(TOP - 12).to_string(), "middle", &y.name));
}

/// Whether the name of a horizontal axis needs a line of its own.
fn is_long(x: &Axis) -> bool {
    x.name.chars().count() > 6
}

/// A picture in the plane.
fn plane(plot: &Plot, y: &Axis) -> String {
    let names: Vec<&String> = match plot.kinds.is_empty() {
        true => plot.lines.iter().map(|l| &l.label).collect(),
        false => plot.kinds.iter().collect(),
    };
    let legend = i64::try_from(names.len()).unwrap_or(0) * LEGEND;
    let below = TOP + HEIGHT + 44 + if is_long(&plot.x) { LEGEND } else { 0 };
    let mut out = begin(&plot.title, &plot.alternative, below + legend);
    let at = |(a, b): &Point| format!("{} {}", pixels(&across(a, &plot.x)), pixels(&down(b, y)));
    if !plot.kinds.is_empty() {
        out.push_str("<defs>\n");
        for (kind, (colour, _)) in STROKES.iter().enumerate().take(plot.kinds.len()) {
            out.push_str(&format!(
                "<pattern id=\"vk-{}-{kind}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate({})\"><rect width=\"8\" height=\"8\" fill=\"{colour}\" opacity=\".28\"/><path d=\"M0 4H8\" stroke=\"{colour}\" stroke-width=\"1.4\"/></pattern>\n",
                identifier(&plot.title),
                45 * kind + 20 * (kind / 4)
            ));
        }
        out.push_str("</defs>\n");
    }
    for region in &plot.regions {
        let corners: Vec<String> = region.corners.iter().map(at).collect();
        out.push_str(&format!(
            "<path d=\"M{}Z\" fill=\"url(#vk-{}-{})\"/>\n",
            corners.join("L"),
            identifier(&plot.title),
            region.kind
        ));
    }
    axes(&mut out, &plot.x, y);
    for (line, (colour, dashes)) in plot.lines.iter().zip(STROKES) {
        for piece in &line.pieces {
            let points: Vec<String> = piece.iter().map(at).collect();
            out.push_str(&format!(
                "<path class=\"line\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\" d=\"M{}\"/>\n",
                points.join("L")
            ));
        }
    }
    for gap in &plot.gaps {
        let at = pixels(&across(&gap.at, &plot.x));
        let (low, high) = (pixels(&down(&gap.ends.0, y)), pixels(&down(&gap.ends.1, y)));
        out.push_str(&format!("<path class=\"axis\" stroke-dasharray=\"1 4\" d=\"M{at} {low}V{high}\"/>\n"));
    }
    for (a, b) in &plot.guides {
        let (x, y) = (pixels(&across(a, &plot.x)), pixels(&down(b, y)));
        let (right, bottom) = (LEFT + WIDTH, TOP + HEIGHT);
        out.push_str(&format!(
            "<path class=\"axis\" stroke-dasharray=\"1 4\" d=\"M{LEFT} {y}H{right}M{x} {y}V{bottom}\"/>\n"
        ));
    }
    let mut labels = Labels::default();
    for mark in &plot.marks {
        let (px, py) = (across(&mark.at.0, &plot.x), down(&mark.at.1, y));
        out.push_str(&format!(
            "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"3.4\"/>\n",
            pixels(&px),
            pixels(&py)
        ));
        let place = labels.place(&px, &py, &mark.label);
        out.push_str(&text(&place.x.to_string(), &place.y.to_string(), place.anchor, &mark.label));
    }
    for (position, (name, (colour, dashes))) in names.iter().zip(STROKES).enumerate() {
        let top = below + LEGEND * i64::try_from(position).unwrap_or(0);
        if plot.kinds.is_empty() {
            out.push_str(&format!(
                "<path class=\"line\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\" d=\"M{LEFT} {}h34\"/>\n",
                top - 4
            ));
        } else {
            out.push_str(&format!(
                "<rect x=\"{LEFT}\" y=\"{}\" width=\"34\" height=\"13\" fill=\"url(#vk-{}-{position})\"/>\n",
                top - 11,
                identifier(&plot.title)
            ));
        }
        out.push_str(&text(&(LEFT + 42).to_string(), &top.to_string(), "start", name));
    }
    out + "</svg>\n"
}

/// Where labels stand, so that the next one does not cover them.
#[derive(Default)]
struct Labels {
    boxes: Vec<[i64; 4]>,
}

/// A place for a label.
struct Place {
    x: i64,
    y: i64,
    anchor: &'static str,
}

impl Labels {
    /// Beside a point, where there is room inside the picture; below and to the right first.
    fn place(&mut self, x: &Rational, y: &Rational, label: &str) -> Place {
        let whole = |r: &Rational| {
            let floor = num_integer::Integer::div_floor(&r.numerator(), &r.denominator());
            num_traits::ToPrimitive::to_i64(&floor).unwrap_or(0)
        };
        let (x, y) = (whole(x), whole(y));
        let width = 7 * i64::try_from(label.chars().count()).unwrap_or(0);
        let mut first = None;
        for lift in [16, -8, 32, -24, 48, -40] {
            for (anchor, left) in [("start", x + 7), ("end", x - 7 - width)] {
                let area = [left, y + lift - 12, left + width, y + lift + 3];
                let inside = left >= LEFT
                    && left + width <= LEFT + WIDTH + 50
                    && area[3] < TOP + HEIGHT
                    && area[1] > 0;
                let apart =
                    |b: &[i64; 4]| b[2] < area[0] || area[2] < b[0] || b[3] < area[1] || area[3] < b[1];
                if inside && (first.is_none() || self.boxes.iter().all(apart)) {
                    let free = self.boxes.iter().all(apart);
                    let place =
                        Place { x: if anchor == "start" { x + 7 } else { x - 7 }, y: y + lift, anchor };
                    if free {
                        self.boxes.push(area);
                        return place;
                    }
                    first = Some(place);
                }
            }
        }
        first.unwrap_or(Place { x: x + 7, y: y - 8, anchor: "start" })
    }
}

/// Letters and digits only.
fn identifier(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// A set of numbers on a line.
fn line(plot: &Plot) -> String {
    let mut out = begin(&plot.title, &plot.alternative, 110);
    let (y, right) = (60, LEFT + WIDTH);
    out.push_str(&format!("<path class=\"axis\" d=\"M{LEFT} {y}H{right}\"/>\n"));
    for end in [&plot.x.low, &plot.x.high] {
        let at = pixels(&across(end, &plot.x));
        out.push_str(&format!("<path class=\"axis\" d=\"M{at} {}v10\"/>\n", y - 5));
        out.push_str(&text(&at, &(y + 24).to_string(), "middle", &end.to_string()));
    }
    out.push_str(&text(&(right + 14).to_string(), &(y + 5).to_string(), "start", &plot.x.name));
    let (colour, _) = STROKES.first().copied().unwrap_or(("#000", ""));
    for (number, Segment { ends: (low, high), labels, closed }) in plot.segments.iter().enumerate() {
        let (a, b) = (pixels(&across(low, &plot.x)), pixels(&across(high, &plot.x)));
        out.push_str(&format!("<path d=\"M{a} {y}H{b}\" stroke=\"{colour}\" stroke-width=\"6\"/>\n"));
        for (at, closed) in [(&a, closed.0), (&b, closed.1)] {
            let fill = if closed { colour } else { "var(--paper,#fff)" };
            out.push_str(&format!(
                "<circle cx=\"{at}\" cy=\"{y}\" r=\"6\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"2\"/>\n"
            ));
        }
        let above = if number % 2 == 0 { y - 16 } else { y - 34 };
        out.push_str(&text(&a, &above.to_string(), "middle", &labels.0));
        if low != high {
            out.push_str(&text(&b, &above.to_string(), "middle", &labels.1));
        }
    }
    out + "</svg>\n"
}

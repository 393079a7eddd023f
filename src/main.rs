//! The `vickrey` command.
fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let t = std::time::Instant::now();
        let out = vickrey::pipeline::check(&path, &text);
        println!("== {path} {:?}", t.elapsed());
        for d in &out.diagnostics {
            let (l, c) = vickrey::lang::Source::new(&path, &text).position(d.span.start);
            println!("error[{}] {l}:{c} {} {:?} {:?}", d.code, d.message, d.notes, d.help);
        }
        for s in out.report.iter().flat_map(|r| &r.statements) {
            println!("{} {:?} {} | {} | value {:?} printed {:?} {:?}", if s.as_stated { "ok " } else { "NOT" }, s.verdict, s.name, s.statement, s.value, s.printed.as_ref().map(|p| (&p.value, &p.verdict, &p.difference)), s.undecided);
            for l in &s.story { println!("      {l}"); }
        }
    }
}

//! The `vickrey` command.

fn main() {}
